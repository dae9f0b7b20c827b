/** A piece of SQL with its parameters; pieces nest, and `render` numbers the parameters. */
export interface SqlFragment {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

const marker = Symbol('sql');
type Marked = SqlFragment & { readonly [marker]: true };

/** Tagged template: every `${value}` becomes a parameter, except fragments (from `sql`, `identifier`, `joinSql`), which are spliced in. */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): SqlFragment {
  return fragment([...strings], values);
}

/** A table or column name out of our own tables. Refuses anything that needs quoting, so that no request can reach it. */
export function identifier(name: string): SqlFragment {
  if (!/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(name)) throw new Error(`not an SQL identifier of ours: ${JSON.stringify(name)}`);
  return fragment([name], []);
}

/** The fragments one after another with `separator` (one of a closed list) between them. */
export function joinSql(
  parts: readonly SqlFragment[],
  separator: ', ' | ' and ' | ' or ' | '\n' | ' union all ' | ' ' | ', \n' | ',\n',
): SqlFragment {
  return fragment(['', ...parts.map((_, index) => (index === parts.length - 1 ? '' : separator))], parts);
}

/** Text and parameters for `pg`: `$1`, `$2` … in order of appearance; the same parameter value object is not shared. */
export function render(query: SqlFragment): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  return { text: text(query, values), values };
}

function text(query: SqlFragment, values: unknown[]): string {
  let out = query.strings[0] ?? '';
  query.values.forEach((value, index) => {
    if (isFragment(value)) out += text(value, values);
    else {
      values.push(value);
      out += `$${values.length}`;
    }
    out += query.strings[index + 1] ?? '';
  });
  return out;
}

function fragment(strings: readonly string[], values: readonly unknown[]): SqlFragment {
  const made: Marked = { strings, values, [marker]: true };
  return made;
}

function isFragment(value: unknown): value is SqlFragment {
  return typeof value === 'object' && value !== null && marker in value;
}
