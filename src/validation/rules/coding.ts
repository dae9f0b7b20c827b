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

/** The unit of a Quantity ought to be a code of its system; R4's own examples are loose about it. */
export function checkQuantity(value: JsonObject, path: string, context: Context): void {
  const { system, code } = value;
  if (typeof system !== 'string' || typeof code !== 'string') return;
  const before = context.issues.length;
  context.engine.checkCoding({ system, code }, path, context);
  for (let index = before; index < context.issues.length; index++) {
    const found = context.issues[index];
    if (found?.severity === 'error') context.issues[index] = { ...found, severity: 'warning' };
  }
}
