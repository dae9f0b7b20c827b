import type { JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { text } from '../text.js';

/** System and code of a Coding: the system is absolute and a code system, and has the code where it is on board in full. */
export function checkCoding(value: JsonObject, path: string, context: Context): void {
  const system = value['system'];
  if (typeof system === 'string' && !/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(system)) {
    report(context, 'error', 'code-invalid', 'coding-system', text.relativeSystem, `${path}.system`, `found ${system.slice(0, 200)}`);
    return;
  }
  context.engine.checkCoding(value, path, context);
}
