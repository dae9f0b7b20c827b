import { type SqlFragment, sql } from '../sql.js';

/**
 * What a caller may see, as decided once per request in `access/` and handed to every search, read and include.
 * `none` sees nothing; the access issue adds kinds (areas, organisations, patients) and `compileScope` grows with them.
 */
export type Scope = { readonly kind: 'all' } | { readonly kind: 'none' };

/** The condition that a row of `resource` under the alias `row` must meet to be seen; it stands in every statement that reads resources. */
export function compileScope(scope: Scope, _row: string): SqlFragment {
  switch (scope.kind) {
    case 'all':
      return sql`true`;
    case 'none':
      return sql`false`;
  }
}
