import type { JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';

const text = rulesText.identifier;
const absolute = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;

/** An Identifier's system is absolute; under `urn:ietf:rfc:3986` its value is a URI itself. Source: R4 Identifier §2.24.0.14. */
export function checkIdentifier(value: JsonObject, path: string, context: Context): void {
  const { system } = value;
  if (typeof system !== 'string') return;
  if (!absolute.test(system)) report(context, 'error', 'invalid', 'identifier-system', text.relativeSystem, `${path}.system`);
  if (system === 'urn:ietf:rfc:3986' && typeof value['value'] === 'string' && !absolute.test(value['value']))
    report(context, 'error', 'invalid', 'identifier-uri', text.notUri, `${path}.value`);
}
