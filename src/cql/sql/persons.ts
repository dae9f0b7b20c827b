import { identifier, type SqlFragment, sql } from '../../sql.js';
import { named } from './refusing.js';
import { createSelect, exportedRow, type Select } from './select.js';
import { tableRow } from './table-row.js';
import { and, constant, type RowSource, sqlNull } from './value.js';
import type { People, SqlContext, Work } from './work.js';

/** One row a person asked for: shard, person, and what is asked of the Patient. */
export function subjectSelect(context: SqlContext, fresh: (hint: string) => string): Select {
  const select = createSelect('subject', fresh);
  select.from(named(context.patient.table, 'p'), 'p');
  select.where(currentRows(context, 'p'));
  for (const condition of inShards(context, 'p')) select.where(condition);
  if (context.persons) select.where(context.persons);
  return select;
}

/** How many of those asked for live in each area (`area, persons`), with their zones' `lowest` and `highest`. */
export function residentCounts(context: SqlContext): SqlFragment {
  const residents = subjectSelect(context, () => '');
  for (const name of ['area', 'zone']) residents.output(identifier(`p.${name}`), name);
  return sql`select s.area, min(s.zone) as lowest, max(s.zone) as highest, count(*)::int as persons
from (${residents.render()}) as s
group by s.area`;
}

/** Rows of the part of the population that is asked for. */
function inShards({ shards }: SqlContext, alias: string): readonly SqlFragment[] {
  if (!shards) return [];
  const shard = identifier(`${alias}.shard`);
  return [sql`${shard} >= ${shards.from}::int`, sql`${shard} < ${shards.to}::int`];
}

function currentRows(context: SqlContext, alias: string): SqlFragment {
  const to = identifier(`${alias}.valid_to`);
  if (context.asOf === undefined) return sql`${to} = 'infinity'`;
  return sql`${identifier(`${alias}.valid_from`)} <= ${context.asOf}::timestamptz and ${to} > ${context.asOf}::timestamptz`;
}

/** Who is evaluated, and what their CTEs tell of zone and validity. */
export function persons(work: Work): Pick<Work, 'people' | 'narrow' | 'current'> {
  const first = reader(work.subject, (row) => row);
  let now: People = { ...first, isNarrowed: false };
  return { people: () => now, narrow, current: (alias) => and(currentRows(work.context, alias), ...inShards(work.context, alias)) };

  function reader(select: Select, inside: (row: RowSource) => RowSource): Omit<People, 'isNarrowed'> {
    const patient = inside(tableRow(work.context.patient, 'p', () => zoneOf(sql`(p.zone * interval '1 minute')`)));
    const row = (alias: string): RowSource => exportedRow(patient, select, alias);
    return {
      name: select.name,
      row: (alias) => ({ shape: 'row', row: row(alias) }),
      zoneIn: (reading) => (work.context.zoneMinutes === undefined ? row(reading.joinPerson(select.name, true)).zone() : zoneOf(sqlNull)),
    };
  }

  /** From now on only the persons of `select` count, which reads those before under `alias`. */
  function narrow(select: Select, alias: string): void {
    const before = work.subject;
    now = { ...reader(select, (row) => exportedRow(row, before, alias)), isNarrowed: true };
  }

  function zoneOf(fragment: SqlFragment): SqlFragment {
    return work.context.zoneMinutes === undefined ? fragment : constant(sql`make_interval(mins => ${work.context.zoneMinutes}::int)`);
  }
}
