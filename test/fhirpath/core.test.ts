import type { SearchParameter, StructureDefinition } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import type { JsonObject } from '../../src/fhir/resource.js';
import { compileFhirPath } from '../../src/fhirpath/compile.js';
import { FhirPathError } from '../../src/fhirpath/error.js';
import type { CompiledFhirPath, TypedValue } from '../../src/fhirpath/fhirpath.js';
import { itemOf } from '../../src/fhirpath/item.js';
import { children } from '../../src/fhirpath/navigate.js';
import { modelOf } from '../../src/fhirpath/types.js';
import { publishedDefinitions, publishedExamples } from '../support/examples.js';

const registry = loadRegistry();
const model = modelOf(registry);
const examples = publishedExamples();

interface Pair {
  readonly name: string;
  readonly direct: CompiledFhirPath;
  readonly interpreted: CompiledFhirPath;
}

function pair(name: string, expression: string, type: string): Pair {
  return {
    name,
    direct: compileFhirPath(expression, { registry, type }),
    interpreted: compileFhirPath(expression, { registry, type, interpretOnly: true }),
  };
}

/** The invariants (those of severity error) of R4's types by the path of their element, datatypes' own at the datatype's name. */
const invariants = new Map<string, Pair[]>();
const uncompiled: string[] = [];
for (const definition of publishedDefinitions<StructureDefinition>('StructureDefinition')) {
  if (definition.derivation === 'constraint') continue;
  for (const element of definition.snapshot?.element ?? []) {
    for (const constraint of element.constraint ?? []) {
      const path = element.path ?? '';
      const inherited = constraint.source !== undefined && !constraint.source.endsWith(`/${definition.type}`) && path !== definition.type;
      if (constraint.expression === undefined || constraint.severity !== 'error' || inherited || (element.type?.length ?? 0) > 1) continue;
      const known = invariants.get(path) ?? [];
      invariants.set(path, known);
      try {
        known.push(pair(constraint.key ?? '', constraint.expression, path));
      } catch {
        uncompiled.push(`${path} ${constraint.key}`);
      }
    }
  }
}

const parameters = new Map<string, Pair[]>();
for (const parameter of publishedDefinitions<SearchParameter>('SearchParameter')) {
  for (const base of parameter.base ?? []) {
    if (parameter.expression === undefined) continue;
    const known = parameters.get(base) ?? [];
    parameters.set(base, known);
    if (!known.some(({ direct }) => direct.expression === parameter.expression))
      known.push(pair(parameter.code ?? '', parameter.expression, base));
  }
}

// Examples that break R4's own rules, each looked at.
const trueFaults: Readonly<Record<string, string>> = {
  'ActivityDefinition/blood-tubes-supply txt-1': 'its narrative holds nothing but white space',
  'ActivityDefinition/blood-tubes-supply txt-2': 'its narrative holds nothing but white space',
  'ActivityDefinition/heart-valve-replacement txt-1': 'its narrative holds nothing but white space',
  'ActivityDefinition/heart-valve-replacement txt-2': 'its narrative holds nothing but white space',
  'EventDefinition/example txt-1': 'its narrative holds nothing but white space',
  'EventDefinition/example txt-2': 'its narrative holds nothing but white space',
  'Questionnaire/zika-virus-exposure-assessment txt-1': 'its narrative holds nothing but white space',
  'Questionnaire/zika-virus-exposure-assessment txt-2': 'its narrative holds nothing but white space',
  'Bundle/dataelements bdl-7': 'two entries have the same fullUrl and no version',
};

test('every invariant and search parameter of R4 compiles, nearly all to direct code', async (t) => {
  t.same(uncompiled, []);
  const all = [...invariants.values(), ...parameters.values()].flat();
  t.ok(all.length > 2000);
  t.ok(all.filter(({ direct }) => direct.direct).length / all.length > 0.98);
});

