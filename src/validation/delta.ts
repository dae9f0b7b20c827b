import { isObject, isResource } from '../fhir/resource.js';
import type { BindingCheck } from './binding.js';
import { checkBounds } from './bounds.js';
import { meetsOneOf } from './conformance.js';
import { type Check, type Context, report } from './context.js';
import { contains, equal } from './match.js';
import { checkProfiledReference, type ReferenceTargets } from './reference.js';
import { checkNarrativeLanguages } from './rules/narrative.js';
import { runSlicing, type SlicedItem, type SlicingPlan } from './slicing.js';
import { text } from './text.js';

interface Occurrence {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly origin: string;
}

interface ChoiceName {
  readonly key: string;
  readonly sibling: string;
  readonly type: string;
  readonly step: string;
}

/** What the functions of profiles call. */
export const delta = {
  fixed(value: unknown, _sibling: unknown, wanted: unknown, path: string, context: Context, origin: string): void {
    if (value === undefined || equal(value, wanted)) return;
    report(context, 'error', 'value', 'fixed', text.fixed(shown(wanted)), path, `fixed by ${origin}`);
  },

  pattern(value: unknown, _sibling: unknown, wanted: unknown, path: string, context: Context, origin: string): void {
    if (value === undefined || contains(value, wanted)) return;
    report(context, 'error', 'value', 'pattern', text.pattern(shown(wanted)), path, `pattern of ${origin}`);
  },

  minValue(value: unknown, _sibling: unknown, limit: unknown, path: string, context: Context, origin: string): void {
    checkBounds(value, limit, 'minimum', path, context, origin);
  },

  maxValue(value: unknown, _sibling: unknown, limit: unknown, path: string, context: Context, origin: string): void {
    checkBounds(value, limit, 'maximum', path, context, origin);
  },

  maxLength(value: unknown, max: number, path: string, context: Context, origin: string): void {
    if (typeof value !== 'string' || value.length <= max) return;
    report(context, 'error', 'too-long', 'max-length', text.lengthAbove(max, value.length), path, `maxLength ${max} of ${origin}`);
  },

  minLength(value: unknown, min: number, path: string, context: Context, origin: string): void {
    if (typeof value !== 'string' || value.length >= min) return;
    report(context, 'error', 'value', 'min-length', text.lengthBelow(min, value.length), path, `minLength ${min} of ${origin}`);
  },

  binding(value: unknown, type: string, single: boolean, binding: BindingCheck, path: string, context: Context): void {
    if (value === undefined) return;
    const actual = type === '' ? (/\.ofType\((\w+)\)$/.exec(path)?.[1] ?? '') : type;
    if (!isObject(value)) binding.code(value, path, context);
    else if (actual === 'Coding') binding.coding(value, path, context);
    else if (actual === 'CodeableConcept' || value['coding'] !== undefined) binding.concept(value, path, context);
    else if (single && (actual === 'Quantity' || value['code'] !== undefined)) binding.quantity(value, path, context);
  },

  /** A primitive that may not stand by its extensions alone. */
  mustHaveValue(value: unknown, sibling: unknown, path: string, context: Context, origin: string): void {
    if (value === undefined && sibling !== undefined)
      report(context, 'error', 'required', 'must-have-value', text.mustHaveValue, path, origin);
  },

  units(value: unknown, binding: BindingCheck, path: string, context: Context): void {
    if (isObject(value)) binding.quantity(value, path, context);
  },

  narrativeLanguages(value: unknown, control: string, path: string, context: Context): void {
    checkNarrativeLanguages(value, control, path, context);
  },

  /** False where the resource is of a type that the profile refuses here: nothing further about it is worth saying. */
  resourceType(value: unknown, allowed: readonly string[], path: string, context: Context, origin: string): boolean {
    if (!isResource(value) || allowed.includes(value.resourceType)) return true;
    report(context, 'error', 'structure', 'resource-type', text.typeNotAllowed(value.resourceType, allowed), path, origin);
    return false;
  },

  isOf(value: unknown, type: string, _context: Context, path: string): boolean {
    if (isResource(value)) return value.resourceType === type || type === 'Resource' || type === 'DomainResource';
    return path.endsWith(`.ofType(${type})`) || !path.endsWith(')');
  },

  meets(value: unknown, path: string, context: Context, profiles: readonly string[]): void {
    meetsOneOf(value, path, context, profiles);
  },

  reference(value: unknown, path: string, context: Context, targets: ReferenceTargets, aggregation: readonly string[]): void {
    if (isObject(value)) checkProfiledReference(value, path, context, targets, aggregation);
  },

  tooFew(element: Occurrence, found: number, path: string, context: Context): void {
    report(
      context,
      'error',
      'required',
      'min-cardinality',
      text.missing(element.name, element.min, found),
      path,
      `${element.name}: ${element.min} needed by ${element.origin}, found ${found}`,
    );
  },

  tooMany(element: Occurrence, found: number, path: string, context: Context): void {
    report(
      context,
      'error',
      'structure',
      'max-cardinality',
      text.tooMany(element.name, element.max, found),
      path,
      `${element.name}: at most ${element.max} in ${element.origin}, found ${found}`,
    );
  },

  /** A child that repeats, or is sliced. */
  list(
    values: unknown,
    siblings: unknown,
    step: string,
    isArray: boolean,
    path: string,
    context: Context,
    element: Occurrence,
    run: Check | undefined,
    plan: SlicingPlan | undefined,
  ): void {
    const items = itemsOf(values, siblings, step, isArray, path);
    if (items.length < element.min) delta.tooFew(element, items.length, path, context);
    if (items.length > element.max) delta.tooMany(element, items.length, path, context);
    if (run) for (const item of items) run(item.value, item.sibling, item.path, context);
    if (plan) runSlicing(plan, items, path, context);
  },

  /** A child `x[x]`: the one of `names` that is present. */
  choice(
    holder: Readonly<Record<string, unknown>>,
    path: string,
    context: Context,
    names: ChoiceNames,
    element: Occurrence,
    allowed: readonly string[] | undefined,
    run: Check | undefined,
    plan: SlicingPlan | undefined,
  ): void {
    const present = names.present(holder);
    if (!present) {
      if (element.min > 0) delta.tooFew(element, 0, path, context);
      if (plan) runSlicing(plan, [], path, context);
      return;
    }
    if (element.max === 0) {
      delta.tooMany(element, 1, path, context);
      return;
    }
    const at = path + present.step;
    if (allowed && !allowed.includes(present.type)) {
      report(context, 'error', 'structure', 'type', text.typeNotAllowed(present.type, allowed), at, element.origin);
      if (plan)
        runSlicing(plan, [{ value: holder[present.key], sibling: holder[present.sibling], type: present.type, path: at }], path, context);
      return;
    }
    run?.(holder[present.key], holder[present.sibling], at, context);
    if (plan)
      runSlicing(plan, [{ value: holder[present.key], sibling: holder[present.sibling], type: present.type, path: at }], path, context);
  },
} as const;

