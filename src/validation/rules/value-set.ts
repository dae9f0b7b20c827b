import type { CodeSystem } from '@medplum/fhirtypes';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { checkOwnUrl } from './canonical.js';

const text = rulesText.terminology;

/** The compose of a ValueSet: absolute systems, codes that exist, filters that the system can answer. Source: R4 ValueSet §4.9. */
export function checkValueSet(value: JsonObject, path: string, context: Context): void {
  checkOwnUrl(value, path, context);
  const compose = value['compose'];
  if (!isObject(compose)) return;
  const parameters = declaredParameters(value);
  for (const part of ['include', 'exclude']) {
    const includes = compose[part];
    if (!Array.isArray(includes)) continue;
    includes.forEach((include: unknown, index) => {
      if (isObject(include)) checkInclude(include, `${path}.compose.${part}[${index}]`, context, parameters);
    });
  }
}

function checkInclude(include: JsonObject, path: string, context: Context, parameters: ReadonlySet<string>): void {
  const system = include['system'];
  if (typeof system !== 'string') return;
  if (!/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(system)) {
    report(context, 'error', 'invalid', 'value-set-system', text.systemRelative(system.slice(0, 200)), path);
    return;
  }
  const codeSystem = context.engine.registry.codeSystem(system);
  checkConcepts(include, system, path, context);
  const filters = include['filter'];
  if (!Array.isArray(filters)) return;
  filters.forEach((filter: unknown, index) => {
    if (isObject(filter)) checkFilter(filter, system, codeSystem, `${path}.filter[${index}]`, context, parameters);
  });
}

function checkConcepts(include: JsonObject, system: string, path: string, context: Context): void {
  const concepts = include['concept'];
  if (!Array.isArray(concepts)) return;
  concepts.forEach((concept: unknown, index) => {
    const code = isObject(concept) ? concept['code'] : undefined;
    if (typeof code !== 'string') return;
    const verdict = context.engine.terminology.validateInCodeSystem({ system, code });
    if (verdict.valid === false)
      report(context, 'warning', 'code-invalid', 'value-set-concept', text.unknownConcept(code, system), `${path}.concept[${index}].code`);
  });
}

// filters that every code system with a hierarchy answers, beside its own
const commonFilters: ReadonlySet<string> = new Set([
  'concept',
  'code',
  'display',
  'inactive',
  'status',
  'abstract',
  'notSelectable',
  'parent',
  'child',
  'partOf',
  'definition',
]);

function checkFilter(
  filter: JsonObject,
  system: string,
  codeSystem: CodeSystem | undefined,
  path: string,
  context: Context,
  parameters: ReadonlySet<string>,
): void {
  checkExpression(filter, path, context, parameters);
  const { property, value, op } = filter;
  if (typeof property !== 'string' || typeof value !== 'string') return;
  if (system === 'http://snomed.info/sct' && property === 'constraint') {
    if (!isExpressionConstraint(value))
      report(context, 'error', 'invalid', 'value-set-filter', text.filterFormat(value.slice(0, 200), 'ECL'), path);
    return;
  }
  if (codeSystem?.content !== 'complete') return;
  const declared = codeSystem.property?.find((item) => item.code === property);
  if (!declared) {
    if (!commonFilters.has(property) && !codeSystem.filter?.some((item) => item.code === property))
      report(context, 'warning', 'invalid', 'value-set-filter', text.filterProperty(property, system), path);
    return;
  }
  if (op !== '=' && op !== 'in' && op !== 'not-in') return;
  const values = op === '=' ? [value] : value.split(',');
  for (const item of values) checkFilterValue(declared.type, item.trim(), system, path, context);
}

const valueForms: Readonly<Record<string, { readonly pattern: RegExp; readonly name: string }>> = {
  boolean: { pattern: /^(?:true|false)$/, name: 'true | false' },
  // the tools of HL7 write comparisons as a prefix
  integer: { pattern: /^(?:[lg][te])?-?\d+$/, name: 'integer' },
  decimal: { pattern: /^-?\d+(?:\.\d+)?$/, name: 'decimal' },
  dateTime: { pattern: /^\d{4}(?:-\d{2}(?:-\d{2}(?:T.+)?)?)?$/, name: 'dateTime' },
};

function checkFilterValue(type: string | undefined, value: string, system: string, path: string, context: Context): void {
  const form = valueForms[type ?? ''];
  if (form && !form.pattern.test(value))
    report(context, 'error', 'invalid', 'value-set-filter', text.filterFormat(value.slice(0, 200), form.name), path);
  if (type === 'code' && context.engine.terminology.validateInCodeSystem({ system, code: value }).valid === false)
    report(context, 'error', 'invalid', 'value-set-filter', text.filterCode(value, system), path);
  if (type !== 'Coding') return;
  const hash = value.indexOf('#');
  if (hash <= 0) {
    report(context, 'error', 'invalid', 'value-set-filter', text.filterFormat(value.slice(0, 200), 'system(|version)#code'), path);
    return;
  }
  const [target = ''] = value.slice(0, hash).split('|');
  if (context.engine.terminology.validateInCodeSystem({ system: target, code: value.slice(hash + 1) }).valid === false)
    report(context, 'error', 'invalid', 'value-set-filter', text.filterCode(value.slice(hash + 1), target), path);
}

