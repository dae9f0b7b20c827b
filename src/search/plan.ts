import type { SearchParameter } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import { compileFhirPath } from '../fhirpath/compile.js';
import { type Elements, elementsOf } from './elements.js';
import { parameterHash } from './hash.js';
import { type CompileExpression, innerPaths, type SearchPath, searchPaths, splitAlternatives } from './path.js';
import type { ParameterKind } from './request.js';

/** Kinds whose values are stored by themselves. */
export type SimpleKind = Exclude<ParameterKind, 'composite' | 'special'>;

/** An expression and what it means, stored once however many parameters share it: `Observation.code` serves `code` and `combo-code`. */
export interface StoredPath {
  readonly hash: number;
  readonly kind: SimpleKind;
  readonly path: SearchPath;
  /** True for the one date of a type that lies in the resource's own row. */
  readonly isMainDate: boolean;
  /** Of references: hashes that say that one leads to a resource of a type which some parameter restricts itself to. */
  readonly presentByType: ReadonlyMap<string, number>;
}

/** The elements whose parts a composite parameter takes together. */
export interface CompositePath {
  readonly hash: number;
  readonly focus: SearchPath;
  readonly components: ReadonlyArray<{ readonly kind: SimpleKind; readonly paths: readonly SearchPath[] }>;
}

/** How one search parameter is found in stored values: any of `paths`, or of `composites`. */
export interface ParameterPlan {
  readonly parameter: SearchParameter;
  readonly kind: ParameterKind;
  readonly paths: ReadonlyArray<{ readonly stored: StoredPath; readonly targetTypes: readonly string[] }>;
  /** Of a composite parameter: the plans of its components over the resource itself, where the resource is one of its elements. */
  readonly wholeResource?: readonly ParameterPlan[];
  readonly composites: readonly CompositePath[];
}

/** Everything search knows about one resource type, from its SearchParameters. */
export interface TypePlan {
  readonly type: string;
  readonly stored: readonly StoredPath[];
  readonly composites: readonly CompositePath[];
  readonly mainDate?: StoredPath;
  /** Paths that lead to the patient in whose compartment a resource lies, in the order of the compartment definition. */
  readonly patientPaths: readonly SearchPath[];
  parameter(code: string): ParameterPlan | undefined;
}

/** What stands in a resource's `present` where it has a value for the parameter. */
export function presenceHashes(plan: ParameterPlan): readonly number[] {
  return [
    ...plan.paths.flatMap(({ stored, targetTypes }) =>
      targetTypes.length === 0 ? [stored.hash] : targetTypes.flatMap((type) => stored.presentByType.get(type) ?? []),
    ),
    ...plan.composites.map(({ hash }) => hash),
  ];
}

export interface SearchPlans {
  readonly registry: Registry;
  type(type: string): TypePlan;
}

const known = new WeakMap<Registry, SearchPlans>();

/** Plans for all types, each made on first use; one set of plans for each registry. */
export function searchPlans(registry: Registry): SearchPlans {
  let plans = known.get(registry);
  if (plans === undefined) {
    plans = makePlans(registry);
    known.set(registry, plans);
  }
  return plans;
}

function makePlans(registry: Registry): SearchPlans {
  const elements = elementsOf(registry);
  const compileExpression: CompileExpression = (expression) => compileFhirPath(expression, { registry });
  const plans = new Map<string, TypePlan>();
  return {
    registry,
    type(type) {
      let plan = plans.get(type);
      if (plan === undefined) {
        plan = planType(registry, type, elements, compileExpression);
        plans.set(type, plan);
      }
      return plan;
    },
  };
}

// R4's own names for "when it happened", most telling first.
const mainDates = [
  'date',
  'birthdate',
  'authoredon',
  'authored-on',
  'authored',
  'onset-date',
  'recorded-date',
  'effective-time',
  'whenhandedover',
  'effective',
  'issued',
  'created',
  'period',
  'start',
  'received',
  'sent',
];

/** Answered by the resource's row, not by stored values. */
const ownParameters: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

