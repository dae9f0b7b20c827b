import type { Extension } from '@medplum/fhirtypes';
import type { Text } from '../fhir/outcome.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import type { CompiledFhirPath } from '../fhirpath/fhirpath.js';
import { type Context, containedPositions, report } from './context.js';
import { correctedExpressions } from './corrections.js';
import { scanXhtml } from './rules/xhtml.js';
import { text } from './text.js';

/** A constraint of an element, ready to run. */
export interface Invariant {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly human: string;
  readonly expression: string;
  check(focus: unknown, path: string, context: Context): void;
}

export interface ConstraintDefinition {
  readonly key?: string;
  readonly severity?: string;
  readonly human?: string;
  /** Carries the sentence in other languages, as the translation extension. */
  readonly _human?: { readonly extension?: readonly Extension[] };
  readonly expression?: string;
  readonly source?: string;
}

/**
 * Undefined for constraints that the generated functions hold by their shape, and for those without an expression. `type` is the focus's, where it
 * is the same wherever the constraint stands.
 */
export function invariantOf(
  constraint: ConstraintDefinition,
  compile: (type: string | undefined) => CompiledFhirPath | undefined,
  type: string | undefined,
): Invariant | undefined {
  const { key = '', human = '' } = constraint;
  const expression =
    constraint.expression === undefined ? undefined : (correctedExpressions[constraint.expression] ?? constraint.expression);
  if (expression === undefined || heldByShape.has(key)) return undefined;
  const severity = constraint.severity === 'warning' ? 'warning' : 'error';
  const native = nativeConditions[key];
  // a choice names its type only where it stands, in the path
  const compiledFor = new Map<string | undefined, CompiledFhirPath | undefined>();
  const invariant: Invariant = {
    key,
    severity,
    human,
    expression,
    check(focus, path, context) {
      if (context.tooDeep) return;
      if (native !== undefined && native.expression === expression) {
        if (isObject(focus) && !native.holds(focus, context)) failed(path, context);
        return;
      }
      const compiled = compiledAs(type ?? choiceType(path));
      if (compiled === undefined) {
        unusable(path, context);
        return;
      }
      try {
        if (!compiled.holds(focus, context.scope.fhirPath)) failed(path, context);
      } catch {
        unusable(path, context);
      }
    },
  };
  return invariant;

  function compiledAs(actual: string | undefined): CompiledFhirPath | undefined {
    if (compiledFor.has(actual)) return compiledFor.get(actual);
    const made = compile(actual);
    compiledFor.set(actual, made);
    return made;
  }

  function failed(path: string, context: Context): void {
    report(context, severity, 'invariant', key, sentence(constraint, key), path, `${expression} (${constraint.source ?? 'profile'})`);
  }

  function unusable(path: string, context: Context): void {
    report(context, 'warning', 'processing', 'invariant-unusable', text.invariantUnusable(key), path, `${key}: ${expression}`);
  }
}

/** The constraint's own sentence where it is there in Indonesian too, else what can be said of any constraint. */
function sentence({ human = '', _human }: ConstraintDefinition, key: string): Text {
  const translation = _human?.extension?.find(({ extension }) =>
    extension?.some(({ url, valueCode }) => url === 'lang' && valueCode === 'id'),
  );
  const indonesian = translation?.extension?.find(({ url }) => url === 'content')?.valueString;
  return indonesian === undefined ? text.invariant(key, human) : { id: indonesian, en: human };
}

function choiceType(path: string): string | undefined {
  return path.endsWith(')') ? /\.ofType\((\w+)\)$/.exec(path)?.[1] : undefined;
}

/** ele-1 is the check for empty objects; txt-1 and txt-2 are the narrative rules. */
const heldByShape: ReadonlySet<string> = new Set(['ele-1', 'txt-1', 'txt-2']);

interface NativeCondition {
  readonly expression: string;
  readonly holds: (focus: JsonObject, context: Context) => boolean;
}

// The constraints that R4 puts on every resource, reference and extension, by hand: they run some twenty times a resource.
const nativeConditions: Readonly<Record<string, NativeCondition>> = Object.assign(Object.create(null), {
  'ext-1': {
    expression: 'extension.exists() != value.exists()',
    holds: (focus) => (focus['extension'] !== undefined) !== hasValue(focus),
  },
  'dom-2': {
    expression: 'contained.contained.empty()',
    holds: (focus) => contained(focus).every((item) => item['contained'] === undefined),
  },
  'dom-3': {
    expression:
      "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | %resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()",
    holds: containedAreReferenced,
  },
  'dom-4': {
    expression: 'contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()',
    holds: (focus) =>
      contained(focus).every(
        (item) => !isObject(item['meta']) || (item['meta']['versionId'] === undefined && item['meta']['lastUpdated'] === undefined),
      ),
  },
  'dom-5': {
    expression: 'contained.meta.security.empty()',
    holds: (focus) => contained(focus).every((item) => !isObject(item['meta']) || item['meta']['security'] === undefined),
  },
  'dom-6': {
    expression: 'text.`div`.exists()',
    holds: (focus, context) => context.scope.kind === 'contained' || (isObject(focus['text']) && focus['text']['div'] !== undefined),
  },
  'ref-1': {
    expression: "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
    holds: (focus, context) => {
      const reference = focus['reference'];
      if (typeof reference !== 'string' || !reference.startsWith('#') || reference === '#') return true;
      const holder = context.scope.kind === 'contained' ? context.scope.container : context.scope;
      return holder !== undefined && containedPositions(holder.resource, context).has(reference.slice(1));
    },
  },
  'qty-3': {
    expression: 'code.empty() or system.exists()',
    holds: (focus) => focus['code'] === undefined || focus['system'] !== undefined,
  },
  'obs-6': {
    expression: 'dataAbsentReason.empty() or value.empty()',
    holds: (focus) => focus['dataAbsentReason'] === undefined || !hasValue(focus),
  },
} satisfies Record<string, NativeCondition>);

function hasValue(focus: JsonObject): boolean {
  for (const key in focus) if (key.startsWith('value') || key.startsWith('_value')) return true;
  return false;
}

function contained(resource: JsonObject): readonly JsonObject[] {
  const items = resource['contained'];
  return Array.isArray(items) ? items.filter(isObject) : [];
}

function containedAreReferenced(resource: JsonObject): boolean {
  const items = contained(resource);
  if (items.length === 0) return true;
  const mentioned = new Set<string>();
  const upward = new Set<JsonObject>();
  for (const key in resource) if (key !== 'contained') collectFragments(resource[key], mentioned, 0);
  for (const item of items) {
    const inside = new Set<string>();
    collectFragments(item, inside, 0);
    if (inside.has('#')) upward.add(item);
    for (const fragment of inside) mentioned.add(fragment);
  }
  return items.every((item) => typeof item['id'] !== 'string' || mentioned.has(`#${item['id']}`) || upward.has(item));
}

function collectFragments(value: unknown, into: Set<string>, depth: number): void {
  if (typeof value === 'string') {
    if (value.startsWith('#')) into.add(value);
  } else if (Array.isArray(value)) for (const item of value) collectFragments(item, into, depth);
  else if (isObject(value) && depth < 200) {
    for (const key in value) collectFragments(value[key], into, depth + 1);
    if (typeof value['div'] === 'string' && value['div'].includes('#'))
      for (const fragment of scanXhtml(value['div']).fragments) into.add(`#${fragment}`);
  }
}
