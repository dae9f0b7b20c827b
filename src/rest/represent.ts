import type { Registry } from '../definitions/registry.js';
import { parseJson, stringifyJson } from '../fhir/json.js';
import { OperationOutcomeError } from '../fhir/outcome.js';
import { isObject } from '../fhir/resource.js';
import { printXml } from '../fhir/xml-print.js';
import type { Representation } from './negotiate.js';

/** The JSON text of a resource in the form asked for; compact JSON goes out as it is. 406 where what is stored can't be said in XML. */
export function represent(body: string, { format, pretty }: Representation, registry: Registry): string {
  if (format === 'json' && !pretty) return body;
  const parsed = parseJson(body);
  if (!parsed.ok || !isObject(parsed.value)) return body;
  if (format === 'json') return stringifyJson(parsed.value, 2);
  const printed = printXml(parsed.value, registry);
  if (!printed.ok) throw new OperationOutcomeError(406, printed.issues);
  return printed.value;
}
