import fc from 'fast-check';
import { test } from 'tap';
import * as decimals from '../../src/fhirpath/decimal.js';
import { FhirPathError } from '../../src/fhirpath/error.js';
import { compareQuantities, equivalentQuantities, parseQuantity, printQuantity, type QuantityValue } from '../../src/fhirpath/quantity.js';
import { boundedRegex } from '../../src/fhirpath/regex.js';
import {
  addTemporal,
  compareTemporals,
  fromEpoch,
  parseDate,
  parseDateTime,
  parseTime,
  printTemporal,
  type TemporalUnit,
  temporalKey,
} from '../../src/fhirpath/temporal.js';

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat({ max: 20 }))
  .map(([digits, scale]) => ({ digits, scale }));

test('a decimal prints and parses with all its digits', async () => {
  fc.assert(
    fc.property(decimal, (value) => decimals.compareDecimals(decimals.parseDecimal(decimals.printDecimal(value)) ?? value, value) === 0),
  );
  fc.assert(
    fc.property(
      decimal,
      (value) => decimals.printDecimal(decimals.parseDecimal(decimals.printDecimal(value)) ?? value) === decimals.printDecimal(value),
    ),
  );
});

test('sums and products are exact, quotients to 28 decimals', async () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const { add, subtract, multiply, divide, remainder, integerQuotient, compareDecimals, fromInteger, absolute } = decimals;
      const same = (left: decimals.Decimal | undefined, right: decimals.Decimal): boolean =>
        left !== undefined && compareDecimals(left, right) === 0;
      if (!same(subtract(add(a, b), b), a) || !same(multiply(a, b), multiply(b, a) ?? a)) return false;
      const quotient = divide(a, b);
      if (b.digits === 0n) return quotient === undefined && remainder(a, b) === undefined;
      const rest = subtract(a, multiply(quotient ?? a, b) ?? a);
      const bound = { digits: (b.digits < 0n ? -b.digits : b.digits) + 1n, scale: b.scale + 28 };
      const whole = fromInteger(integerQuotient(a, b) ?? 0n);
      return compareDecimals(absolute(rest), bound) <= 0 && same(add(multiply(whole, b) ?? a, remainder(a, b) ?? a), a);
    }),
  );
});

test('rounding is half away from zero', async (t) => {
  const rounded = (text: string, scale: number): string =>
    decimals.printDecimal(decimals.round(decimals.parseDecimal(text) ?? decimals.fromInteger(0), scale));
  t.equal(rounded('2.5', 0), '3');
  t.equal(rounded('-2.5', 0), '-3');
  t.equal(rounded('1.005', 2), '1.01');
  t.equal(rounded('7', 2), '7.00');
  t.equal(decimals.parseDecimal('1e3') && decimals.printDecimal(decimals.parseDecimal('1e3') ?? decimals.fromInteger(0)), '1000');
  for (const text of ['', '1.', '.5', 'x', '1e99999', '9'.repeat(5000)]) t.equal(decimals.parseDecimal(text), undefined, text.slice(0, 10));
});

const instant = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) });

test('instants compare as time does, whatever their zones', async () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), fc.integer({ min: -12, max: 14 }), (ms, apart, hours) => {
      const left = parseDateTime(new Date(ms).toISOString());
      const shifted = new Date(ms + apart + hours * 3_600_000).toISOString().slice(0, -1);
      const zone = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
      const right = parseDateTime(`${shifted}${zone}`);
      if (!left || !right) return false;
      return compareTemporals(left, right) === Math.sign(-apart) + 0 && (temporalKey(left) === temporalKey(right)) === (apart === 0);
    }),
  );
});

test('dates print as they parse, and adding a span and taking it off comes back', async () => {
  const unit = fc.constantFrom<TemporalUnit>('week', 'day', 'hour', 'minute', 'second', 'millisecond');
  fc.assert(
    // 50,000 weeks from any of the instants stay within the years 1 to 9999.
    fc.property(instant, fc.integer({ min: -50_000, max: 50_000 }), unit, (ms, amount, by) => {
      const value = fromEpoch(ms);
      const moved = addTemporal(value, amount, by);
      const back = moved && addTemporal(moved, -amount, by);
      return back !== undefined && compareTemporals(back, value) === 0 && printTemporal(value) === new Date(ms).toISOString();
    }),
  );
});

