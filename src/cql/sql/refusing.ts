import { identifier, type SqlFragment, sql } from '../../sql.js';
import type { Rows, Scalar } from '../plan.js';
import { Refusal } from '../refusal.js';
import { Incomparable } from './compare.js';

/** Turns what the operators throw into a refusal at the node. */
export function attempt<Result>(part: Scalar | Rows, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Incomparable) throw refuse(part, error.message);
    throw error;
  }
}

export function refuse(part: Scalar | Rows, reason: string): Refusal {
  return new Refusal(part.origin.node, part.origin.locator, reason);
}

/** A table under an alias. */
export function named(table: string, alias: string): SqlFragment {
  return sql`${identifier(table)} as ${identifier(alias)}`;
}
