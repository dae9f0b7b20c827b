import { distinctItems, orderItems } from '../compare.js';
import type { FhirPathContext, TypedValue } from '../fhirpath.js';
import { itemOf } from '../item.js';
import { resolveReference } from '../resolve.js';
import type { Model } from '../types.js';
import { tooCostly } from '../work.js';

/** Thrown by generated code that meets what it wasn't made for; the interpreter then runs instead. One object, since it carries nothing. */
export const handOver: object = Object.freeze({ handOver: true });

function other(): never {
  throw handOver;
}

/** What generated code calls. */
export function createRuntime(model: Model): Readonly<Record<string, unknown>> {
  return {
    other,
    stop: () => {
      throw tooCostly();
    },
    join,
    has,
    hasMany,
    hasAny,
    not: (value: boolean | undefined) => (value === undefined ? undefined : !value),
    isA: (type: unknown, ancestor: string) => typeof type === 'string' && model.isA(type, ancestor),
    resource,
    length: (text: string | undefined) => (text === undefined ? undefined : text.length > 1000 ? other() : [...text].length),
    toInteger,
    substring: (text: string | undefined, start: number) => (text === undefined || start >= text.length ? undefined : text.slice(start)),
    order: (leftType: string, left: unknown, rightType: string, right: unknown) => order(model, leftType, left, rightType, right),
    refersTo: (type: string, value: unknown, target: string, focus: unknown, context: FhirPathContext) =>
      refersTo(model, type, value, target, focus, context),
    typed: (type: string, value: unknown, sibling: unknown) => typed(model, type, value, sibling),
    distinct: (values: readonly TypedValue[]) => distinct(model, values),
  };
}

function has(value: unknown): boolean {
  if (value === undefined) return false;
  if (value === null || Array.isArray(value)) other();
  return true;
}

const maxString = 1_000_000;

function join(left: string | undefined, right: string | undefined): string {
  const made = (left ?? '') + (right ?? '');
  return made.length > maxString ? other() : made;
}

function hasMany(value: unknown): boolean {
  if (value === undefined) return false;
  if (!Array.isArray(value)) other();
  if (value.length === 0) return false;
  if (value[0] === null || value[0] === undefined) other();
  return true;
}

function hasAny(object: Readonly<Record<string, unknown>>, keys: ReadonlySet<string>): boolean {
  for (const key in object) if (keys.has(key)) return has(object[key]);
  return false;
}

/** `%resource`, where it is of the type that the focus' type implies. */
function resource(context: FhirPathContext, focus: unknown, type: string): unknown {
  const found = context.resource === undefined ? focus : context.resource;
  if (typeof found !== 'object' || found === null || (found as { readonly resourceType?: unknown }).resourceType !== type) other();
  return found;
}

function toInteger(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?\d{1,9}$/.test(text)) return text === undefined || !/^[+-]?\d+$/.test(text) ? undefined : other();
  return Number(text);
}

// Days that every month has: none of them needs a calendar.
const plainDay = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/;
const plainInstant =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)$/;

/** As comparison has it; the common cases without parsing: two plain days, two plain instants. */
function order(model: Model, leftType: string, left: unknown, rightType: string, right: unknown): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') {
    if (plainDay.test(left) && plainDay.test(right)) return left < right ? -1 : left > right ? 1 : 0;
    if (plainInstant.test(left) && plainInstant.test(right)) return Math.sign(Date.parse(left) - Date.parse(right));
  }
  return orderItems(itemOf(left, leftType), itemOf(right, rightType), { model, spent: 0 }, 0);
}

function refersTo(
  model: Model,
  type: string,
  value: unknown,
  target: string,
  focus: unknown,
  context: FhirPathContext,
): boolean | undefined {
  const evaluation = { model, mode: 'lenient', context, root: [itemOf(focus)], spent: 0 } as const;
  const found = resolveReference(itemOf(value, type), evaluation, true);
  return found && model.isA(found.type, target);
}

function typed(model: Model, type: string, value: unknown, sibling: unknown): TypedValue {
  const open = type === 'Resource' || type === 'DomainResource';
  const named = open ? itemOf(value, type).type : type.includes('.') ? (model.shape(type)?.base ?? type) : type;
  return sibling === undefined ? { type: named, value } : { type: named, value, sibling };
}

/** Equal values are rare here: where there are any, the interpreter sorts it out. */
function distinct(model: Model, values: readonly TypedValue[]): readonly TypedValue[] {
  if (values.length < 2) return values;
  const items = values.map(({ type, value }) => itemOf(value, type));
  return distinctItems(items, { model, spent: 0 }).length === values.length ? values : other();
}