test('a comparison of dates is unknown exactly where the precision ends', async (t) => {
  const order = (left: string, right: string): number | undefined => {
    const [a, b] = [parseDateTime(left), parseDateTime(right)];
    return a && b && compareTemporals(a, b);
  };
  t.equal(order('2018', '2018-03'), undefined);
  t.equal(order('2018', '2019-03'), -1);
  t.equal(order('2018-03', '2018-03'), 0);
  t.equal(order('2018-03-01T10:30', '2018-03-01T10:30:00'), undefined);
  t.equal(order('2018-03-01T10:30:00', '2018-03-01T10:30:00.000'), 0);
  t.equal(order('2018-03-01T10:30:00', '2018-03-01T10:30:00Z'), undefined, 'a zone is missing');
  t.equal(order('2018-03-01T10:30:00', '2018-03-03T10:30:00Z'), -1, 'no zone is that far');
  t.equal(order('2018-03-01', '2018-03-01T23:00:00+07:00'), undefined, 'a day has no zone');
  for (const text of ['2018-13', '2018-02-29', '2018-1-1', '0000', '2018-01-01T24:00', '2018-01T10:00', '2018-01-01T10:00+15:00'])
    t.equal(parseDateTime(text), undefined, text);
  t.equal(parseTime('24:00'), undefined);
  t.equal(printTemporal(addTemporal(parseDate('2016-01-31') ?? fromEpoch(0), 1, 'month') ?? fromEpoch(0)), '2016-02-29');
  t.equal(addTemporal(parseDate('9999-12-31') ?? fromEpoch(0), 1, 'day'), undefined);
});

function quantity(text: string): QuantityValue {
  const value = parseQuantity(text);
  if (!value) throw new Error(text);
  return value;
}

test('quantities convert by UCUM, calendar years and months only among themselves', async (t) => {
  const order = (left: string, right: string): number | undefined => compareQuantities(quantity(left), quantity(right));
  t.equal(order("4 'g'", "4000 'mg'"), 0);
  t.equal(order("0.1 'mg'", "100 'ug'"), 0);
  t.equal(order("37 'Cel'", "98.6 '[degF]'"), 0);
  t.equal(order("1 'km/h'", "1 'm/s'"), -1);
  t.equal(order("110 'g/L'", "11 'g/dL'"), 0);
  t.equal(order("1 'g'", "1 'm'"), undefined);
  t.equal(order("1 'nonsense'", "1 'g'"), undefined);
  t.equal(order('7 days', "1 'wk'"), 0);
  t.equal(order('12 months', '1 year'), 0);
  t.equal(order('1 year', "1 'a'"), undefined);
  t.ok(equivalentQuantities(quantity('1 year'), quantity("1 'a'")));
  t.ok(equivalentQuantities(quantity("4 'g'"), quantity("4040 'mg'")));
  for (const text of ["1.50 'mg'", '3 days', '1 week', "7 '1'"]) t.equal(printQuantity(quantity(text)), text);
  for (const text of ['1 wk', 'mg', "1 'mg", '1.a']) t.equal(parseQuantity(text), undefined, text);
});

test('both engines of regular expressions find the same', async (t) => {
  const patterns = ['[A-Z]([A-Za-z0-9_]){0,254}', '^a+$', 'b', 'a|b', '(ab)*c', '^(?:[a-z]+\\.)*[a-z]+$', '\\d{2,3}', '.', ''];
  fc.assert(
    fc.property(
      fc.constantFrom(...patterns),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', '.', '1', '\n'), maxLength: 12 }),
      fc.boolean(),
      (pattern, text, whole) => {
        const expected = new RegExp(whole ? `^(?:${pattern})$` : pattern, 's').test(text);
        return boundedRegex(pattern, whole ? 'whole' : 'part', 0).test(text) === expected;
      },
    ),
  );
  t.equal(boundedRegex('([a-z]+) (?<last>[a-z]+)', 'part', 0).replace('siti aminah!', ['$', '{last}, $1'].join('')), 'aminah, siti!');
  t.equal(boundedRegex('(a+)+b', 'part', 0).replace('aab', '<$1>'), '<aa>');
  t.equal(boundedRegex('^(?!x)', 'part', 0).test('y'), true, 'look-ahead on a short text');
  for (const pattern of ['[', '(a)\\1', 'a'.repeat(3000), '(a{0,999}){0,999}'])
    t.throws(() => boundedRegex(pattern, 'part', 0), FhirPathError, pattern.slice(0, 20));
});