/** The names that a choice can have; the likely ones, which the profile allows, are tried first. */
export interface ChoiceNames {
  present(holder: Readonly<Record<string, unknown>>): ChoiceName | undefined;
}

export function choiceNames(all: readonly ChoiceName[], likely: readonly string[]): ChoiceNames {
  const first = all.filter(({ type }) => likely.includes(type)).slice(0, 3);
  const byKey = new Map(all.flatMap((name) => [[name.key, name] as const, [name.sibling, name] as const]));
  return {
    present(holder) {
      for (const name of first) if (holder[name.key] !== undefined) return name;
      for (const key in holder) {
        const found = byKey.get(key);
        if (found && holder[key] !== undefined) return found;
      }
      return undefined;
    },
  };
}

const none: readonly SlicedItem[] = [];

function itemsOf(values: unknown, siblings: unknown, step: string, isArray: boolean, path: string): readonly SlicedItem[] {
  if (values === undefined && siblings === undefined) return none;
  if (!Array.isArray(values) && !Array.isArray(siblings)) return [{ value: values, sibling: siblings, type: undefined, path: path + step }];
  const first: readonly unknown[] = Array.isArray(values) ? values : [];
  const second: readonly unknown[] = Array.isArray(siblings) ? siblings : [];
  const items: SlicedItem[] = [];
  for (let index = 0; index < Math.max(first.length, second.length); index++) {
    const value = first[index] ?? undefined;
    items.push({ value, sibling: second[index] ?? undefined, type: undefined, path: isArray ? `${path}${step}[${index}]` : path + step });
  }
  return items;
}

function shown(value: unknown): string {
  const printed = JSON.stringify(value);
  return printed.length > 300 ? `${printed.slice(0, 300)}…` : printed;
}
