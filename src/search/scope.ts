/**
 * What a caller may see, as decided once per request in `access/` and handed to every search, read and include.
 * `none` sees nothing; the access issue adds kinds (areas, organisations, patients) and `compileScope` grows with them.
 */
export type Scope = { readonly kind: 'all' } | { readonly kind: 'none' };
