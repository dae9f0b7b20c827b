import type { SqlFragment } from '../../sql.js';
import { sql } from '../../sql.js';
import { tokenHash } from '../hash.js';
import { normalizeText } from '../normalize.js';
import type { StoredPath } from '../plan.js';
import { searchText } from '../text.js';
import { tokenKeys } from '../token-keys.js';
import { column, hasAnyToken, intArray, type ParameterContext, type ParsedValue } from './context.js';
import { splitUnescaped, unescapeValue } from './split.js';

/** `code` | `system|code` | `|code` (system is '') | `system|` (no code). */
export interface TokenQuery {
  readonly system?: string;
  readonly code?: string;
}

export function parseToken(raw: string): ParsedValue<TokenQuery> {
  const parts = splitUnescaped(raw, '|').map(unescapeValue);
  const [first = '', second] = parts;
  if (parts.length > 2 || (second === undefined ? first === '' : first === '' && second === '')) {
    return { ok: false, expected: searchText.expected.token };
  }
  if (second === undefined) return { ok: true, value: { code: first } };
  return { ok: true, value: second === '' ? { system: first } : { system: first, code: second } };
}

export interface OfTypeQuery {
  readonly system: string;
  readonly code: string;
  readonly value: string;
}

export function parseOfType(raw: string): ParsedValue<OfTypeQuery> {
  const [system = '', code = '', value = '', ...more] = splitUnescaped(raw, '|').map(unescapeValue);
  if (code === '' || value === '' || more.length > 0) return { ok: false, expected: searchText.expected.ofType };
  return { ok: true, value: { system, code, value } };
}

/** Rows that hold any of the codes. A code is sought under each expression of the parameter. */
export function compileToken(context: ParameterContext, queries: readonly TokenQuery[]): SqlFragment {
  const tokens = context.plan.paths.flatMap(({ stored }) => queries.flatMap((query) => queryKeys(stored, query)).map(tokenHash));
  return hasAnyToken(context.row, tokens);
}

/** Keys of `TokenQuery` under a path, or for a component of a composite under `hash`. */
export function queryKeys(
  stored: Pick<StoredPath, 'path'> & { readonly hash: number | string },
  { system, code }: TokenQuery,
): readonly string[] {
  if (code === undefined) return [tokenKeys.system(stored.hash, system ?? '')];
  if (system === undefined) return [tokenKeys.anySystem(stored.hash, code)];
  const keys = [tokenKeys.exact(stored.hash, system, code)];
  // Elements of type code and boolean carry no system: theirs is the one of their binding, which is taken at its word.
  if (stored.path.types.length === 0 || stored.path.types.some((type) => withoutSystem.has(type))) {
    keys.push(tokenKeys.anySystem(stored.hash, code));
  }
  return keys;
}

const withoutSystem: ReadonlySet<string> = new Set(['code', 'boolean']);

export function compileOfType(context: ParameterContext, queries: readonly OfTypeQuery[]): SqlFragment {
  const tokens = context.plan.paths.flatMap(({ stored }) =>
    queries.map(({ system, code, value }) => tokenHash(tokenKeys.ofType(stored.hash, system, code, value))),
  );
  return hasAnyToken(context.row, tokens);
}

/** `:text`: the text beside the code (display, text), or a word in it, begins with what is sought. */
export function compileTokenText(context: ParameterContext, texts: readonly string[]): SqlFragment {
  const hashes = context.plan.paths.map(({ stored }) => stored.hash);
  const patterns = texts.map((text) => `(^|[^[:alnum:]])${normalizeText(text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
  return sql`${column(context.row, 'tokens')} && array(select d.token from dictionary d where d.parameter = any(${intArray(hashes)}::int[]) and d.kind = 'text' and d.value ~ any(${patterns}::text[]))`;
}

/** Codes of a value set, `system|code` each: for `:in`. */
export function compileMembers(
  context: ParameterContext,
  members: Iterable<{ readonly system: string; readonly code: string }>,
): SqlFragment {
  return compileToken(context, [...members]);
}

export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
