import type { Observation, Patient } from '@medplum/fhirtypes';
import type { JsonObject } from '../../src/fhir/resource.js';

// A search evaluator that is slow and plain: it reads the elements it needs from each resource by hand and compares as the text of R4 says, so
// that it shares nothing with the one under test.

export interface NaiveClause {
  readonly name: string;
  readonly modifier?: string;
  readonly values: readonly string[];
}

type Kind = 'token' | 'string' | 'date' | 'quantity' | 'reference';

/** Whatever an element may hold: primitives, or the members of Coding, Period and Quantity. */
interface Parts {
  readonly system?: string;
  readonly code?: string;
  readonly start?: string;
  readonly end?: string;
  readonly value?: number;
  readonly unit?: string;
  readonly comparator?: string;
}
type Element = string | boolean | Parts;

interface Parameter<Type> {
  readonly kind: Kind;
  elements(resource: Type): ReadonlyArray<Element | undefined>;
}

function list<Value>(value: Value | readonly Value[] | undefined): readonly Value[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value as Value];
}

const patientParameters: Readonly<Record<string, Parameter<Patient>>> = {
  name: {
    kind: 'string',
    elements: (r) => list(r.name).flatMap((n) => [n.text, n.family, ...list(n.given), ...list(n.prefix), ...list(n.suffix)]),
  },
  family: { kind: 'string', elements: (r) => list(r.name).map((n) => n.family) },
  given: { kind: 'string', elements: (r) => list(r.name).flatMap((n) => list(n.given)) },
  gender: { kind: 'token', elements: (r) => [r.gender] },
  active: { kind: 'token', elements: (r) => [r.active] },
  identifier: { kind: 'token', elements: (r) => list(r.identifier).map(({ system, value }) => ({ system, code: value }) as Parts) },
  birthdate: { kind: 'date', elements: (r) => [r.birthDate] },
  _tag: { kind: 'token', elements: (r) => list(r.meta?.tag) },
};

const observationParameters: Readonly<Record<string, Parameter<Observation>>> = {
  code: { kind: 'token', elements: (r) => list(r.code?.coding) },
  'combo-code': { kind: 'token', elements: (r) => [...list(r.code?.coding), ...list(r.component).flatMap((c) => list(c.code?.coding))] },
  status: { kind: 'token', elements: (r) => [r.status] },
  date: { kind: 'date', elements: (r) => [r.effectiveDateTime, r.effectivePeriod] },
  'value-date': { kind: 'date', elements: (r) => [r.valueDateTime, r.valuePeriod] },
  'value-quantity': { kind: 'quantity', elements: (r) => [r.valueQuantity] },
  'combo-value-quantity': { kind: 'quantity', elements: (r) => [r.valueQuantity, ...list(r.component).map((c) => c.valueQuantity)] },
  'value-string': { kind: 'string', elements: (r) => [r.valueString, r.valueCodeableConcept?.text] },
  subject: { kind: 'reference', elements: (r) => [r.subject?.reference] },
  patient: { kind: 'reference', elements: (r) => list(r.subject?.reference).filter((one) => one.startsWith('Patient/')) },
};

export function naiveMatches(resource: JsonObject, clauses: readonly NaiveClause[]): boolean {
  return clauses.every((clause) => meets(resource, clause));
}

function meets(resource: JsonObject, { name, modifier, values }: NaiveClause): boolean {
  const found = elementsOf(resource, name);
  const elements = found.elements.filter((element) => element !== undefined);
  if (modifier === 'missing') return values.includes(String(elements.length === 0));
  const some = (value: string) => elements.some((element) => compare[found.kind](element, value, modifier));
  return modifier === 'not' ? !values.some(some) : values.some(some);
}

function elementsOf(resource: JsonObject, name: string): { readonly kind: Kind; readonly elements: ReadonlyArray<Element | undefined> } {
  const read = <Type>(parameter: Parameter<Type> | undefined) => {
    if (parameter === undefined) throw new Error(`the naive evaluator lacks ${resource['resourceType']}.${name}`);
    return { kind: parameter.kind, elements: parameter.elements(resource as unknown as Type) };
  };
  return resource['resourceType'] === 'Patient' ? read(patientParameters[name]) : read(observationParameters[name]);
}

type Compare = (element: Element, value: string, modifier: string | undefined) => boolean;

const partsOf = (element: Element): Parts => (typeof element === 'object' ? element : {});

