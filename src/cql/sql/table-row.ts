import { identifier, type SqlFragment, sql } from '../../sql.js';
import type { FactColumn, FactShape, FactSource } from '../catalogue.js';
import { Incomparable } from './compare.js';
import { and, boolean, constant, integer, not, present, type RowSource, scalarOf, sqlTrue, type Value } from './value.js';

/** Name of the concept column that a scan's codes come from. */
export function concepts(source: FactSource, column: FactColumn): string {
  return column.name === 'code' && source.retrieve === 'code' ? 'code_all' : column.name;
}

/** Elements of a table's row: dates on the wall clock of `zone`, codings as hashes. */
export function tableRow(source: Pick<FactSource, 'columns'> & Partial<FactSource>, alias: string, zone: () => SqlFragment): RowSource {
  const physical = (name: string): SqlFragment =>
    identifier(`${alias}.${name === 'code' && source.retrieve === 'code' ? 'code_all' : name}`);
  const dateTime = (name: string): Value => {
    const local = (part: 'lo' | 'hi'): SqlFragment => {
      const instant = physical(`${name}_${part}`);
      return sql`(case when ${physical(`${name}_precision`)} > 0 then ${instant} + ${zone()} else ${instant} end)`;
    };
    return {
      shape: 'temporal',
      type: 'DateTime',
      lo: local('lo'),
      hi: local('hi'),
      precision: sql`abs(${physical(`${name}_precision`)})`,
      exact: false,
    };
  };
  const readers: Readonly<Record<Exclude<FactShape, 'list'>, (name: string) => Value>> = {
    boolean: (name) => boolean(physical(name)),
    integer: (name) => integer(physical(name)),
    decimal: (name) => scalarOf('Decimal', physical(name)),
    string: (name) => scalarOf('String', physical(name)),
    date: (name) => ({
      shape: 'temporal',
      type: 'Date',
      lo: physical(`${name}_lo`),
      hi: physical(`${name}_hi`),
      precision: physical(`${name}_precision`),
      exact: false,
    }),
    dateTime,
    quantity: (name) => ({
      shape: 'quantity',
      num: physical(`${name}_num`),
      dimension: physical(`${name}_dimension`),
      value: physical(`${name}_value`),
      unit: physical(`${name}_unit`),
    }),
    concept: (name) => ({ shape: 'concept', codes: physical(name) }),
    period: (name) => {
      const [low, high] = [dateTime(`${name}_start`), dateTime(`${name}_end`)];
      // FHIRHelpers: a period without a start began at an unknown time, one without an end goes on.
      return {
        shape: 'interval',
        low,
        high,
        lowClosed: present(low),
        highClosed: sqlTrue,
        absent: and(not(present(low)), not(present(high))),
      };
    },
  };
  const row: RowSource = {
    value: (column) => {
      if (column.shape === 'list') throw new Incomparable(`the list ${column.path} in place of a value`);
      return readers[column.shape](column.name);
    },
    json: (column) => physical(column.name),
    // An item of a list is always there; it has no id of its own.
    id: () => (source.table === undefined ? constant(sql`1`) : identifier(`${alias}.resource_id`)),
    zone,
    derived: (make) => make(row),
  };
  return row;
}
