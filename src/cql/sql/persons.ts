import { identifier, type SqlFragment, sql } from '../../sql.js';
import { named } from './refusing.js';
import { createSelect, exportedRow, type Select } from './select.js';
import { tableRow } from './table-row.js';
import { constant, sqlNull, type Value } from './value.js';
import type { SqlContext, Work } from './work.js';

/** One row a person asked for: shard, person, and what is asked of the Patient. */
export function subjectSelect(context: SqlContext, fresh: (hint: string) => string): Select {
  const select = createSelect('subject', fresh);
  select.from(named(context.patient.table, 'p'), 'p');
  select.where(currentRows(context, 'p'));
  if (context.persons) select.where(context.persons);
  return select;
}

function currentRows(context: SqlContext, alias: string): SqlFragment {
  const to = identifier(`${alias}.valid_to`);
  if (context.asOf === undefined) return sql`${to} = 'infinity'`;
  return sql`${identifier(`${alias}.valid_from`)} <= ${context.asOf}::timestamptz and ${to} > ${context.asOf}::timestamptz`;
}

/** Who is evaluated: the CTE `subject`, one row a person, and what it tells of zone and validity. */
export function persons(work: Work): Pick<Work, 'personRow' | 'zoneIn' | 'current'> {
  return { personRow, zoneIn, current };

  function personRow(alias: string): Value {
    const inside = tableRow(work.context.patient, 'p', () => zoneOf(sql`(p.zone * interval '1 minute')`));
    return { shape: 'row', row: exportedRow(inside, work.subject, alias) };
  }

  function zoneOf(fragment: SqlFragment): SqlFragment {
    return work.context.zoneMinutes === undefined ? fragment : constant(sql`make_interval(mins => ${work.context.zoneMinutes}::int)`);
  }

  function zoneIn(select: Select): SqlFragment {
    if (work.context.zoneMinutes !== undefined) return zoneOf(sqlNull);
    return identifier(`${select.joinPerson('subject', true)}.${work.subject.output(sql`(p.zone * interval '1 minute')`)}`);
  }

  function current(alias: string): SqlFragment {
    return currentRows(work.context, alias);
  }
}
