import { joinSql, type SqlFragment, sql } from '../../sql.js';
import { normalizeText } from '../normalize.js';
import { searchText } from '../text.js';
import { hasValue, type ParameterContext, type ParsedValue } from './context.js';
import { unescapeValue } from './split.js';
import { escapeLike } from './token.js';

export function parseString(raw: string): ParsedValue<string> {
  const value = unescapeValue(raw);
  return value.trim() === '' ? { ok: false, expected: searchText.expected.string } : { ok: true, value };
}

/** Characters of a value that the index holds; must equal the migration's. */
const indexedLength = 128;

/**
 * No modifier: some value begins with the text, accents and case aside. `:contains`: it occurs anywhere. `:exact`: a value equals it to the letter.
 */
export function compileString(context: ParameterContext, modifier: string | undefined, values: readonly string[]): SqlFragment {
  const hashes = context.plan.paths.map(({ stored }) => stored.hash);
  const condition = joinSql(
    values.map((value) => {
      const normal = normalizeText(value);
      // Characters, not UTF-16 units: as left() counts.
      const head = [...normal].slice(0, indexedLength).join('');
      if (modifier === 'contains') return sql`v.value like ${`%${escapeLike(normal)}%`}`;
      if (modifier === 'exact') return sql`left(v.value, 128) = ${head} and v.exact = ${value}`;
      const begins = sql`left(v.value, 128) like ${`${escapeLike(head)}%`}`;
      return head === normal ? begins : sql`(${begins} and v.value like ${`${escapeLike(normal)}%`})`;
    }),
    ' or ',
  );
  return hasValue(context.row, 'string_value', hashes, condition);
}
