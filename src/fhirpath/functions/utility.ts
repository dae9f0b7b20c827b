import { compareDecimals, type Decimal, fromInteger, negate, round, truncate } from '../decimal.js';
import { FhirPathError } from '../error.js';
import { boolean, type Collection, decimal, empty, type Item, integer, isSystem, quantity, temporal, toTyped } from '../item.js';
import { areComparable, type QuantityValue } from '../quantity.js';
import { argument, type Call, type FunctionTable, integerOf, modelIn, onInput, onItem, singleSystem, spend, stringOf } from '../scope.js';
import { fromEpoch, precisionDigits, type Temporal, temporalBoundary } from '../temporal.js';

/** FHIRPath N1 §5.9 Utility and §7 Aggregates, with boundaries, precision and defineVariable of N2. `sort` is compiled apart. */
export const utility: FunctionTable = {
  trace: { min: 1, max: 2, run: trace },
  now: { min: 0, max: 0, run: (call) => instant(call, (value) => value) },
  today: { min: 0, max: 0, run: (call) => instant(call, toDay) },
  timeOfDay: { min: 0, max: 0, run: (call) => instant(call, toTimeOfDay) },
  aggregate: { min: 1, max: 2, run: aggregate },
  defineVariable: { min: 1, max: 2, run: defineVariable },
  coalesce: { min: 1, max: 20, run: coalesce },
  lowBoundary: { min: 0, max: 1, run: (call) => boundary(call, -1) },
  highBoundary: { min: 0, max: 1, run: (call) => boundary(call, 1) },
  precision: { min: 0, max: 0, run: precision },
  comparable: { min: 1, max: 1, run: comparable },
  type: { min: 0, max: 0, run: (call) => call.input.map(typeInfo) },
};

function trace(call: Call): Collection {
  const { context, model } = call.scope.evaluation;
  const name = stringOf(argument(call, 0), call) ?? '';
  if (context.trace) {
    const seen = call.args.length > 1 ? call.input.flatMap((item, index) => onItem(call, 1, item, index)) : call.input;
    context.trace(
      name,
      seen.map((item) => toTyped(item, model)),
    );
  }
  return call.input;
}

function instant(call: Call, part: (value: Temporal) => Temporal): Collection {
  const { now, zoneMinutes } = call.scope.evaluation.context;
  return now === undefined ? empty : [temporal(part(fromEpoch(now, zoneMinutes)))];
}

function toDay(value: Temporal): Temporal {
  const { offsetMinutes: _, ...local } = value;
  return { ...local, kind: 'date', hour: 0, minute: 0, second: 0, millisecond: 0, precision: 3, fraction: false };
}

function toTimeOfDay(value: Temporal): Temporal {
  const { offsetMinutes: _, ...local } = value;
  return { ...local, kind: 'time', year: 1, month: 1, day: 1 };
}

function aggregate(call: Call): Collection {
  let total = call.args.length > 1 ? argument(call, 1) : empty;
  call.input.forEach((item, index) => {
    total = onItem(call, 0, item, index, total);
    spend(call.scope, total.length, call.at);
  });
  return total;
}

const fixedVariables = new Set(['resource', 'rootResource', 'context', 'ucum', 'sct', 'loinc', 'us-zip']);

/** Binds a name for the rest of the chain; a name may be bound once. */
function defineVariable(call: Call): Collection {
  const name = stringOf(argument(call, 0), call);
  if (name === undefined) throw new FhirPathError('execution', 'defineVariable wants a name', call.at);
  let bound = fixedVariables.has(name);
  for (let binding = call.scope.bindings; binding && !bound; binding = binding.next) bound = binding.name === name;
  if (bound) throw new FhirPathError('execution', `%${name} has a value already`, call.at);
  const value = call.args.length > 1 ? onInput(call, 1) : call.input;
  call.scope.bindings = { name, value, next: call.scope.bindings };
  return call.input;
}

function coalesce(call: Call): Collection {
  for (let position = 0; position < call.args.length; position += 1) {
    const value = argument(call, position);
    if (value.length > 0) return value;
  }
  return empty;
}

const decimalDigits = 8;
const maxDecimalDigits = 31;

/** Edge of the range that a value can mean, given how precisely it is written. */
function boundary(call: Call, direction: -1 | 1): Collection {
  const item = singleSystem(call.input, modelIn(call), call.at);
  const digits = call.args.length === 0 ? undefined : integerOf(argument(call, 0), call);
  if (!item) return empty;
  switch (item.type) {
    case 'System.Integer':
    case 'System.Decimal': {
      const value = item.type === 'System.Integer' ? fromInteger(item.value as number) : (item.value as Decimal);
      const edge = decimalBoundary(value, digits ?? decimalDigits, direction);
      return edge ? [decimal(edge)] : empty;
    }
    case 'System.Quantity': {
      const value = item.value as QuantityValue;
      const edge = decimalBoundary(value.value, digits ?? decimalDigits, direction);
      return edge ? [quantity({ ...value, value: edge })] : empty;
    }
    case 'System.Date':
    case 'System.DateTime':
    case 'System.Time': {
      const value = item.value as Temporal;
      const edge = temporalBoundary(value, digits ?? { date: 8, dateTime: 17, time: 9 }[value.kind], direction);
      return edge ? [temporal(edge)] : empty;
    }
    default:
      throw new FhirPathError('execution', `${item.type} has no boundaries`, call.at);
  }
}

/** Half a unit of the last digit away; cut to `digits` decimals toward zero for the edge nearer to zero, rounded for the other, as the public suite has it. */
function decimalBoundary(value: Decimal, digits: number, direction: -1 | 1): Decimal | undefined {
  if (digits < 0 || digits > maxDecimalDigits) return undefined;
  if (compareDecimals(value, fromInteger(0)) < 0) {
    const mirrored = decimalBoundary(negate(value), digits, direction === 1 ? -1 : 1);
    return mirrored && negate(mirrored);
  }
  const edge = { digits: value.digits * 10n + (direction === 1 ? 5n : -5n), scale: value.scale + 1 };
  return direction === 1 || edge.digits < 0n ? round(edge, digits) : truncate(edge, digits);
}

function precision(call: Call): Collection {
  const item = singleSystem(call.input, modelIn(call), call.at);
  switch (item?.type) {
    case undefined:
      return empty;
    case 'System.Integer':
      return [integer(0)];
    case 'System.Decimal':
      return [integer((item.value as Decimal).scale)];
    case 'System.Date':
    case 'System.DateTime':
    case 'System.Time':
      return [integer(precisionDigits(item.value as Temporal))];
    default:
      return empty;
  }
}

function comparable(call: Call): Collection {
  const left = singleSystem(call.input, modelIn(call), call.at);
  const right = singleSystem(argument(call, 0), modelIn(call), call.at);
  if (!left || !right) return empty;
  return boolean(
    left.type === 'System.Quantity' &&
      right.type === 'System.Quantity' &&
      areComparable(left.value as QuantityValue, right.value as QuantityValue),
  );
}

function typeInfo(item: Item): Item {
  const dot = item.type.indexOf('.');
  const info = isSystem(item) ? { namespace: 'System', name: item.type.slice(dot + 1) } : { namespace: 'FHIR', name: item.type };
  return { type: 'System.TypeInfo', value: info };
}
