import { type SqlFragment, sql } from '../../sql.js';
import type { AggregateOperator } from '../plan.js';
import { Incomparable } from './compare.js';
import { boolean, fragmentsOf, scalarOf, type Value } from './value.js';

export function groupValue(operator: AggregateOperator, item: Value): Value {
  if (item.shape === 'temporal' && (operator === 'Max' || operator === 'Min')) {
    const word = operator === 'Max' ? sql`max` : sql`min`;
    const lo = sql`${word}(${item.lo})`;
    // Of dates known to different precision the greatest lies between the greatest start and the greatest end.
    return {
      ...item,
      lo,
      hi: item.exact ? lo : sql`${word}(${item.hi})`,
      precision: sql`min(${item.precision})`,
    };
  }
  if (item.shape === 'scalar') {
    switch (operator) {
      case 'Max':
        return { ...item, sql: sql`max(${item.sql})` };
      case 'Min':
        return { ...item, sql: sql`min(${item.sql})` };
      case 'Sum':
        return { ...item, sql: sumOf(item.type, item.sql) };
      case 'Avg':
        return scalarOf('Decimal', sql`round(avg(${item.sql}), 8)`);
      case 'Median':
        return scalarOf(
          'Decimal',
          sql`((percentile_disc(0.5) within group (order by ${item.sql}) + percentile_disc(0.5) within group (order by ${item.sql} desc))::numeric / 2)`,
        );
      case 'AllTrue':
        return boolean(sql`bool_and(${item.sql})`);
      case 'AnyTrue':
        return boolean(sql`bool_or(${item.sql})`);
      default:
        break;
    }
  }
  throw new Incomparable(`${operator} of ${item.shape}`);
}

/**
 * Rows of equal keys come in the order of their ids. Where the key is a date or a quantity and ascends they come the other way round: CQL leaves it open, and
 * that is what the reference engine's sort makes of it.
 */
export function tieBreaker(
  id: SqlFragment,
  key: { readonly value: Value; readonly descending: boolean } | undefined,
  last: boolean,
): SqlFragment {
  const isReversed = (key?.value.shape === 'temporal' || key?.value.shape === 'quantity') && !key.descending;
  return isReversed === last ? sql`${id} asc` : sql`${id} desc`;
}

/** Of two dates that begin together the one known less comes first: as their texts sort, in the reference engine too. */
export function sortExpressions(value: Value, descending: boolean): readonly SqlFragment[] {
  const ordered = (expression: SqlFragment, down: boolean): SqlFragment =>
    down ? sql`${expression} desc nulls last` : sql`${expression} asc nulls first`;
  if (value.shape === 'temporal' && !value.exact) return [ordered(value.lo, descending), ordered(value.hi, !descending)];
  const [first] = value.shape === 'quantity' ? [value.num] : fragmentsOf(value);
  return first ? [ordered(first, descending)] : [];
}

/** Null instead of a sum that the type can't hold. */
export function sumOf(type: string, expression: SqlFragment): SqlFragment {
  if (type === 'Integer') return sql`(case when sum(${expression}) between -2147483648 and 2147483647 then sum(${expression})::int end)`;
  if (type === 'Long')
    return sql`(case when sum(${expression}) between -9223372036854775808 and 9223372036854775807 then sum(${expression})::bigint end)`;
  return sql`sum(${expression})`;
}
