import { distinctItems, inclusionIn } from '../compare.js';
import { FhirPathError } from '../error.js';
import { type Collection, empty, type Item } from '../item.js';
import { children } from '../navigate.js';
import { union } from '../operators.js';
import { argument, type Call, type FunctionTable, integerOf, modelIn, onItem, single, spend, truth } from '../scope.js';

/** FHIRPath N1 §5.2 Filtering and projection, §5.3 Subsetting, §5.4 Combining, §5.8 Tree navigation. `ofType` is compiled with the type operators. */
export const collections: FunctionTable = {
  where: { min: 1, max: 1, run: (call) => call.input.filter((item, index) => truth(onItem(call, 0, item, index), call.at) === true) },
  select: { min: 1, max: 1, run: select },
  repeat: { min: 1, max: 1, run: (call) => repeat(call, true) },
  repeatAll: { min: 1, max: 1, run: (call) => repeat(call, false) },
  single: { min: 0, max: 0, run: (call) => optional(single(call.input, call.at)) },
  first: { min: 0, max: 0, run: (call) => call.input.slice(0, 1) },
  last: { min: 0, max: 0, run: (call) => call.input.slice(-1) },
  tail: { min: 0, max: 0, run: (call) => call.input.slice(1) },
  skip: { min: 1, max: 1, run: (call) => call.input.slice(Math.max(0, integerOf(argument(call, 0), call) ?? 0)) },
  take: { min: 1, max: 1, run: (call) => call.input.slice(0, Math.max(0, integerOf(argument(call, 0), call) ?? 0)) },
  intersect: { min: 1, max: 1, run: intersect },
  exclude: { min: 1, max: 1, run: exclude },
  union: { min: 1, max: 1, run: (call) => union(call.input, argument(call, 0), call.scope, call.at) },
  combine: { min: 1, max: 1, run: (call) => combine(call) },
  children: { min: 0, max: 0, run: (call) => call.input.flatMap((item) => charged(call, children(item, modelIn(call)))) },
  descendants: { min: 0, max: 0, run: descendants },
};

function optional(item: Item | undefined): Collection {
  return item ? [item] : empty;
}

function charged(call: Call, items: Collection): Collection {
  spend(call.scope, items.length, call.at);
  return items;
}

function select(call: Call): Collection {
  const selected: Item[] = [];
  call.input.forEach((item, index) => {
    for (const made of charged(call, onItem(call, 0, item, index))) selected.push(made);
  });
  return selected;
}

/** Each round projects only what the round before added; what is there already ends the chase, and so does the limit on work. */
function repeat(call: Call, unique: boolean): Collection {
  const { evaluation } = call.scope;
  let found: Collection = empty;
  let fresh: Collection = call.input;
  while (fresh.length > 0) {
    const made = fresh.flatMap((item, index) => charged(call, onItem(call, 0, item, index)));
    const all: Collection = [...found, ...made];
    spend(call.scope, all.length, call.at);
    const next = unique ? distinctItems(all, evaluation) : all;
    fresh = next.slice(found.length);
    found = next;
  }
  return found;
}

function descendants(call: Call): Collection {
  const model = modelIn(call);
  const found: Item[] = [];
  let level: Collection = call.input;
  while (level.length > 0) {
    level = level.flatMap((item) => charged(call, children(item, model)));
    for (const item of level) found.push(item);
  }
  return found;
}

function intersect(call: Call): Collection {
  const other = argument(call, 0);
  const shared = call.input.filter(inclusionIn(other, call.scope.evaluation));
  return distinctItems(shared, call.scope.evaluation);
}

function exclude(call: Call): Collection {
  const other = argument(call, 0);
  const isIn = inclusionIn(other, call.scope.evaluation);
  return call.input.filter((item) => !isIn(item));
}

function combine(call: Call): Collection {
  return charged(call, [...call.input, ...argument(call, 0)]);
}

/** `items[index]`; an index outside gives empty. */
export function itemAt(items: Collection, index: Item | undefined, at: number): Collection {
  if (!index) return empty;
  if (typeof index.value !== 'number') throw new FhirPathError('execution', 'an index is an integer', at);
  return index.value >= 0 ? items.slice(index.value, index.value + 1) : empty;
}
