import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { checkOwnUrl } from './canonical.js';

/** The expression of a SearchParameter is FHIRPath that can be read. Source: R4 SearchParameter.expression. */
export function checkSearchParameter(value: JsonObject, path: string, context: Context): void {
  checkOwnUrl(value, path, context);
  const { expression } = value;
  if (typeof expression === 'string' && context.engine.expression(expression, undefined) === undefined)
    report(context, 'error', 'invalid', 'fhirpath', rulesText.structure.expression(expression.slice(0, 200)), `${path}.expression`);
  checkDerivation(value, path, context);
}

/** What a search parameter is derived from, it narrows: same type, bases among those of the origin. */
function checkDerivation(value: JsonObject, path: string, context: Context): void {
  const { derivedFrom, type, base } = value;
  const origin = typeof derivedFrom === 'string' ? context.engine.registry.canonical(derivedFrom) : undefined;
  if (!isObject(origin) || origin['resourceType'] !== 'SearchParameter') return;
  if (type !== origin['type'])
    report(
      context,
      'error',
      'business-rule',
      'search-parameter-derived',
      rulesText.structure.derived('type', String(origin['type'])),
      `${path}.type`,
    );
  const bases: readonly unknown[] = Array.isArray(origin['base']) ? origin['base'] : [];
  if (!Array.isArray(base) || bases.includes('Resource') || bases.includes('DomainResource')) return;
  for (const [index, name] of base.entries()) {
    if (!bases.includes(name))
      report(
        context,
        'error',
        'business-rule',
        'search-parameter-derived',
        rulesText.structure.derived('base', bases.join(', ')),
        `${path}.base[${index}]`,
      );
  }
}
