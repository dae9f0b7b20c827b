import type { Registry } from '../../definitions/registry.js';
import { type Issue, issue, type Result } from '../../fhir/outcome.js';
import { joinSql, type SqlFragment, sql } from '../../sql.js';
import type { Terminology } from '../../terminology/terminology.js';
import { type ParameterPlan, presenceHashes } from '../plan.js';
import type { ParameterKind } from '../request.js';
import { searchText } from '../text.js';
import { compileComposite, componentKinds, parseComposite } from './composite.js';
import { checked, column, intArray, type ParameterContext, type ParsedValue } from './context.js';
import { compileDate, parseDate } from './date.js';
import { codesAbove, codesBelow, type SystemCode } from './hierarchy.js';
import { compileNumber, parseNumber } from './number.js';
import { compileQuantity, parseQuantity } from './quantity.js';
import { compileReference, compileReferenceIdentifier, parseReferenceValue } from './reference.js';
import { compileString, parseString } from './string.js';
import { compileMembers, compileOfType, compileToken, compileTokenText, parseOfType, parseToken } from './token.js';
import { compileUri, parseUri } from './uri.js';

/** Modifiers of each kind of parameter; references take a resource type too. Source: R4 search §3.1.1.4.4. */
export const modifiersOf: Readonly<Record<ParameterKind, readonly string[]>> = {
  token: ['missing', 'not', 'text', 'in', 'not-in', 'above', 'below', 'of-type'],
  string: ['missing', 'exact', 'contains'],
  date: ['missing'],
  number: ['missing'],
  quantity: ['missing'],
  uri: ['missing', 'above', 'below'],
  reference: ['missing', 'identifier'],
  composite: ['missing'],
  special: [],
};

/** What checking and compiling a value needs beside the value. */
export interface ValueContext {
  readonly zoneMinutes: number;
  readonly registry: Registry;
  readonly terminology?: Terminology;
}

/** The issue with one raw value, if any. `name` is the parameter as the client wrote it. */
export function checkValue(
  plan: ParameterPlan,
  modifier: string | undefined,
  raw: string,
  name: string,
  context: ValueContext,
): Issue | undefined {
  const parsed = parseAny(plan, modifier, raw, context);
  if (!parsed.ok) return issue('value', 'search-value', searchText.badValue(name, parsed.expected), { expression: name });
  if (plan.kind === 'composite' && modifier === undefined) {
    const parts = checked(parseComposite(plan, raw));
    const faulty = componentKinds(plan).flatMap((kind, index) => {
      const part = parseSimple(kind as ParameterKind, parts[index] ?? '', context);
      return part.ok ? [] : [part.expected];
    })[0];
    if (faulty !== undefined) return issue('value', 'search-value', searchText.badValue(name, faulty), { expression: name });
  }
  if (plan.kind === 'token' && (modifier === 'in' || modifier === 'not-in')) {
    if (context.terminology?.members(raw) === undefined) {
      return issue('not-found', 'search-value-set', searchText.unknownValueSet(raw), { expression: name });
    }
  }
  if (plan.kind === 'token' && (modifier === 'above' || modifier === 'below')) {
    const found = relatedCodes(modifier, raw, context);
    if (!found.ok) return { ...(found.issues[0] as Issue), expression: name };
  }
  return undefined;
}

function parseAny(plan: ParameterPlan, modifier: string | undefined, raw: string, context: ValueContext): ParsedValue<unknown> {
  if (modifier === 'missing') return parseMissing(raw);
  if (modifier === 'text' || modifier === 'contains' || modifier === 'exact') return parseString(raw);
  if (modifier === 'in' || modifier === 'not-in') return parseUri(raw);
  if (modifier === 'of-type') return parseOfType(raw);
  if (modifier === 'identifier') return parseToken(raw);
  if (plan.kind === 'composite') return parseComposite(plan, raw);
  return parseSimple(plan.kind, raw, context);
}

function parseMissing(raw: string): ParsedValue<boolean> {
  return raw === 'true' || raw === 'false' ? { ok: true, value: raw === 'true' } : { ok: false, expected: searchText.expected.boolean };
}

