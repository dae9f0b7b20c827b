import { parseReference } from '../../fhir/reference.js';
import { isObject } from '../../fhir/resource.js';
import { FhirPathError } from '../error.js';
import { boolean, type Collection, empty, type Item, isPrimitive, string, toSystem } from '../item.js';
import { member } from '../navigate.js';
import { resolveReference } from '../resolve.js';
import { argument, type Call, type FhirPathFunction, type FunctionTable, modelIn, single, spend, stringOf } from '../scope.js';
import { htmlFaults } from '../xhtml.js';

/** R4 FHIRPath §2.9.1.3: functions that FHIR adds. What needs the context's help is empty without it. */
export const fhir: FunctionTable = {
  extension: { min: 1, max: 1, run: (call) => extensions(call) },
  hasExtension: { min: 1, max: 1, run: (call) => boolean(extensions(call).length > 0) },
  hasValue: { min: 0, max: 0, run: (call) => boolean(onlyValue(call) !== undefined) },
  getValue: { min: 0, max: 0, run: getValue },
  resolve: { min: 0, max: 0, run: (call) => resolve(call, false) },
  memberOf: { min: 1, max: 1, run: memberOf },
  conformsTo: { min: 1, max: 1, run: conformsTo },
  subsumes: { min: 1, max: 1, run: (call) => subsumes(call, call.input, argument(call, 0)) },
  subsumedBy: { min: 1, max: 1, run: (call) => subsumes(call, argument(call, 0), call.input) },
  htmlChecks: { min: 0, max: 0, run: htmlChecks },
  checkModifiers: { min: 0, max: 50, run: checkModifiers },
  elementDefinition: { min: 0, max: 0, run: elementDefinition },
  slice: { min: 2, max: 2, run: slice },
  getResourceKey: {
    min: 0,
    max: 0,
    run: (call) => childrenNamed(call.input, 'id', call).flatMap((item) => (typeof item.value === 'string' ? [string(item.value)] : [])),
  },
};

function childrenNamed(items: Collection, name: string, call: Call): Collection {
  const found: Item[] = [];
  for (const item of items) member(item, name, modelIn(call), found);
  return found;
}

function extensions(call: Call): Collection {
  const url = stringOf(argument(call, 0), call);
  if (url === undefined) return empty;
  const all = childrenNamed(call.input, 'extension', call);
  spend(call.scope, all.length, call.at);
  return all.filter((item) => isObject(item.value) && item.value.url === url);
}

function onlyValue(call: Call): Item | undefined {
  const [item] = call.input;
  return call.input.length === 1 && item && isPrimitive(item) && item.value !== undefined && item.value !== null ? item : undefined;
}

function getValue(call: Call): Collection {
  const item = onlyValue(call);
  const value = item && toSystem(item, modelIn(call));
  return value ? [value] : empty;
}

function resolve(call: Call, typesOnly: boolean): Collection {
  return call.input.flatMap((item) => {
    spend(call.scope, 10, call.at);
    const target = resolveReference(item, call.scope.evaluation, typesOnly);
    return target ? [target] : [];
  });
}

/** SQL on FHIR v2: the id that a literal reference ends in, where it refers to `type` (any, if absent). `getResourceKey` gives the same of a resource. */
export function referenceKey(type: string | undefined): FhirPathFunction {
  return {
    min: 0,
    max: 1,
    run: (call) =>
      childrenNamed(call.input, 'reference', call).flatMap((item) => {
        const parsed = typeof item.value === 'string' ? parseReference(item.value) : undefined;
        const literal = parsed?.kind === 'relative' || parsed?.kind === 'absolute' ? parsed : undefined;
        return literal && (type === undefined || literal.type === type) ? [string(literal.id)] : [];
      }),
  };
}

/** resolve() under a type test: where there is no target to be had, the type that the reference's text names will do. */
export const resolveForType: FhirPathFunction = { min: 0, max: 0, run: (call) => resolve(call, true) };

function memberOf(call: Call): Collection {
  const item = single(call.input, call.at);
  const valueSet = stringOf(argument(call, 0), call);
  if (!item || valueSet === undefined) return empty;
  return boolean(call.scope.evaluation.context.memberOf?.(item.value, valueSet));
}

function subsumes(call: Call, wider: Collection, narrower: Collection): Collection {
  const a = single(wider, call.at);
  const b = single(narrower, call.at);
  return a && b ? boolean(call.scope.evaluation.context.subsumes?.(a.value, b.value)) : empty;
}

/** Without the context's help only types can be told apart, not profiles. */
function conformsTo(call: Call): Collection {
  const item = single(call.input, call.at);
  const profile = stringOf(argument(call, 0), call);
  if (!item || profile === undefined) return empty;
  const model = modelIn(call);
  const known = model.definition(profile);
  if (!known) throw new FhirPathError('execution', `there is no profile ${JSON.stringify(profile)}`, call.at);
  if (known.type !== undefined && !model.isA(item.type, known.type)) return boolean(false);
  const judged = call.scope.evaluation.context.conformsTo?.(item.value, profile);
  return boolean(judged ?? (known.derivation === 'constraint' ? undefined : true));
}

function htmlChecks(call: Call): Collection {
  const item = single(call.input, call.at);
  if (!item) return empty;
  return boolean(typeof item.value === 'string' && htmlFaults(item.value).length === 0);
}

/** The input, unless an item bears a modifier extension with a url that is not among the arguments. */
function checkModifiers(call: Call): Collection {
  const allowed = new Set(call.args.map((_, position) => stringOf(argument(call, position), call)));
  for (const extension of childrenNamed(call.input, 'modifierExtension', call)) {
    const url = isObject(extension.value) ? extension.value.url : undefined;
    if (typeof url !== 'string' || !allowed.has(url)) {
      throw new FhirPathError('execution', `the modifier extension ${JSON.stringify(url ?? '')} is not among those allowed`, call.at);
    }
  }
  return call.input;
}

/** The definition that the base type gives each item; a resource has that of its type. */
function elementDefinition(call: Call): Collection {
  return call.input.flatMap((item) => {
    const definition = modelIn(call).elementDefinition(item.path ?? item.type);
    return definition ? [{ type: 'ElementDefinition', value: definition }] : [];
  });
}

function slice(call: Call): Collection {
  const structure = stringOf(argument(call, 0), call);
  const name = stringOf(argument(call, 1), call);
  const { slice: matches } = call.scope.evaluation.context;
  if (structure === undefined || name === undefined || !matches) return empty;
  return call.input.filter((item) => matches(item.value, structure, name) === true);
}
