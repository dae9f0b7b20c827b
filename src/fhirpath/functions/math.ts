import { decimalOf } from '../compare.js';
import {
  absolute,
  compareDecimals,
  type Decimal,
  floor,
  fromInteger,
  fromNumber,
  multiply,
  negate,
  round,
  toNumber,
  truncate,
} from '../decimal.js';
import { FhirPathError } from '../error.js';
import { type Collection, decimal, empty, type Item, quantity } from '../item.js';
import { integerItem } from '../operators.js';
import type { QuantityValue } from '../quantity.js';
import {
  argument,
  type Call,
  type FhirPathFunction,
  type FunctionTable,
  integerOf,
  modelIn,
  nameOf,
  single,
  singleSystem,
} from '../scope.js';

/** FHIRPath N1 §5.7 Math. What has no real value (a root of -1) is empty. */
export const math: FunctionTable = {
  abs: { min: 0, max: 0, run: abs },
  ceiling: whole((value) => -floor(negate(value))),
  floor: whole(floor),
  truncate: whole((value) => truncate(value, 0).digits),
  round: { min: 0, max: 1, run: roundTo },
  exp: real((value) => Math.exp(value)),
  ln: real((value) => Math.log(value)),
  sqrt: { min: 0, max: 0, run: (call) => optional(rounded(Math.sqrt(toNumber(number(call) ?? fromInteger(-1))))) },
  log: { min: 1, max: 1, run: log },
  power: { min: 1, max: 1, run: power },
};

function optional(item: Item | undefined): Collection {
  return item ? [item] : empty;
}

function input(call: Call): Item | undefined {
  const item = single(call.input, call.at);
  const system = singleSystem(call.input, modelIn(call), call.at);
  if (item && !system && item.value !== undefined)
    throw new FhirPathError('execution', `a number is expected, not ${nameOf(item)}`, call.at);
  return system;
}

function number(call: Call): Decimal | undefined {
  const item = input(call);
  const value = item && decimalOf(item);
  if (item && !value) throw new FhirPathError('execution', `a number is expected, not ${nameOf(item)}`, call.at);
  return value;
}

function whole(run: (value: Decimal) => bigint): FhirPathFunction {
  return {
    min: 0,
    max: 0,
    run: (call) => {
      const value = number(call);
      return value ? optional(integerItem(Number(run(value)))) : empty;
    },
  };
}

function real(run: (value: number) => number): FhirPathFunction {
  return {
    min: 0,
    max: 0,
    run: (call) => {
      const value = number(call);
      return value ? optional(rounded(run(toNumber(value)))) : empty;
    },
  };
}

/** A result of binary floating point; undefined where it is none. */
function rounded(value: number): Item | undefined {
  const made = Number.isFinite(value) ? fromNumber(value) : undefined;
  return made && decimal(made);
}

function abs(call: Call): Collection {
  const item = input(call);
  if (!item) return empty;
  if (item.type === 'System.Quantity') {
    const value = item.value as QuantityValue;
    return [quantity({ ...value, value: absolute(value.value) })];
  }
  if (item.type === 'System.Integer') return optional(integerItem(Math.abs(item.value as number)));
  const value = number(call);
  return value ? [decimal(absolute(value))] : empty;
}

function roundTo(call: Call): Collection {
  const value = number(call);
  if (!value) return empty;
  const places = call.args.length === 0 ? 0 : integerOf(argument(call, 0), call);
  if (places !== undefined && (places < 0 || places > 31)) throw new FhirPathError('execution', 'round takes 0 to 31 decimals', call.at);
  return [decimal(round(value, places ?? 0))];
}

function other(call: Call): Decimal | undefined {
  const item = singleSystem(argument(call, 0), modelIn(call), call.at);
  return item && decimalOf(item);
}

function log(call: Call): Collection {
  const value = number(call);
  const base = other(call);
  if (!value || !base) return empty;
  const [x, b] = [toNumber(value), toNumber(base)];
  // Base 2 and 10 have functions of their own, which are exact where the quotient of logarithms is not.
  return optional(rounded(b === 2 ? Math.log2(x) : b === 10 ? Math.log10(x) : Math.log(x) / Math.log(b)));
}

const maxExactExponent = 64;

function power(call: Call): Collection {
  const item = input(call);
  const value = number(call);
  const exponent = other(call);
  if (!item || !value || !exponent) return empty;
  const steps = toNumber(exponent);
  if (exponent.scale === 0 && steps >= 0 && steps <= maxExactExponent) {
    let made: Decimal | undefined = fromInteger(1);
    for (let step = 0; step < steps && made; step += 1) made = multiply(made, value);
    if (!made) return empty;
    return item.type === 'System.Integer' ? optional(integerItem(toNumber(made))) : [decimal(made)];
  }
  const real = toNumber(value) ** steps;
  return compareDecimals(value, fromInteger(0)) === 0 && steps < 0 ? empty : optional(rounded(real));
}
