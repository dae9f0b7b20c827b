import { sql } from '../../../sql.js';
import type { Database } from '../../../store/database.js';

export interface NightlyParts {
  readonly database: Pick<Database, 'query'>;
  /** Hour of the day in western Indonesia (UTC+7), 0 to 23. */
  readonly hour: number;
  clock(): number;
  /** `night` counts days since the epoch: other persons each night. */
  work(night: number): Promise<void>;
}

const lookEveryMs = 300_000;
const dayMs = 86_400_000;
const westernOffsetMs = 7 * 3_600_000;

/** Does the work once a night, in whichever process on the database looks first. Returns what ends it. */
export function everyNight({ database, hour, clock, work }: NightlyParts): () => void {
  const look = async (): Promise<void> => {
    const local = clock() + westernOffsetMs;
    const night = Math.floor(local / dayMs);
    if (Math.floor((local % dayMs) / 3_600_000) === hour && (await isOurs(database, night))) await work(night);
  };
  // A database that is away now is there at the next look.
  const timer = setInterval(() => void look().catch(() => {}), lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Takes the night for this process; false where another has it, or it is done. */
export async function isOurs(database: Pick<Database, 'query'>, night: number): Promise<boolean> {
  const rows = await database.query(sql`
    insert into setting (name, value) values ('agreement-night', ${String(night)})
    on conflict (name) do update set value = excluded.value where setting.value::int < excluded.value::int
    returning name`);
  return rows.length === 1;
}
