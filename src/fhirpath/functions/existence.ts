import { distinctItems, inclusionIn } from '../compare.js';
import { FhirPathError } from '../error.js';
import { boolean, type Collection, integer } from '../item.js';
import { argument, type Call, type FunctionTable, onItem, truth } from '../scope.js';

/** FHIRPath N1 §5.1 Existence. */
export const existence: FunctionTable = {
  empty: { min: 0, max: 0, run: (call) => boolean(call.input.length === 0) },
  exists: { min: 0, max: 1, run: (call) => boolean(call.args.length === 0 ? call.input.length > 0 : some(call)) },
  all: { min: 1, max: 1, run: (call) => boolean(call.input.every((item, index) => truth(onItem(call, 0, item, index), call.at) === true)) },
  allTrue: { min: 0, max: 0, run: (call) => boolean(booleans(call).every((value) => value)) },
  anyTrue: { min: 0, max: 0, run: (call) => boolean(booleans(call).some((value) => value)) },
  allFalse: { min: 0, max: 0, run: (call) => boolean(booleans(call).every((value) => !value)) },
  anyFalse: { min: 0, max: 0, run: (call) => boolean(booleans(call).some((value) => !value)) },
  subsetOf: { min: 1, max: 1, run: (call) => boolean(isSubset(call, call.input, argument(call, 0))) },
  supersetOf: { min: 1, max: 1, run: (call) => boolean(isSubset(call, argument(call, 0), call.input)) },
  count: { min: 0, max: 0, run: (call) => [integer(call.input.length)] },
  distinct: { min: 0, max: 0, run: distinct },
  isDistinct: { min: 0, max: 0, run: (call) => boolean(distinct(call).length === call.input.length) },
  not: { min: 0, max: 0, run: (call) => negated(truth(call.input, call.at)) },
};

function some(call: Call): boolean {
  return call.input.some((item, index) => truth(onItem(call, 0, item, index), call.at) === true);
}

function booleans(call: Call): readonly boolean[] {
  return call.input.map((item) => {
    if (typeof item.value === 'boolean') return item.value;
    throw new FhirPathError('execution', `booleans are expected, not ${item.type}`, call.at);
  });
}

function isSubset(call: Call, part: Collection, whole: Collection): boolean {
  return part.every(inclusionIn(whole, call.scope.evaluation));
}

export function distinct(call: Call): Collection {
  return distinctItems(call.input, call.scope.evaluation);
}

function negated(value: boolean | undefined): Collection {
  return boolean(value === undefined ? undefined : !value);
}