function parseSimple(kind: ParameterKind, raw: string, { zoneMinutes }: ValueContext): ParsedValue<unknown> {
  switch (kind) {
    case 'token':
      return parseToken(raw);
    case 'string':
      return parseString(raw);
    case 'date':
      return parseDate(raw, zoneMinutes);
    case 'number':
      return parseNumber(raw);
    case 'quantity':
      return parseQuantity(raw);
    case 'uri':
      return parseUri(raw);
    case 'reference':
      return parseReferenceValue(raw);
    case 'composite':
    case 'special':
      return { ok: false, expected: searchText.expected.string };
  }
}

function relatedCodes(modifier: 'above' | 'below', raw: string, { registry, terminology }: ValueContext): Result<readonly SystemCode[]> {
  const { system, code } = checked(parseToken(raw));
  const found =
    system === undefined || system === '' || code === undefined || terminology === undefined
      ? undefined
      : (modifier === 'below' ? codesBelow : codesAbove)(registry, terminology, { system, code });
  return found === undefined
    ? { ok: false, issues: [issue('not-supported', 'search-hierarchy', searchText.noHierarchy(system ?? raw))] }
    : { ok: true, value: found };
}

/** SQL for the values of one clause, any of which may meet it. The values have been checked. */
export function compileValues(context: ParameterContext, modifier: string | undefined, values: readonly string[]): SqlFragment {
  if (modifier === 'missing') return compileMissing(context, values);
  switch (context.plan.kind) {
    case 'token':
      return compileTokenValues(context, modifier, values);
    case 'string':
      return compileString(
        context,
        modifier,
        values.map((raw) => checked(parseString(raw))),
      );
    case 'date':
      return compileDate(
        context,
        values.map((raw) => checked(parseDate(raw, context.zoneMinutes))),
      );
    case 'number':
      return compileNumber(
        context,
        values.map((raw) => checked(parseNumber(raw))),
      );
    case 'quantity':
      return compileQuantity(
        context,
        values.map((raw) => checked(parseQuantity(raw))),
      );
    case 'uri':
      return compileUri(
        context,
        modifier,
        values.map((raw) => checked(parseUri(raw))),
      );
    case 'reference':
      if (modifier === 'identifier')
        return compileReferenceIdentifier(
          context,
          values.map((raw) => checked(parseToken(raw))),
        );
      return compileReference(
        context,
        modifier,
        values.map((raw) => checked(parseReferenceValue(raw))),
      );
    case 'composite':
      return compileComposite(
        context,
        values.map((raw) => checked(parseComposite(context.plan, raw))),
        (plan, raw) => compileValues({ ...context, plan }, undefined, [raw]),
      );
    case 'special':
      return sql`false`;
  }
}

function compileTokenValues(context: ParameterContext, modifier: string | undefined, values: readonly string[]): SqlFragment {
  switch (modifier) {
    case 'not':
      return sql`not (${compileToken(
        context,
        values.map((raw) => checked(parseToken(raw))),
      )})`;
    case 'text':
      return compileTokenText(
        context,
        values.map((raw) => checked(parseString(raw))),
      );
    case 'of-type':
      return compileOfType(
        context,
        values.map((raw) => checked(parseOfType(raw))),
      );
    case 'in':
    case 'not-in': {
      const found = compileMembers(
        context,
        values.flatMap((raw) => [...(context.terminology?.members(checked(parseUri(raw)))?.values() ?? [])]),
      );
      return modifier === 'in' ? found : sql`not (${found})`;
    }
    case 'above':
    case 'below':
      return compileToken(
        context,
        values.flatMap((raw) => {
          const related = relatedCodes(modifier, raw, context);
          return related.ok ? related.value : [];
        }),
      );
    default:
      return compileToken(
        context,
        values.map((raw) => checked(parseToken(raw))),
      );
  }
}

function compileMissing(context: ParameterContext, values: readonly string[]): SqlFragment {
  const isPresent = isPresentOf(context);
  const wanted = new Set(values);
  if (wanted.size > 1) return sql`true`;
  return wanted.has('true') ? sql`not (${isPresent})` : isPresent;
}

function isPresentOf(context: ParameterContext): SqlFragment {
  const own = sql`${column(context.row, 'present')} && ${intArray(presenceHashes(context.plan))}::int[]`;
  const whole = context.plan.wholeResource;
  if (whole === undefined) return own;
  return sql`(${own} or (${joinSql(
    whole.map((plan) => isPresentOf({ ...context, plan })),
    ' and ',
  )}))`;
}
