import { joinSql, type SqlFragment, sql } from '../../sql.js';
import { tokenHash } from '../hash.js';
import { searchText } from '../text.js';
import { tokenKeys } from '../token-keys.js';
import { column, hasAnyToken, intArray, type ParameterContext, type ParsedValue } from './context.js';
import { unescapeValue } from './split.js';
import { escapeLike } from './token.js';

export function parseUri(raw: string): ParsedValue<string> {
  const value = unescapeValue(raw).trim();
  return value === '' || /\s/.test(value) ? { ok: false, expected: searchText.expected.uri } : { ok: true, value };
}

/** No modifier: equal. `:below`: begins with the value. `:above`: the value begins with it, at a boundary of path segments. */
export function compileUri(context: ParameterContext, modifier: string | undefined, uris: readonly string[]): SqlFragment {
  const hashes = context.plan.paths.map(({ stored }) => stored.hash);
  if (modifier === 'below') {
    return sql`${column(context.row, 'tokens')} && array(select d.token from dictionary d where d.parameter = any(${intArray(hashes)}::int[]) and d.kind = 'uri' and (${joinSql(
      uris.map((uri) => sql`d.value like ${`${escapeLike(uri)}%`}`),
      ' or ',
    )}))`;
  }
  const sought = modifier === 'above' ? uris.flatMap(prefixesOf) : uris;
  return hasAnyToken(
    context.row,
    hashes.flatMap((hash) => sought.map((uri) => tokenHash(tokenKeys.uri(hash, uri)))),
  );
}

/** The URI itself and what comes before each of its `/`, `:`, `#` or `|`, with and without that character. */
export function prefixesOf(uri: string): readonly string[] {
  const found = new Set([uri]);
  for (const { index } of uri.slice(0, 2000).matchAll(/[/:#|]/g)) {
    found.add(uri.slice(0, index));
    found.add(uri.slice(0, index + 1));
  }
  found.delete('');
  return [...found];
}