const compare: Readonly<Record<Kind, Compare>> = {
  token(element, value) {
    const isPlain = typeof element !== 'object';
    const code = isPlain ? String(element) : partsOf(element).code;
    const { system } = partsOf(element);
    const bar = value.indexOf('|');
    if (bar < 0) return code === value;
    const [wantedSystem, wantedCode] = [value.slice(0, bar), value.slice(bar + 1)];
    if (wantedCode === '') return system === wantedSystem;
    return code === wantedCode && (isPlain || (system ?? '') === wantedSystem);
  },
  string(element, value, modifier) {
    if (modifier === 'exact') return element === value;
    const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim().replace(/\s+/g, ' ');
    const own = plain(String(element));
    return modifier === 'contains' ? own.includes(plain(value)) : own.startsWith(plain(value));
  },
  reference(element, value) {
    return value.includes('/') ? element === value : String(element).endsWith(`/${value}`);
  },
  date(element, value) {
    const { start, end } = partsOf(element);
    const own =
      typeof element === 'string'
        ? span(element)
        : {
            from: start === undefined ? -Infinity : span(start).from,
            to: end === undefined ? Infinity : span(end).to,
          };
    const { prefix, rest } = split(value);
    const asked = span(rest);
    const isWithin = own.from >= asked.from && own.to <= asked.to;
    switch (prefix) {
      case 'eq':
        return isWithin;
      case 'ne':
        return !isWithin;
      case 'gt':
        return own.to > asked.to;
      case 'lt':
        return own.from < asked.from;
      case 'ge':
        return own.to > asked.to || isWithin;
      case 'le':
        return own.from < asked.from || isWithin;
      case 'sa':
        return own.from > asked.to;
      case 'eb':
        return own.to < asked.from;
      default:
        throw new Error(prefix);
    }
  },
  quantity(element, value) {
    const [text = '', system, code] = value.split('|');
    const { prefix, rest } = split(text);
    // All test quantities have at most two decimals; in thousandths everything is whole, and grams are the milligrams of the tests.
    const inGrams = code === 'g' ? 1000 : 1;
    const mass = (unit: string) => (unit === 'g' ? 1000 : unit === 'mg' ? 1 : undefined);
    const decimals = rest.split('.')[1]?.length ?? 0;
    const half = 0.5 * 10 ** -decimals;
    const quantity = partsOf(element);
    let own = quantity.value ?? Number.NaN;
    let asked = Number(rest);
    let margin = half;
    if (system !== undefined && system !== '') {
      if (quantity.system !== system) return false;
      const factor = mass(quantity.code ?? '');
      if (factor === undefined || mass(code ?? '') === undefined) {
        if (quantity.code !== code) return false;
      } else {
        own *= factor;
        asked *= inGrams;
        margin *= inGrams;
      }
    } else if (code !== undefined && quantity.code !== code && quantity.unit !== code) return false;
    const round = (number: number) => Math.round(number * 1e6);
    const low = quantity.comparator === '<' ? -Infinity : own;
    const high = quantity.comparator === '>' ? Infinity : own;
    const isWithin = round(low) >= round(asked - margin) && round(high) < round(asked + margin);
    switch (prefix) {
      case 'eq':
        return isWithin;
      case 'ne':
        return !isWithin;
      case 'gt':
        return round(high) > round(asked);
      case 'ge':
        return round(high) >= round(asked);
      case 'lt':
        return round(low) < round(asked);
      case 'le':
        return round(low) <= round(asked);
      case 'sa':
        return round(low) > round(asked);
      case 'eb':
        return round(high) < round(asked);
      default:
        throw new Error(prefix);
    }
  },
};

function split(value: string): { prefix: string; rest: string } {
  return /^[a-z]{2}/.test(value) ? { prefix: value.slice(0, 2), rest: value.slice(2) } : { prefix: 'eq', rest: value };
}

/** First and last millisecond of a date, by filling in what it leaves open. */
function span(text: string): { from: number; to: number } {
  const [date = '', time] = text.split('T');
  const [year = '', month, day] = date.split('-');
  if (time !== undefined) {
    const hasFraction = time.includes('.');
    const from = Date.parse(text);
    return { from, to: hasFraction ? from : from + 999 };
  }
  if (day !== undefined) return { from: Date.parse(`${date}T00:00:00Z`), to: Date.parse(`${date}T23:59:59.999Z`) };
  if (month !== undefined) return { from: Date.UTC(Number(year), Number(month) - 1, 1), to: Date.UTC(Number(year), Number(month), 1) - 1 };
  return { from: Date.UTC(Number(year), 0, 1), to: Date.UTC(Number(year) + 1, 0, 1) - 1 };
}
