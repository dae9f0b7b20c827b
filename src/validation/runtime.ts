import { nearestNames } from '../fhir/nearest.js';
import type { PrimitiveCheck, PrimitiveFault } from '../fhir/primitives.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { meetsOneOf } from './conformance.js';
import { type Context, report } from './context.js';
import type { Engine, Slot } from './engine.js';
import { checkExtension } from './extension.js';
import { checkReference, type ReferenceTargets, referenceTargets } from './reference.js';
import { checkNested } from './resource.js';
import { text } from './text.js';

/** What generated code calls when something is amiss, or when the work is too rare or too large to be written out in line. */
export const runtime = {
  tooDeep(path: string, context: Context): void {
    if (context.tooDeep) return;
    context.tooDeep = true;
    report(context, 'error', 'too-costly', 'too-deep', text.tooDeep, path.length > 300 ? `${path.slice(0, 300)}…` : path);
  },

  unknownElement(key: string, _holder: JsonObject, path: string, context: Context, known: readonly string[]): void {
    const shown = key.length > 64 ? `${key.slice(0, 64)}…` : key;
    report(
      context,
      'error',
      'structure',
      'unknown-element',
      text.unknownElement(shown, nearestNames(key, known)[0]),
      path,
      `allowed: ${known.join(', ')}`,
    );
  },

  emptyObject(path: string, context: Context): void {
    report(context, 'error', 'invariant', 'ele-1', text.emptyObject, path);
  },

  choiceTwice(name: string, first: string, second: string, path: string, context: Context): void {
    if (first.replace(/^_/, '') !== second.replace(/^_/, ''))
      report(context, 'error', 'structure', 'choice-twice', text.choiceTwice(name, first, second), path);
  },

  codeless(path: string, context: Context, valueSet: string): void {
    report(
      context,
      'error',
      'code-invalid',
      'binding',
      text.noCode(valueSet.replace(/\|.*$/, '')),
      path,
      `required binding to ${valueSet}`,
    );
  },

  missing(name: string, path: string, context: Context, source: string): void {
    report(context, 'error', 'required', 'min-cardinality', text.missing(name, 1, 0), path, `${name}: 1 needed by ${source}, none found`);
  },

  /** A value that its primitive type refuses; `sibling` may excuse that it is absent. */
  primitive(
    fault: PrimitiveFault,
    value: unknown,
    sibling: unknown,
    type: string,
    name: string,
    path: string,
    context: Context,
    check: PrimitiveCheck,
  ): void {
    if (value === null) {
      report(context, 'error', 'structure', 'null-value', text.nullValue, path);
    } else if (Array.isArray(value)) {
      report(context, 'error', 'structure', 'json-array', text.expectSingle(name), path);
      for (const item of value) {
        const inner = item === null ? undefined : check(item);
        if (inner !== undefined) reportPrimitive(inner, item, type, path, context);
      }
    } else if (isObject(value)) {
      report(context, 'error', 'structure', 'type', text.primitive(type, fault), path, `found a JSON object for ${type}`);
    } else {
      reportPrimitive(fault, value, type, path, context);
    }
    void sibling;
  },

  /** The `_name` of a primitive that takes one value. */
  sibling(value: unknown, primitive: unknown, name: string, path: string, context: Context, element: Slot): void {
    // an empty sibling beside a value says nothing; converters leave such where XML had a comment
    if (isObject(value)) {
      if (primitive === undefined || !isEmpty(value)) element.run(value, undefined, path, context);
    } else if (value === null) report(context, 'error', 'structure', 'null-value', text.nullValue, path);
    else report(context, 'error', 'structure', 'json-object', text.expectObject(`_${name}`, 'Element'), path);
  },

  /** A repeating primitive with its `_name`, aligned by position. Source: R4 JSON §2.6.2.1. */
  primitives(
    values: unknown,
    siblings: unknown,
    check: PrimitiveCheck,
    type: string,
    name: string,
    parent: string,
    context: Context,
    element: Slot,
    after: ((value: unknown, path: string, context: Context) => void) | undefined,
  ): void {
    const base = `${parent}.${name}`;
    if (values !== undefined && !Array.isArray(values)) {
      report(context, 'error', 'structure', 'json-array', text.expectArray(name), base);
      const fault = check(values);
      if (fault !== undefined && !isObject(values)) reportPrimitive(fault, values, type, base, context);
      return;
    }
    if (siblings !== undefined && !Array.isArray(siblings)) {
      report(context, 'error', 'structure', 'json-array', text.expectArray(`_${name}`), base);
      siblings = undefined;
    }
    if (values?.length === 0) report(context, 'error', 'structure', 'empty-array', text.emptyArray, base);
    if (Array.isArray(siblings) && siblings.length === 0) report(context, 'error', 'structure', 'empty-array', text.emptyArray, base);
    if (values && Array.isArray(siblings) && values.length !== siblings.length) {
      report(
        context,
        'error',
        'structure',
        'sibling-length',
        text.siblingLength(name),
        base,
        `${values.length} values, ${siblings.length} siblings`,
      );
    }
    const length = Math.max(values?.length ?? 0, Array.isArray(siblings) ? siblings.length : 0);
    for (let index = 0; index < length; index++) {
      const value: unknown = values?.[index];
      const sibling: unknown = Array.isArray(siblings) ? siblings[index] : undefined;
      const path = `${base}[${index}]`;
      if (value === null || value === undefined) {
        if (sibling === null || sibling === undefined) report(context, 'error', 'structure', 'null-value', text.nullValue, path);
      } else {
        const fault = check(value);
        if (fault !== undefined) reportPrimitive(fault, value, type, path, context);
        else after?.(value, path, context);
      }
      if (isObject(sibling) && value !== undefined && isEmpty(sibling)) continue;
      if (isObject(sibling)) element.run(sibling, undefined, path, context);
      else if (sibling !== null && sibling !== undefined)
        report(context, 'error', 'structure', 'json-object', text.expectObject(`_${name}`, 'Element'), path);
    }
  },

  notObject(value: unknown, name: string, type: string, path: string, context: Context): void {
    if (value === null) report(context, 'error', 'structure', 'null-value', text.nullValue, path);
    else report(context, 'error', 'structure', 'json-object', text.expectObject(name, type), path, `found ${jsonType(value)}`);
  },

  /** Reports that an array was expected; an object that stands alone comes back, to be checked as its only item. */
  notArray(value: unknown, name: string, path: string, context: Context): JsonObject | undefined {
    if (Array.isArray(value)) report(context, 'error', 'structure', 'empty-array', text.emptyArray, path);
    else if (value === null) report(context, 'error', 'structure', 'null-value', text.nullValue, path);
    else report(context, 'error', 'structure', 'json-array', text.expectArray(name), path, `found ${jsonType(value)}`);
    return isObject(value) ? value : undefined;
  },

  notSingle(value: unknown, name: string, type: string, path: string, context: Context): void {
    if (value === null) report(context, 'error', 'structure', 'null-value', text.nullValue, path);
    else if (Array.isArray(value)) report(context, 'error', 'structure', 'json-array', text.expectSingle(name), path);
    else report(context, 'error', 'structure', 'json-object', text.expectObject(name, type), path, `found ${jsonType(value)}`);
  },

  onlyItem(value: unknown): JsonObject | undefined {
    return Array.isArray(value) && value.length === 1 && isObject(value[0]) ? value[0] : undefined;
  },

  contained(value: JsonObject, path: string, context: Context): void {
    checkNested(value, path, context, 'contained', undefined);
  },

  nested(value: JsonObject, path: string, context: Context, holder: JsonObject): void {
    const fullUrl = holder['fullUrl'];
    checkNested(value, path, context, 'nested', typeof fullUrl === 'string' ? fullUrl : undefined);
  },

  extension: checkExtension,
  reference: checkReference,
  targets(profiles: readonly string[], engine: Engine): ReferenceTargets | undefined {
    return referenceTargets(profiles, engine);
  },
  meets: meetsOneOf,
} as const;

function reportPrimitive(fault: PrimitiveFault, value: unknown, type: string, path: string, context: Context): void {
  const found = typeof value === 'string' ? `text of ${value.length} characters` : `${jsonType(value)}`;
  const severity = fault === 'blank' ? 'warning' : 'error';
  report(context, severity, 'value', `type-${type}`, text.primitive(type, fault), path, `${fault}; found ${found}`);
}

function isEmpty(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}

function jsonType(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : isObject(value) ? 'an object' : `a ${typeof value}`;
}
