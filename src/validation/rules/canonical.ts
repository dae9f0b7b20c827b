import type { JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';

const absolute = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;

/** A canonical is absolute or points to a contained resource. Source: R4 references §2.3.0.5. */
export function checkCanonical(value: unknown, path: string, context: Context): void {
  if (typeof value !== 'string' || value.startsWith('#') || absolute.test(value)) return;
  // much that is published refers to definitions by relative address, which a server can follow
  report(context, 'warning', 'invalid', 'canonical', rulesText.canonical.relative(value.slice(0, 200)), path);
}

/** The url of a definition is its canonical. */
export function checkOwnUrl(resource: JsonObject, path: string, context: Context): void {
  const url = resource['url'];
  if (typeof url === 'string' && !absolute.test(url))
    report(context, 'error', 'invalid', 'canonical', rulesText.canonical.relative(url.slice(0, 200)), `${path}.url`);
}

/** A uri for an OID or UUID goes by `urn:`. Source: R4 datatypes §2.24.0.1, uri. */
export function checkUri(value: unknown, path: string, context: Context): void {
  if (typeof value === 'string' && (value.startsWith('oid:') || value.startsWith('uuid:')))
    report(context, 'error', 'invalid', 'uri-urn', rulesText.canonical.urn, path);
}
