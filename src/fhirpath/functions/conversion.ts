import { decimalOf } from '../compare.js';
import { compareDecimals, type Decimal, fromInteger, parseDecimal } from '../decimal.js';
import { FhirPathError } from '../error.js';
import {
  boolean,
  type Collection,
  decimal,
  empty,
  falseItem,
  type Item,
  integer,
  quantity,
  string,
  temporal,
  textOf,
  trueItem,
} from '../item.js';
import { inUnitOf, parseQuantity, type QuantityValue } from '../quantity.js';
import { argument, type Call, type FhirPathFunction, type FunctionTable, modelIn, onInput, singleSystem, stringOf } from '../scope.js';
import { parseDate, parseDateTime, parseTime, type Temporal } from '../temporal.js';

/** FHIRPath N1 §5.5 Conversion. Each `toX` gives empty where its `convertsToX` gives false. */
export const conversion: FunctionTable = {
  iif: { min: 2, max: 3, run: iif },
  toBoolean: converting(toBoolean),
  convertsToBoolean: testing(toBoolean),
  toInteger: converting(toInteger),
  convertsToInteger: testing(toInteger),
  toDecimal: converting(toDecimal),
  convertsToDecimal: testing(toDecimal),
  toString: converting((item) => string(textOf(item))),
  convertsToString: testing((item) => string(textOf(item))),
  toDate: converting(toDate),
  convertsToDate: testing(toDate),
  toDateTime: converting(toDateTime),
  convertsToDateTime: testing(toDateTime),
  toTime: converting(toTime),
  convertsToTime: testing(toTime),
  toQuantity: { min: 0, max: 1, run: (call) => optional(convertedQuantity(call)) },
  convertsToQuantity: {
    min: 0,
    max: 1,
    run: (call) => (singleSystem(call.input, modelIn(call), call.at) ? boolean(convertedQuantity(call) !== undefined) : empty),
  },
};

type Convert = (item: Item) => Item | undefined;

function optional(item: Item | undefined): Collection {
  return item ? [item] : empty;
}

function converting(convert: Convert): FhirPathFunction {
  return {
    min: 0,
    max: 0,
    run: (call) => {
      const item = singleSystem(call.input, modelIn(call), call.at);
      return optional(item && convert(item));
    },
  };
}

function testing(convert: Convert): FhirPathFunction {
  return {
    min: 0,
    max: 0,
    run: (call) => {
      const item = singleSystem(call.input, modelIn(call), call.at);
      return item ? boolean(convert(item) !== undefined) : empty;
    },
  };
}

/** The criterion and the results see the input as `$this`; only the chosen result is evaluated. */
function iif(call: Call): Collection {
  if (call.input.length > 1) throw new FhirPathError('execution', 'iif takes one value as its input', call.at);
  const criterion = onInput(call, 0);
  const [only] = criterion;
  if (criterion.length > 1) throw new FhirPathError('semantic', 'the criterion of iif has more than one value', call.at);
  if (only && typeof only.value !== 'boolean') {
    if (call.scope.evaluation.mode === 'strict') throw new FhirPathError('semantic', 'the criterion of iif is no boolean', call.at);
    return onInput(call, 1);
  }
  return only?.value === true ? onInput(call, 1) : call.args.length > 2 ? onInput(call, 2) : empty;
}

const booleanTexts: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  '1': true,
  '1.0': true,
  false: false,
  f: false,
  no: false,
  n: false,
  '0': false,
  '0.0': false,
};

function toBoolean(item: Item): Item | undefined {
  if (item.type === 'System.Boolean') return item;
  if (item.type === 'System.String') {
    const text = (item.value as string).toLowerCase();
    return Object.hasOwn(booleanTexts, text) ? (booleanTexts[text] ? trueItem : falseItem) : undefined;
  }
  const number = decimalOf(item);
  if (!number) return undefined;
  if (compareDecimals(number, fromInteger(1)) === 0) return trueItem;
  return compareDecimals(number, fromInteger(0)) === 0 ? falseItem : undefined;
}

function toInteger(item: Item): Item | undefined {
  if (item.type === 'System.Integer') return item;
  if (item.type === 'System.Boolean') return integer(item.value === true ? 1 : 0);
  if (item.type !== 'System.String' || !/^[+-]?\d{1,11}$/.test(item.value as string)) return undefined;
  const value = Number(item.value);
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? integer(value) : undefined;
}

function toDecimal(item: Item): Item | undefined {
  if (item.type === 'System.Boolean') return decimal(fromInteger(item.value === true ? 1 : 0));
  const number = decimalOf(item) ?? plainDecimal(item);
  return number && decimal(number);
}

function plainDecimal(item: Item): Decimal | undefined {
  return item.type === 'System.String' && /^[+-]?\d+(\.\d+)?$/.test(item.value as string) ? parseDecimal(item.value as string) : undefined;
}

function toDate(item: Item): Item | undefined {
  if (item.type === 'System.Date') return item;
  if (item.type === 'System.DateTime') {
    const { offsetMinutes: _, ...local } = item.value as Temporal;
    const precision = local.precision > 2 ? 3 : local.precision;
    return temporal({ ...local, kind: 'date', precision, fraction: false, hour: 0, minute: 0, second: 0, millisecond: 0 });
  }
  return item.type === 'System.String' ? parsed(parseDate(item.value as string)) : undefined;
}

function toDateTime(item: Item): Item | undefined {
  if (item.type === 'System.DateTime') return item;
  if (item.type === 'System.Date') return temporal({ ...(item.value as Temporal), kind: 'dateTime' });
  return item.type === 'System.String' ? parsed(parseDateTime(item.value as string)) : undefined;
}

function toTime(item: Item): Item | undefined {
  if (item.type === 'System.Time') return item;
  return item.type === 'System.String' ? parsed(parseTime(item.value as string)) : undefined;
}

function parsed(value: Temporal | undefined): Item | undefined {
  return value && temporal(value);
}

/** Converts, and with an argument also into that unit. */
function convertedQuantity(call: Call): Item | undefined {
  const item = singleSystem(call.input, modelIn(call), call.at);
  const made = item && toQuantity(item);
  const unit = call.args.length === 0 ? undefined : stringOf(argument(call, 0), call);
  if (!made || unit === undefined) return made && quantity(made);
  const target: QuantityValue = parseQuantity(`1 ${unit}`) ?? { value: fromInteger(1), unit, calendar: false };
  const value = inUnitOf(target, made);
  return value && quantity({ ...target, value });
}

function toQuantity(item: Item): QuantityValue | undefined {
  if (item.type === 'System.Quantity') return item.value as QuantityValue;
  if (item.type === 'System.Boolean')
    return { value: parseDecimal(item.value === true ? '1.0' : '0.0') ?? fromInteger(0), unit: '1', calendar: false };
  const number = decimalOf(item);
  if (number) return { value: number, unit: '1', calendar: false };
  return item.type === 'System.String' ? parseQuantity(item.value as string) : undefined;
}
