import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Issue, Severity, Text } from '../../fhir/outcome.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import type { CompiledFhirPath } from '../../fhirpath/fhirpath.js';
import { packageRoot } from '../../root.js';
import { type Context, report } from '../context.js';
import { text } from '../text.js';

/** A rule of the national platform that a profile can't say. See `terminology/business-rules.json`. */
export interface BusinessRule {
  /** Stable; becomes the issue's rule. */
  readonly id: string;
  /** The platform's own number for it. */
  readonly number?: string;
  readonly resourceType: string;
  /** FHIRPath from the resource to the elements that the condition is about; absent: the resource itself. */
  readonly context?: string;
  /** Appended to the expression that is reported. */
  readonly element?: string;
  /** FHIRPath on each of them; true or empty passes. */
  readonly condition: string;
  readonly severity: Exclude<Severity, 'fatal'>;
  readonly text: Text;
}

/** The rules of `terminology/business-rules.json`; none where the file is absent. Throws where it is not such a list. */
export function loadBusinessRules(file: string = join(packageRoot, 'terminology', 'business-rules.json')): readonly BusinessRule[] {
  if (!existsSync(file)) return [];
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(parsed) || !parsed.every(isBusinessRule)) throw new Error(`${file} is not a list of business rules`);
  return parsed;
}

function isBusinessRule(value: unknown): value is BusinessRule {
  if (!isObject(value)) return false;
  const { id, resourceType, condition, severity, text: said } = value;
  return (
    [id, resourceType, condition].every((item) => typeof item === 'string') &&
    ['error', 'warning', 'information'].includes(String(severity)) &&
    isObject(said)
  );
}

export type BusinessCheck = (resource: JsonObject, type: string, path: string, context: Context) => void;

/** The rules as one check, by resource type. */
export function businessRules(
  rules: readonly BusinessRule[],
  compile: (expression: string, type?: string) => CompiledFhirPath | undefined,
): BusinessCheck {
  const byType = new Map<string, Array<(resource: JsonObject, path: string, context: Context) => void>>();
  for (const rule of rules) {
    const checks = byType.get(rule.resourceType) ?? [];
    checks.push(checkOf(rule, compile));
    byType.set(rule.resourceType, checks);
  }
  return (resource, type, path, context) => {
    const checks = byType.get(type);
    if (checks) for (const check of checks) check(resource, path, context);
  };
}

function checkOf(rule: BusinessRule, compile: (expression: string, type?: string) => CompiledFhirPath | undefined) {
  let compiled: { readonly focus: CompiledFhirPath | undefined; readonly condition: CompiledFhirPath | undefined } | undefined;
  return (resource: JsonObject, path: string, context: Context): void => {
    compiled ??= {
      focus: rule.context === undefined ? undefined : compile(rule.context, rule.resourceType),
      condition: rule.context === undefined ? compile(rule.condition, rule.resourceType) : undefined,
    };
    try {
      if (rule.context === undefined) {
        if (compiled.condition && !compiled.condition.holds(resource, context.scope.fhirPath)) failed(rule, path, context);
        return;
      }
      for (const item of compiled.focus?.evaluate(resource, context.scope.fhirPath) ?? []) {
        const condition = compile(rule.condition, item.type);
        if (!condition || condition.holds(item.value, context.scope.fhirPath)) continue;
        const found = isObject(item.value) ? findPath(resource, item.value, path) : undefined;
        failed(rule, found ?? path, context);
      }
    } catch {
      report(context, 'warning', 'processing', 'invariant-unusable', text.invariantUnusable(rule.id), path);
    }
  };
}

function failed(rule: BusinessRule, path: string, context: Context): void {
  const expression = rule.element === undefined ? path : `${path}.${rule.element}`;
  const diagnostics = `${rule.number === undefined ? rule.id : `rule ${rule.number}`}: ${rule.condition}`;
  const found: Issue = { severity: rule.severity, code: 'business-rule', rule: rule.id, text: rule.text, diagnostics, expression };
  context.issues.push(found);
}

/** Path of an element by its identity. */
function findPath(holder: JsonObject, wanted: object, path: string): string | undefined {
  if (holder === wanted) return path;
  for (const key in holder) {
    const value = holder[key];
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        const item: unknown = value[index];
        const found = isObject(item) ? findPath(item, wanted, `${path}.${key}[${index}]`) : undefined;
        if (found !== undefined) return found;
      }
    } else if (isObject(value)) {
      const found = findPath(value, wanted, `${path}.${key}`);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
