import type { Measure } from '@medplum/fhirtypes';
import type { SqlEvaluator } from '../../../cql/evaluator.js';
import type { MeasureEvaluator } from '../../../cql/program.js';
import { createReferencePool } from '../../../cql/reference-pool.js';
import type { Database } from '../../../store/database.js';
import type { Store } from '../../../store/store.js';
import type { Terminology } from '../../../terminology/terminology.js';
import { storedMeasures } from '../../library/stored-measures.js';
import { canonicalOf } from '../../program.js';
import type { AgreementParts } from '../run.js';
import { agreementRecords } from './records.js';
import { releasedMeasures } from './released.js';
import { type AgreementService, createAgreementService } from './service.js';

export interface AgreementOptions {
  /** Terminology of the guide alone, without what clients stored. */
  readonly released: Pick<Terminology, 'members'>;
  /** How many persons are generated and how many drawn from the store. */
  readonly sample: number;
  /** Of one measure's generated persons, by either engine. */
  readonly timeoutMs?: number;
}

export interface AgreementHouse extends Omit<AgreementParts, 'pool' | 'database' | 'now'> {
  readonly database: Pick<Database, 'query' | 'transaction'>;
  readonly store: Pick<Store, 'search'>;
  readonly ours: AgreementParts['libraries'];
  guide(): readonly Measure[];
  clock(): number;
  readonly engines: { readonly reference: MeasureEvaluator; readonly sql: () => SqlEvaluator };
  readonly keys: () => Pick<SqlEvaluator, 'statement'>;
}

/** The service of agreement over the house's parts, with one process of its own at low priority. */
export function openAgreement(house: AgreementHouse, { released, sample, timeoutMs = 120_000 }: AgreementOptions): AgreementService {
  const { database, libraries, catalogue, terminology, store, ours, clock, engines, keys } = house;
  const pool = createReferencePool({ processes: 1, niceness: 10 });
  return createAgreementService({
    check: { database, libraries, catalogue, terminology, pool, now: clock, statementTimeoutMs: timeoutMs },
    database,
    records: agreementRecords(database, clock),
    released: releasedMeasures({ guide: house.guide(), ours, terminology: released }),
    engines,
    keys,
    measures: async () => {
      const stored = (await storedMeasures(store)).filter(({ status }) => status === 'active');
      const known = new Set(stored.map(canonicalOf));
      return [...stored, ...house.guide().filter((measure) => measure.status === 'active' && !known.has(canonicalOf(measure)))];
    },
    sample,
    timeoutMs,
  });
}