test('every invariant and search parameter of our guide is right for its types', async (t) => {
  const faults: string[] = [];
  const attempt = (name: string, expression: string, type: string): void => {
    try {
      compileFhirPath(expression, { registry, type, mode: 'strict' });
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  };
  for (const definition of registry.ours('StructureDefinition') as readonly unknown[] as readonly StructureDefinition[]) {
    for (const element of definition.differential?.element ?? []) {
      for (const { key, expression } of element.constraint ?? [])
        if (expression !== undefined) attempt(`${definition.name} ${key}`, expression, element.path ?? '');
    }
  }
  for (const parameter of registry.ours('SearchParameter') as readonly unknown[] as readonly SearchParameter[]) {
    const [base, ...others] = parameter.base ?? [];
    // One of several types is the union of a path for each; none fits all.
    if (base !== undefined && others.length === 0) attempt(`SearchParameter ${parameter.code}`, parameter.expression ?? '', base);
  }
  t.same(faults, []);
});

test('the published examples keep the invariants at every element, save true faults', async (t) => {
  const faults = new Set<string>();
  let checked = 0;
  for (const resource of examples) {
    const visit = (item: ReturnType<typeof itemOf>, holder: unknown, root: unknown): void => {
      const isResource = model.isResource(item.type);
      const nested = isResource ? item.value : holder;
      const rootResource = isResource && !item.path?.endsWith('.contained') ? item.value : root;
      const own = [
        ...(invariants.get(item.path ?? item.type) ?? []),
        ...(item.path !== undefined && item.path !== item.type ? (invariants.get(item.type) ?? []) : []),
      ];
      for (const { name, direct, interpreted } of own) {
        checked += 1;
        const context = { resource: nested, rootResource, sibling: item.sibling };
        const held = direct.holds(item.value, context);
        if (!held) faults.add(`${resource.resourceType}/${resource.id} ${name}`);
        if (checked % 50 === 0 && interpreted.holds(item.value, context) !== held) t.fail(`${name}: generated code and interpreter differ`);
      }
      for (const child of children(item, model)) visit(child, nested, rootResource);
    };
    visit(itemOf(resource), undefined, undefined);
  }
  t.ok(checked > 100_000);
  t.same(
    [...faults].filter((fault) => !(fault in trueFaults)),
    [],
  );
});

test('search parameters find the same by generated code as by the interpreter', async (t) => {
  let values = 0;
  for (const resource of examples) {
    for (const base of [resource.resourceType, 'DomainResource', 'Resource']) {
      for (const { name, direct, interpreted } of parameters.get(base) ?? []) {
        const found = direct.evaluate(resource);
        values += found.length;
        if (!same(found, interpreted.evaluate(resource))) t.fail(`${resource.resourceType}/${resource.id} ${name}`);
      }
    }
  }
  t.ok(values > 8000);
});

test('generated code does as the interpreter does on resources that are wrong in any way', async () => {
  const resource = fc.constantFrom(...examples.filter((example) => JSON.stringify(example).length < 8000));
  const change = fc.record({
    at: fc.nat(),
    with: fc.oneof(fc.constantFrom(null, [], {}, 'x', '', 3, true, [null], ['a', null], { a: 1 }, [[]]), fc.constant(undefined)),
    sibling: fc.boolean(),
  });
  fc.assert(
    fc.property(resource, fc.array(change, { minLength: 1, maxLength: 3 }), (example, changes) => {
      const broken = changes.reduce((made: JsonObject, { at, with: value, sibling }) => replaced(made, at, value, sibling), example);
      for (const known of [invariants.get(example.resourceType), parameters.get(example.resourceType)]) {
        for (const { name, direct, interpreted } of known ?? []) {
          const a = outcome(() => direct.evaluate(broken));
          const b = outcome(() => interpreted.evaluate(broken));
          if (!same(a, b))
            throw new Error(`${name} ${direct.expression}\n${JSON.stringify(a)}\n${JSON.stringify(b)}\n${JSON.stringify(broken)}`);
        }
      }
    }),
    { numRuns: 400, includeErrorInReport: true },
  );
});

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function outcome(run: () => readonly TypedValue[]): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof FhirPathError) return error.kind;
    throw error;
  }
}

/** A copy in which the n-th property, counted through the tree, has another value, or a `_` sibling. */
function replaced(resource: JsonObject, n: number, value: unknown, sibling: boolean): JsonObject {
  const copy = structuredClone(resource) as Record<string, unknown>;
  const places: Array<readonly [Record<string, unknown>, string]> = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      if (key !== 'resourceType') places.push([node as Record<string, unknown>, key]);
      walk(child);
    }
  };
  walk(copy);
  const [holder, key] = places[n % places.length] ?? [copy, 'id'];
  if (sibling && !Array.isArray(holder)) holder[`_${key}`] = value;
  else if (value === undefined) delete holder[key];
  else holder[key] = value;
  return copy;
}
