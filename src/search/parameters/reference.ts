import type { SqlFragment } from '../../sql.js';
import { tokenHash } from '../hash.js';
import { searchText } from '../text.js';
import { tokenKeys } from '../token-keys.js';
import { referenceTarget } from '../values.js';
import { hasAnyToken, type ParameterContext, type ParsedValue } from './context.js';
import { unescapeValue } from './split.js';
import type { TokenQuery } from './token.js';

export function parseReferenceValue(raw: string): ParsedValue<string> {
  const value = unescapeValue(raw).trim();
  return value === '' || /\s/.test(value) ? { ok: false, expected: searchText.expected.reference } : { ok: true, value };
}

/** An id alone is sought under each type that the element may refer to; `:Type` says which. */
export function compileReference(context: ParameterContext, type: string | undefined, values: readonly string[]): SqlFragment {
  const tokens = context.plan.paths.flatMap(({ stored, targetTypes }) => {
    const allowed = targetTypes.length > 0 ? targetTypes : undefined;
    return values
      .flatMap((value) => referenceTargets(value, type, allowed ?? context.plan.parameter.target ?? [], context.ownBases))
      .filter((target) => allowed === undefined || allowed.some((one) => target.startsWith(`${one}/`) || target.includes(`/${one}/`)))
      .map((target) => tokenHash(tokenKeys.reference(stored.hash, target)));
  });
  return hasAnyToken(context.row, tokens);
}

const idPattern = /^[A-Za-z0-9\-.]{1,64}$/;

/** Targets, as they are stored, that a search value can mean. */
export function referenceTargets(
  value: string,
  type: string | undefined,
  targets: readonly string[],
  ownBases: readonly string[],
): readonly string[] {
  if (idPattern.test(value)) return (type === undefined ? targets : [type]).map((target) => `${target}/${value}`);
  const target = referenceTarget(value, ownBases);
  if (target === undefined || (type !== undefined && target.type !== type)) return [];
  return [target.target];
}

/** `:identifier`: the reference names its target by identifier. */
export function compileReferenceIdentifier(context: ParameterContext, queries: readonly TokenQuery[]): SqlFragment {
  const tokens = context.plan.paths.flatMap(({ stored }) =>
    queries.map(({ system, code }) =>
      tokenHash(
        code === undefined
          ? tokenKeys.identifierSystem(stored.hash, system ?? '')
          : system === undefined
            ? tokenKeys.identifierAnySystem(stored.hash, code)
            : tokenKeys.identifierExact(stored.hash, system, code),
      ),
    ),
  );
  return hasAnyToken(context.row, tokens);
}
