import { joinSql, type SqlFragment, sql } from '../../sql.js';
import { tokenHash } from '../hash.js';
import { normalizeText } from '../normalize.js';
import type { CompositePath, ParameterPlan } from '../plan.js';
import { searchText } from '../text.js';
import { tokenKeys } from '../token-keys.js';
import { checked, type ParameterContext, type ParsedValue, sameResource } from './context.js';
import { compareDate, parseDate } from './date.js';
import { compareNumber, parseNumber } from './number.js';
import { parseQuantity } from './quantity.js';
import { parseReferenceValue, referenceTargets } from './reference.js';
import { splitUnescaped } from './split.js';
import { parseString } from './string.js';
import { escapeLike, parseToken, queryKeys } from './token.js';
import { parseUri } from './uri.js';

/** The parts of `code$value`, still escaped. */
export function parseComposite(plan: ParameterPlan, raw: string): ParsedValue<readonly string[]> {
  const parts = splitUnescaped(raw, '$');
  const count = plan.composites[0]?.components.length ?? plan.wholeResource?.length ?? 0;
  return parts.length === count && parts.every((part) => part !== '')
    ? { ok: true, value: parts }
    : { ok: false, expected: searchText.expected.composite(count) };
}

/** Kinds of the parts, in order. */
export function componentKinds(plan: ParameterPlan): readonly string[] {
  return plan.composites[0]?.components.map(({ kind }) => kind) ?? plan.wholeResource?.map(({ kind }) => kind) ?? [];
}

/** `compileWhole` compiles one part as a search on the resource itself. */
export function compileComposite(
  context: ParameterContext,
  values: ReadonlyArray<readonly string[]>,
  compileWhole: (plan: ParameterPlan, raw: string) => SqlFragment,
): SqlFragment {
  const alternatives: SqlFragment[] = [];
  for (const parts of values) {
    const whole = context.plan.wholeResource;
    if (whole !== undefined)
      alternatives.push(
        sql`(${joinSql(
          whole.map((plan, index) => compileWhole(plan, parts[index] ?? '')),
          ' and ',
        )})`,
      );
    for (const composite of context.plan.composites) alternatives.push(compileElement(context, composite, parts));
  }
  return sql`(${joinSql(alternatives, ' or ')})`;
}

function compileElement(context: ParameterContext, composite: CompositePath, parts: readonly string[]): SqlFragment {
  const conditions = composite.components.map((component, index) =>
    compileComponent(context, composite, component, index, parts[index] ?? ''),
  );
  const own = sql`${sameResource('v', context.row)} and v.parameter = ${composite.hash}::int`;
  return sql`exists (select 1 from composite_value v where ${own} and ${joinSql(conditions, ' and ')})`;
}

function compileComponent(
  context: ParameterContext,
  composite: CompositePath,
  { kind, paths }: CompositePath['components'][number],
  index: number,
  raw: string,
): SqlFragment {
  const hash = tokenKeys.component(composite.hash, index);
  const anyOf = (keys: readonly string[]) => sql`v.tokens && ${`{${keys.map(tokenHash).join(',')}}`}::bigint[]`;
  switch (kind) {
    case 'token': {
      const types = paths.flatMap(({ types: found }) => found);
      const first = paths[0];
      return first === undefined ? sql`false` : anyOf(queryKeys({ hash, path: { ...first, types } }, checked(parseToken(raw))));
    }
    case 'string':
      // A part of a composite is compared whole: its words are hashed, not kept.
      return anyOf([tokenKeys.text(hash, normalizeText(checked(parseString(raw))))]);
    case 'uri':
      return anyOf([tokenKeys.uri(hash, checked(parseUri(raw)))]);
    case 'reference': {
      const targets = referenceTargets(checked(parseReferenceValue(raw)), undefined, context.registry.resourceTypes, context.ownBases);
      return anyOf(targets.map((target) => tokenKeys.reference(hash, target)));
    }
    case 'date': {
      const query = checked(parseDate(raw, context.zoneMinutes));
      return someRange(index, compareDate(sql`(range->>'low')::bigint`, sql`(range->>'high')::bigint`, query, context.now));
    }
    case 'number':
      return someRange(index, compareNumber(low('low'), high('high'), checked(parseNumber(raw))));
    case 'quantity': {
      const { number, system, code, canonical } = checked(parseQuantity(raw));
      if (canonical !== undefined) {
        const compared = compareNumber(low('unit_low'), high('unit_high'), canonical.number);
        return someRange(index, sql`range->>'unit' = ${canonical.unit} and ${compared}`);
      }
      const compared = compareNumber(low('low'), high('high'), number);
      if (code === undefined) return someRange(index, compared);
      return someRange(
        index,
        sql`range->>'unit' like ${`${system === undefined ? '%' : escapeLike(system)}|${escapeLike(code)}`} and ${compared}`,
      );
    }
  }
}

function someRange(component: number, condition: SqlFragment): SqlFragment {
  return sql`exists (select 1 from jsonb_array_elements(v.parts->${component}::int) range where ${condition})`;
}

// JSON has no infinity: an open end is stored as null.
function low(name: 'low' | 'unit_low'): SqlFragment {
  return sql`coalesce((range->>${name})::float8, '-infinity'::float8)`;
}

function high(name: 'high' | 'unit_high'): SqlFragment {
  return sql`coalesce((range->>${name})::float8, 'infinity'::float8)`;
}
