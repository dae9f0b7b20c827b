import type { FhirResource } from '../../../fhir/resource.js';
import { sql } from '../../../sql.js';
import type { Database } from '../../../store/database.js';

/** What was found when a measure's engines were last compared. */
export interface AgreementRecord {
  /** `url|version`. */
  readonly measure: string;
  /** What was compared, see `agreementKey`: of anything else the record says nothing. */
  readonly key: string;
  /** `failed`: the comparison itself did not come to an end. */
  readonly state: 'agreed' | 'differs' | 'failed';
  /** How many generated persons were compared, and how many of the store. */
  readonly generated: number;
  readonly stored: number;
  /** In what the engines differ: `group/population`, or a definition. */
  readonly criteria: readonly string[];
  /** The smallest generated person that differs, whole. */
  readonly smallest?: readonly FhirResource[];
  /** Id of the smallest person of the store that differs: nothing else of a real person is kept. */
  readonly person?: string;
  /** Why the comparison failed. */
  readonly reason?: string;
  /** ISO instant. */
  readonly checkedAt: string;
}

/** Records of the database, the same for every process: what one has found, all obey within `freshMs`. */
export interface AgreementRecords {
  all(): Promise<ReadonlyMap<string, AgreementRecord>>;
  keep(record: AgreementRecord): Promise<void>;
  forget(measure: string): Promise<void>;
}

const freshMs = 2000;

export function agreementRecords(database: Pick<Database, 'query'>, clock: () => number): AgreementRecords {
  let held: { readonly at: number; readonly records: Promise<ReadonlyMap<string, AgreementRecord>> } | undefined;
  return {
    all() {
      const now = clock();
      if (held === undefined || now - held.at >= freshMs) {
        const made = { at: now, records: read() };
        held = made;
        made.records.catch(() => {
          if (held === made) held = undefined;
        });
      }
      return held.records;
    },
    async keep({ measure, key, state, generated, stored, criteria, smallest, person, reason, checkedAt }) {
      await database.query(sql`
        insert into measure_agreement (measure, key, state, generated, stored, criteria, smallest, person, reason, checked_at)
        values (${measure}, ${key}, ${state}, ${generated}::int, ${stored}::int, ${[...criteria]}::text[],
          ${smallest === undefined ? null : JSON.stringify(smallest)}::jsonb, ${person ?? null}, ${reason ?? null}, ${checkedAt}::timestamptz)
        on conflict (measure) do update
        set key = excluded.key, state = excluded.state, generated = excluded.generated, stored = excluded.stored, criteria = excluded.criteria,
          smallest = excluded.smallest, person = excluded.person, reason = excluded.reason, checked_at = excluded.checked_at`);
      held = undefined;
    },
    async forget(measure) {
      await database.query(sql`delete from measure_agreement where measure = ${measure}`);
      held = undefined;
    },
  };

  async function read(): Promise<ReadonlyMap<string, AgreementRecord>> {
    const rows = await database.query(sql`
      select measure, key, state, generated, stored, criteria, smallest, person, reason,
        to_char(checked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as checked_at
      from measure_agreement`);
    return new Map(rows.map((row) => [String(row['measure']), recordOf(row)]));
  }
}

function recordOf(row: Readonly<Record<string, unknown>>): AgreementRecord {
  const { smallest, person, reason, state } = row;
  return {
    measure: String(row['measure']),
    key: String(row['key']),
    state: state === 'agreed' || state === 'differs' ? state : 'failed',
    generated: Number(row['generated']),
    stored: Number(row['stored']),
    criteria: row['criteria'] as readonly string[],
    ...(Array.isArray(smallest) ? { smallest: smallest as readonly FhirResource[] } : {}),
    ...(typeof person === 'string' ? { person } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    checkedAt: String(row['checked_at']),
  };
}
