/**
 * An exact decimal: `digits` × 10^-`scale`. The scale keeps the digits as written, which FHIRPath can see: `1.0.toString()`, `1.50.precision()`,
 * `1.2 ~ 1.24`. That is why no library of arbitrary precision serves: they drop trailing zeros.
 */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

// More digits than this come from no measurement; they are refused so that a chain of products stays cheap.
const maxDigits = 400;
const divisionDigits = 28;

/** Undefined where the text is no number, or one with more than 400 digits. Takes exponents, since JSON numbers may have them. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > maxDigits + 10) return undefined;
  const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent] = match;
  const shift = fraction.length - Number(exponent ?? 0);
  if (Math.abs(shift) > maxDigits) return undefined;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  return shift >= 0 ? { digits, scale: shift } : { digits: digits * power10(-shift), scale: 0 };
}

export function fromInteger(value: number | bigint): Decimal {
  return { digits: BigInt(value), scale: 0 };
}

/** From a JSON number, by its shortest text. */
export function fromNumber(value: number): Decimal | undefined {
  return Number.isInteger(value) ? fromInteger(value) : parseDecimal(String(value));
}

export function printDecimal(value: Decimal): string {
  const negative = value.digits < 0n;
  const text = String(negative ? -value.digits : value.digits).padStart(value.scale + 1, '0');
  const whole = text.slice(0, text.length - value.scale);
  return `${negative ? '-' : ''}${whole}${value.scale > 0 ? `.${text.slice(text.length - value.scale)}` : ''}`;
}

export function toNumber(value: Decimal): number {
  return Number(printDecimal(value));
}

export function compareDecimals(left: Decimal, right: Decimal): number {
  const scale = Math.max(left.scale, right.scale);
  const a = rescale(left, scale);
  const b = rescale(right, scale);
  return a < b ? -1 : a > b ? 1 : 0;
}

export function add(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  return { digits: rescale(left, scale) + rescale(right, scale), scale };
}

export function negate(value: Decimal): Decimal {
  return { digits: -value.digits, scale: value.scale };
}

export function subtract(left: Decimal, right: Decimal): Decimal {
  return add(left, negate(right));
}

/** Undefined where the product has more digits than are kept. */
export function multiply(left: Decimal, right: Decimal): Decimal | undefined {
  return bounded({ digits: left.digits * right.digits, scale: left.scale + right.scale });
}

/** Undefined for a division by zero. Exact where 28 decimals hold it, else rounded there; zeros at the end fall away. */
export function divide(left: Decimal, right: Decimal): Decimal | undefined {
  if (right.digits === 0n) return undefined;
  const scale = Math.max(divisionDigits, left.scale);
  const numerator = left.digits * power10(scale + right.scale);
  return trim({ digits: divideHalfUp(numerator, right.digits * power10(left.scale)), scale }, 0);
}

/** Whole part of the quotient, toward zero. */
export function integerQuotient(left: Decimal, right: Decimal): bigint | undefined {
  if (right.digits === 0n) return undefined;
  const scale = Math.max(left.scale, right.scale);
  return rescale(left, scale) / rescale(right, scale);
}

/** Remainder of the truncated division; has the sign of `left`. */
export function remainder(left: Decimal, right: Decimal): Decimal | undefined {
  if (right.digits === 0n) return undefined;
  const scale = Math.max(left.scale, right.scale);
  return { digits: rescale(left, scale) % rescale(right, scale), scale };
}

/** Half away from zero, to `scale` decimals; adds zeros where the value has fewer. */
export function round(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) return { digits: rescale(value, scale), scale };
  return { digits: divideHalfUp(value.digits, power10(value.scale - scale)), scale };
}

/** Toward zero, to `scale` decimals. */
export function truncate(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) return { digits: rescale(value, scale), scale };
  return { digits: value.digits / power10(value.scale - scale), scale };
}

export function floor(value: Decimal): bigint {
  const whole = truncate(value, 0).digits;
  return value.digits < 0n && rescale({ digits: whole, scale: 0 }, value.scale) !== value.digits ? whole - 1n : whole;
}

export function absolute(value: Decimal): Decimal {
  return value.digits < 0n ? negate(value) : value;
}

/** The value without zeros at the end of its decimals, but for the first `minimum`. */
export function trim(value: Decimal, minimum: number): Decimal {
  let { digits, scale } = value;
  while (scale > minimum && digits % 10n === 0n) {
    digits /= 10n;
    scale -= 1;
  }
  return { digits, scale };
}

function bounded(value: Decimal): Decimal | undefined {
  return value.scale > maxDigits || value.digits.toString(16).length > maxDigits ? undefined : value;
}

function rescale(value: Decimal, scale: number): bigint {
  return scale === value.scale ? value.digits : value.digits * power10(scale - value.scale);
}

function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const rounded = (n * 2n + d) / (d * 2n);
  return negative ? -rounded : rounded;
}

const powers: bigint[] = [];

function power10(exponent: number): bigint {
  const known = powers[exponent];
  if (known !== undefined) return known;
  const made = 10n ** BigInt(exponent);
  powers[exponent] = made;
  return made;
}