function planType(registry: Registry, type: string, elements: Elements, compileExpression: CompileExpression): TypePlan {
  const parameters = registry.searchParameters(type).filter(({ code }) => code !== undefined && !ownParameters.has(code));
  const paths = new Map(
    parameters
      .filter(({ expression, type: kind }) => expression !== undefined && kind !== 'composite' && kind !== 'special')
      .map((parameter) => [parameter.code ?? '', searchPaths(parameter.expression ?? '', type, elements, compileExpression)] as const),
  );
  const mainDateCode = mainDates.find((code) => {
    const found = paths.get(code);
    const only = found?.[0];
    const isDate = parameters.some((parameter) => parameter.code === code && parameter.type === 'date');
    return isDate && found?.length === 1 && only?.isSingle === true;
  });
  const mainDateText = mainDateCode === undefined ? undefined : paths.get(mainDateCode)?.[0]?.text;

  const stored = new Map<string, StoredPath & { readonly presentByType: Map<string, number> }>();
  const store = (kind: SimpleKind, path: SearchPath): StoredPath => {
    const key = `${type} ${kind} ${path.text}`;
    let found = stored.get(key);
    if (found === undefined) {
      found = { hash: parameterHash(key), kind, path, isMainDate: kind === 'date' && path.text === mainDateText, presentByType: new Map() };
      stored.set(key, found);
    }
    for (const target of path.targetTypes) found.presentByType.set(target, parameterHash(`${key} is ${target}`));
    return found;
  };
  const byCode = new Map<string, ParameterPlan>();
  for (const parameter of parameters) {
    const found = paths.get(parameter.code ?? '');
    if (found === undefined) continue;
    const kind = parameter.type as SimpleKind;
    byCode.set(parameter.code ?? '', {
      parameter,
      kind,
      paths: found.map((path) => ({ stored: store(kind, path), targetTypes: path.targetTypes })),
      composites: [],
    });
  }
  for (const parameter of parameters) {
    if (parameter.type !== 'composite') continue;
    const plan = planComposite(registry, parameter, type, byCode, elements, compileExpression);
    if (plan !== undefined) byCode.set(parameter.code ?? '', plan);
  }
  refuseCollisions(type, [...stored.values()]);
  const composites = new Map([...byCode.values()].flatMap((plan) => plan.composites.map((path) => [path.hash, path] as const)));
  const mainDate = [...stored.values()].find(({ isMainDate }) => isMainDate);
  return {
    type,
    stored: [...stored.values()],
    composites: [...composites.values()],
    ...(mainDate === undefined ? {} : { mainDate }),
    patientPaths: registry
      .patientCompartment(type)
      .flatMap((code) => byCode.get(code)?.paths ?? [])
      .map(({ stored: { path } }) => path),
    parameter: (code) => byCode.get(code),
  };
}

/**
 * A composite over the resource itself (`Observation.code` with `Observation.value`) needs no rows of its own where each part occurs once at most: it is
 * the two parameters together. Other elements (`Observation.component`) get composite rows.
 */
function planComposite(
  registry: Registry,
  parameter: SearchParameter,
  type: string,
  byCode: ReadonlyMap<string, ParameterPlan>,
  elements: Elements,
  compileExpression: CompileExpression,
): ParameterPlan | undefined {
  const parts = (parameter.component ?? []).map(({ definition, expression }) => ({
    definition: registry.canonical(definition ?? '') as SearchParameter | undefined,
    expression: expression ?? '',
  }));
  if (parts.length === 0 || parts.some(({ definition }) => definition === undefined)) return undefined;
  let wholeResource: readonly ParameterPlan[] | undefined;
  const composites: CompositePath[] = [];
  for (const alternative of splitAlternatives(parameter.expression ?? '')) {
    if (alternative === type) {
      wholeResource = parts.flatMap(({ definition, expression }) =>
        wholePlan(byCode.get(definition?.code ?? ''), type, expression, elements, compileExpression),
      );
      continue;
    }
    for (const focus of searchPaths(alternative, type, elements, compileExpression)) {
      const node = focus.node;
      if (node === undefined) continue;
      const components = parts.map(({ definition, expression }) => {
        const paths = innerPaths(expression, node, elements, compileExpression);
        return { kind: componentKind((definition?.type ?? 'token') as SimpleKind, paths), paths };
      });
      const key = `${type} composite ${focus.text} ${components.map(({ kind, paths }) => `${kind} ${paths.map(({ text }) => text).join('|')}`).join(' $ ')}`;
      composites.push({ hash: parameterHash(key), focus, components });
    }
  }
  if (wholeResource === undefined && composites.length === 0) return undefined;
  return {
    parameter,
    kind: 'composite',
    paths: [],
    composites,
    ...(wholeResource === undefined || wholeResource.length !== parts.length ? {} : { wholeResource }),
  };
}

const kindsOfTypes: Readonly<Record<string, readonly SimpleKind[]>> = {
  code: ['token', 'string', 'uri'],
  CodeableConcept: ['token', 'string'],
  Coding: ['token'],
  Identifier: ['token'],
  boolean: ['token'],
  Reference: ['reference'],
  Quantity: ['quantity', 'number'],
  dateTime: ['date'],
  date: ['date'],
  Period: ['date'],
};

// R4 names the two components' definitions of DocumentReference's `relationship` the wrong way round: then the elements themselves tell their kind.
function componentKind(declared: SimpleKind, paths: readonly SearchPath[]): SimpleKind {
  const possible = kindsOfTypes[paths[0]?.types[0] ?? ''];
  return possible === undefined || possible.includes(declared) ? declared : (possible[0] ?? declared);
}

/** The part of the component's parameter that lies on the resource itself: of `combo-code` only `Observation.code`. */
function wholePlan(
  plan: ParameterPlan | undefined,
  type: string,
  expression: string,
  elements: Elements,
  compileExpression: CompileExpression,
): readonly ParameterPlan[] {
  const wanted = new Set(innerPaths(expression, type, elements, compileExpression).map(shapeOf));
  const paths = plan?.paths.filter(({ stored: { path } }) => path.isSingle && wanted.has(shapeOf(path))) ?? [];
  return plan === undefined || paths.length === 0 ? [] : [{ ...plan, paths }];
}

function shapeOf(path: SearchPath): string {
  return JSON.stringify(path.steps ?? path.text);
}

function refuseCollisions(type: string, stored: readonly StoredPath[]): void {
  const seen = new Map<number, StoredPath>();
  for (const path of stored) {
    const other = seen.get(path.hash);
    if (other !== undefined) throw new Error(`search parameters of ${type} collide: ${other.path.text} and ${path.path.text}`);
    seen.set(path.hash, path);
  }
}
