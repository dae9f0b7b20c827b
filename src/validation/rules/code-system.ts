import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { checkOwnUrl } from './canonical.js';

const text = rulesText.terminology;

/** A CodeSystem agrees with itself: count, supplements. Source: R4 CodeSystem §4.8. */
export function checkCodeSystem(value: JsonObject, path: string, context: Context): void {
  checkOwnUrl(value, path, context);
  const { content, count, supplements } = value;
  if (content === 'complete' && typeof count === 'number') {
    const found = countConcepts(value['concept'], 0);
    if (found !== count) report(context, 'error', 'invalid', 'code-system-count', text.count(count, found), `${path}.count`);
  }
  if (supplements !== undefined && content !== 'supplement')
    report(context, 'error', 'business-rule', 'code-system-supplement', text.supplementContent, `${path}.content`);
  const properties = Array.isArray(value['property']) ? value['property'].filter(isObject) : [];
  const system: System = {
    declared: new Map(properties.map((property) => [property['code'], property['type']])),
    codes: content === 'complete' ? collectCodes(value['concept'], new Set(), 0) : new Set(),
    supplements: content === 'supplement' && typeof supplements === 'string' ? supplements : undefined,
    context,
  };
  checkConcepts(value['concept'], path, system, 0);
  if (supplements === undefined && content === 'supplement')
    report(context, 'warning', 'business-rule', 'code-system-supplement', text.supplementWithout, path);
}

/** Properties that R4 defines for every code system. */
const commonProperties: ReadonlySet<string> = new Set([
  'inactive',
  'deprecated',
  'deprecationDate',
  'retirementDate',
  'notSelectable',
  'parent',
  'child',
  'partOf',
  'synonym',
  'comment',
  'itemWeight',
  'status',
  'effectiveDate',
]);

interface System {
  readonly declared: ReadonlyMap<unknown, unknown>;
  readonly codes: ReadonlySet<unknown>;
  readonly supplements: string | undefined;
  readonly context: Context;
}

function checkConcepts(concepts: unknown, path: string, system: System, depth: number): void {
  if (!Array.isArray(concepts) || depth > 100) return;
  for (const [index, concept] of concepts.entries()) {
    if (!isObject(concept)) continue;
    const at = `${path}.concept[${index}]`;
    const { code } = concept;
    if (system.supplements !== undefined && typeof code === 'string') {
      const { valid } = system.context.engine.terminology.validateInCodeSystem({ system: system.supplements.replace(/\|.*$/, ''), code });
      if (valid === false)
        report(
          system.context,
          'error',
          'business-rule',
          'code-system-supplement',
          text.supplementCode(code, system.supplements),
          `${at}.code`,
        );
    }
    checkProperties(concept['property'], at, system);
    checkConcepts(concept['concept'], at, system, depth + 1);
  }
}

function checkProperties(properties: unknown, path: string, system: System): void {
  if (!Array.isArray(properties)) return;
  for (const [index, property] of properties.entries()) {
    const code = isObject(property) ? property['code'] : undefined;
    if (!isObject(property) || typeof code !== 'string') continue;
    const at = `${path}.property[${index}]`;
    const declared = system.declared.get(code);
    if (declared === undefined) {
      if (!commonProperties.has(code))
        report(system.context, 'warning', 'business-rule', 'code-system-property', text.propertyUndeclared(code), `${at}.code`);
      continue;
    }
    const key = Object.keys(property).find((name) => /^value[A-Z]/.test(name));
    if (key === undefined) continue;
    const suffix = key.slice(5);
    const found = suffix === 'Coding' ? suffix : suffix.charAt(0).toLowerCase() + suffix.slice(1);
    if (found !== declared)
      report(system.context, 'error', 'business-rule', 'code-system-property', text.propertyType(code, found, String(declared)), at);
    else if (found === 'code' && (code === 'parent' || code === 'child') && system.codes.size > 0 && !system.codes.has(property[key]))
      report(system.context, 'error', 'business-rule', 'code-system-property', text.propertyCode(String(property[key])), at);
  }
}

function collectCodes(concepts: unknown, into: Set<unknown>, depth: number): Set<unknown> {
  if (!Array.isArray(concepts) || depth > 100) return into;
  for (const concept of concepts) {
    if (!isObject(concept)) continue;
    into.add(concept['code']);
    collectCodes(concept['concept'], into, depth + 1);
  }
  return into;
}

function countConcepts(concepts: unknown, depth: number): number {
  if (!Array.isArray(concepts) || depth > 100) return 0;
  let count = 0;
  for (const concept of concepts) count += 1 + (isObject(concept) ? countConcepts(concept['concept'], depth + 1) : 0);
  return count;
}
