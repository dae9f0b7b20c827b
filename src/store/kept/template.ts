import { render, type SqlFragment } from '../../sql.js';

/** A place in a statement for a value that comes later. */
export type Blank = symbol;

/**
 * A statement put together once and sent many times: `fill` puts values into its blanks. The text is the same object each time, by which the connection
 * knows the statement that it has prepared.
 */
export function statementTemplate(statement: SqlFragment): (blanks: ReadonlyMap<Blank, unknown>) => SqlFragment {
  const { text, values } = render(statement);
  const strings = Object.freeze(text.split(/\$\d+/));
  if (strings.length !== values.length + 1) throw new Error('a statement holds a text that looks like a parameter');
  return (blanks) => ({ strings, values: values.map((value) => (typeof value === 'symbol' ? blanks.get(value) : value)) });
}
