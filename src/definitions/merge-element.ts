import type { ElementDefinition } from '@medplum/fhirtypes';
import { asObject, type JsonObject } from '../fhir/resource.js';

/** The base element as the differential's element constrains it. `source` is the canonical of the profile: constraints it adds bear it. */
export function mergeElement(base: ElementDefinition, change: ElementDefinition, source: string): ElementDefinition {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    if (ignored.has(key) || value === undefined) continue;
    merged[key] = (combine[key] ?? replace)(asObject(base)[key], value, source);
  }
  return merged as unknown as ElementDefinition;
}

// Where the element stands is told by the tree.
const ignored: ReadonlySet<string> = new Set(['id', 'path', 'sliceName', 'base']);

type Combine = (base: unknown, change: unknown, source: string) => unknown;

const replace: Combine = (_base, change) => change;

/** A text that starts with an ellipsis goes on where the base's ends. Source: R4 ElementDefinition §2.26.0.5. */
const continueText: Combine = (base, change) =>
  typeof change === 'string' && change.startsWith('...') && typeof base === 'string' ? `${base}\r\n${change.slice(3)}` : change;

const union: Combine = (base, change) => [...new Set([...items(base), ...items(change)])];

const combine: Readonly<Record<string, Combine>> = {
  definition: continueText,
  comment: continueText,
  requirements: continueText,
  alias: union,
  condition: union,
  mapping: (base, change) => [...items(base), ...items(change)],
  constraint: (base, change, source) =>
    byKey(
      base,
      items(change).map((item) => ({ source, ...asRecord(item) })),
      'key',
    ),
  extension: (base, change) => byKey(base, items(change), 'url'),
  binding: (base, change) => mergeBinding(asRecord(base), asRecord(change)),
};

/** Another value set brings its own words; what the base says at most may be used stays said. */
function mergeBinding(base: JsonObject, change: JsonObject): JsonObject {
  if (change.valueSet === undefined || change.valueSet === base.valueSet) return { ...base, ...change };
  const limits = items(base.extension).filter((item) => asRecord(item).url === maxValueSet);
  const extension = byKey(limits, items(change.extension), 'url');
  return { strength: base.strength, ...change, ...(extension.length === 0 ? {} : { extension }) };
}

const maxValueSet = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

/** The base's items with those of the change behind; one of the same key is replaced. */
function byKey(base: unknown, change: readonly unknown[], key: string): readonly unknown[] {
  const changed = new Set(change.map((item) => asRecord(item)[key]));
  return [...items(base).filter((item) => !changed.has(asRecord(item)[key])), ...change];
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function asRecord(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? asObject(value) : {};
}