const parameterUrl = 'http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter';

function declaredParameters(valueSet: JsonObject): ReadonlySet<string> {
  const names = new Set<string>();
  for (const extension of extensionsOf(valueSet)) {
    if (extension['url'] !== parameterUrl) continue;
    for (const part of extensionsOf(extension)) {
      const name = part['url'] === 'name' ? (part['valueCode'] ?? part['valueString']) : undefined;
      if (typeof name === 'string') names.add(name);
    }
  }
  return names;
}

/** A filter whose value is computed: in FHIRPath, over parameters that the value set declares. */
function checkExpression(filter: JsonObject, path: string, context: Context, parameters: ReadonlySet<string>): void {
  const sibling = filter['_value'];
  for (const [holder, at] of [
    [filter, path],
    [isObject(sibling) ? sibling : {}, `${path}.value`],
  ] as const) {
    extensionsOf(holder).forEach((extension, index) => {
      const expression = extension['valueExpression'];
      if (!isObject(expression)) return;
      const where = `${at}.extension[${index}].value.ofType(Expression)`;
      const language = expression['language'];
      if (language !== 'text/fhirpath') {
        report(context, 'error', 'invalid', 'value-set-expression', text.expressionLanguage(String(language)), where);
        return;
      }
      const source = expression['expression'];
      if (typeof source !== 'string' || source.length > 2000) return;
      for (const [, name = ''] of source.matchAll(/%([A-Za-z_][\w-]*)/g)) {
        if (!parameters.has(name) && !standardVariables.has(name))
          report(context, 'error', 'exception', 'value-set-expression', text.expressionParameter(name), where);
      }
    });
  }
}

const standardVariables: ReadonlySet<string> = new Set(['resource', 'rootResource', 'context', 'ucum', 'sct', 'loinc']);

function extensionsOf(holder: JsonObject): readonly JsonObject[] {
  const extensions = holder['extension'];
  return Array.isArray(extensions) ? extensions.filter(isObject) : [];
}

/**
 * The shape of a SNOMED CT expression constraint: operators before concepts, terms in bars, refinements after a colon, and, or, minus between.
 * A recogniser for the brief syntax; what it refuses is wrong, what it takes may still name concepts that don't exist.
 */
function isExpressionConstraint(source: string): boolean {
  if (source.length > 10_000) return true;
  const tokens =
    source.match(
      /\|[^|]*\||<<!|<<|<!|>>!|>>|>!|[<>^:=,(){}*.]|!=|\[\d+\.\.(?:\d+|\*)\]|"[^"]*"|#-?[\d.]+|\b(?:AND|OR|MINUS|and|or|minus)\b|\d+|[A-Za-z]+|\S/g,
    ) ?? [];
  let at = 0;
  return constraint(0) && at === tokens.length;

  function take(...wanted: readonly string[]): boolean {
    if (!wanted.includes(tokens[at] ?? '')) return false;
    at++;
    return true;
  }

  function constraint(depth: number): boolean {
    if (depth > 50 || !operand(depth)) return false;
    if (take(':') && !refinement(depth)) return false;
    while (take('AND', 'OR', 'MINUS', 'and', 'or', 'minus', ',')) {
      if (!operand(depth)) return false;
      if (take(':') && !refinement(depth)) return false;
    }
    return true;
  }

  function operand(depth: number): boolean {
    while (take('<<!', '<<', '<!', '<', '>>!', '>>', '>!', '>', '^')) {}
    if (take('(')) {
      if (!constraint(depth + 1) || !take(')')) return false;
    } else if (!take('*')) {
      if (!/^\d{6,18}$/.test(tokens[at] ?? '')) return false;
      at++;
      if (tokens[at]?.startsWith('|')) at++;
    }
    while (take('.')) if (!operand(depth + 1)) return false;
    return true;
  }

  function refinement(depth: number): boolean {
    do {
      const grouped = take('{');
      if (/^\[/.test(tokens[at] ?? '')) at++;
      if (!operand(depth + 1) || !take('=', '!=')) return false;
      if (/^["#]/.test(tokens[at] ?? '')) at++;
      else if (!operand(depth + 1)) return false;
      while (grouped && take(',')) {
        if (!operand(depth + 1) || !take('=', '!=') || !operand(depth + 1)) return false;
      }
      if (grouped && !take('}')) return false;
    } while (take(',', 'AND', 'OR', 'and', 'or'));
    return true;
  }
}
