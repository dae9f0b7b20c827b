import { FhirPathError } from './error.js';
import type { Model } from './types.js';

/** One evaluation's account: what it has done so far, counted in members looked at and characters / 64 copied. */
export interface Work {
  readonly model: Model;
  spent: number;
}

// About a second on a slow core. The heaviest published invariant on the heaviest published resource takes a hundredth of it.
export const maxWork = 2_000_000;

/** Counts work, and ends an evaluation that takes too much of it. */
export function charge(work: Work, amount: number, at?: number): void {
  work.spent += amount;
  if (work.spent > maxWork) throw tooCostly(at);
}

export function tooCostly(at?: number): FhirPathError {
  return new FhirPathError('too-costly', 'the expression takes too much work on this resource', at);
}
