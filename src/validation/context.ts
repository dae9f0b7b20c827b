import { type Issue, type IssueCode, issue, type Severity, type Text } from '../fhir/outcome.js';
import { parseReference } from '../fhir/reference.js';
import type { FhirResource, JsonObject } from '../fhir/resource.js';
import { isObject, isResource } from '../fhir/resource.js';
import type { FhirPathContext } from '../fhirpath/fhirpath.js';
import type { Engine } from './engine.js';
import type { ValidateOptions } from './validator.js';

/** The resource that is being looked at, and those around it. */
export interface Scope {
  readonly resource: JsonObject;
  readonly path: string;
  readonly container: Scope | undefined;
  readonly kind: 'root' | 'contained' | 'nested';
  /** fullUrl of the entry that holds it. */
  readonly fullUrl: string | undefined;
  readonly fhirPath: FhirPathContext;
}

/** One run of the validator over one outermost resource. */
export interface Context {
  issues: Issue[];
  /** Elements within each other at this moment. */
  depth: number;
  tooDeep: boolean;
  /** Issues that were found but not kept, for there were too many. */
  dropped: number;
  scope: Scope;
  readonly engine: Engine;
  readonly options: ValidateOptions;
  /** Scopes by the resource object, so that a profile finds the scope that the base check made. */
  readonly scopes: Map<object, Scope>;
  /** Does an object meet a profile? `undefined` while the question is open: recursive profiles end there. */
  readonly verdicts: Map<object, Map<string, boolean | undefined>>;
  readonly bundles: Map<object, BundleIndex>;
  /** Where each id first stands among the contained resources of a resource. */
  readonly positions: Map<object, ReadonlyMap<unknown, number>>;
  /** Ids and anchors of a resource, for links in its narratives. */
  readonly anchors: Map<object, ReadonlySet<string>>;
}

/** What checks do: look at `value`, whose FHIRPath is `path`; `sibling` is the `_name` object of a primitive. */
export type Check = (value: unknown, sibling: unknown, path: string, context: Context) => void;

export interface BundleTarget {
  readonly resource: JsonObject;
  readonly fullUrl: string | undefined;
  readonly path: string;
}

export interface BundleIndex {
  readonly byFullUrl: ReadonlyMap<string, readonly BundleTarget[]>;
  readonly byTypeAndId: ReadonlyMap<string, readonly BundleTarget[]>;
}

export function report(
  context: Context,
  severity: Severity,
  code: IssueCode,
  rule: string,
  text: Text,
  path: string,
  diagnostics?: string,
): void {
  if (isFull(context, severity)) {
    context.dropped++;
    return;
  }
  context.issues.push(issue(code, rule, text, { severity, expression: path, ...(diagnostics === undefined ? {} : { diagnostics }) }));
}

// What is sent can be wrong a million times over. Beyond these, issues are only counted, but for one error, which decides the verdict.
const mostIssues = 10_000;
const mostRemarks = 2000;

function isFull({ issues }: Context, severity: Severity): boolean {
  if (issues.length < mostRemarks) return false;
  if (severity !== 'error' && severity !== 'fatal') return true;
  return issues.length >= mostIssues && issues.at(-1)?.severity === 'error';
}

/** Enters a resource; the caller puts the former scope back. */
export function enterScope(context: Context, resource: JsonObject, path: string, kind: Scope['kind'], fullUrl: string | undefined): Scope {
  const known = context.scopes.get(resource);
  if (known) {
    context.scope = known;
    return known;
  }
  const container = kind === 'root' ? undefined : context.scope;
  const outermost = kind === 'contained' && container ? container.resource : resource;
  const scope: Scope = {
    resource,
    path,
    container,
    kind,
    fullUrl,
    fhirPath: new ScopedFhirPath(resource, outermost, context),
  };
  context.scopes.set(resource, scope);
  context.scope = scope;
  return scope;
}

/** What invariants of one scope may look at. A class, for one is made for every resource and its methods must cost nothing until they are called. */
class ScopedFhirPath implements FhirPathContext {
  readonly resource: JsonObject;
  readonly rootResource: JsonObject;
  readonly now?: number;
  private readonly context: Context;

  constructor(resource: JsonObject, rootResource: JsonObject, context: Context) {
    this.resource = resource;
    this.rootResource = rootResource;
    if (context.options.now !== undefined) this.now = context.options.now;
    this.context = context;
  }

  resolve(reference: string): FhirResource | undefined {
    const scope = this.context.scopes.get(this.resource);
    return scope && (resolveReference(reference, scope, this.context)?.resource as FhirResource | undefined);
  }

  memberOf(value: unknown, valueSet: string): boolean | undefined {
    return this.context.engine.memberOf(value, valueSet);
  }

  conformsTo(value: unknown, profile: string): boolean | undefined {
    return this.context.engine.conformsTo(value, profile, this.context);
  }
}

export interface Resolved {
  readonly resource: JsonObject;
  readonly path: string | undefined;
  readonly found: 'contained' | 'bundled' | 'referenced';
  /** The scope that holds it. */
  readonly container?: Scope | undefined;
  readonly fullUrl?: string | undefined;
}

/** The target of a reference made in `scope`: contained, in an enclosing Bundle, or from the caller. Source: R4 references §2.3.0, bundle §2.36.4.1. */
export function resolveReference(reference: string, scope: Scope, context: Context): Resolved | undefined {
  if (reference.startsWith('#')) return resolveContained(reference.slice(1), scope, context);
  for (let outer: Scope | undefined = scope; outer; outer = outer.container) {
    const holder = outer.resource['resourceType'];
    if (holder === 'Bundle' && outer !== scope) {
      const target = bundleTargets(reference, entryUrl(scope), bundleIndex(outer, context))[0];
      if (target) return { resource: target.resource, path: target.path, found: 'bundled', fullUrl: target.fullUrl, container: outer };
    } else if (holder === 'Parameters' && outer !== scope) {
      const target = parameterTarget(reference, outer);
      if (target) return { resource: target, path: undefined, found: 'bundled', container: outer };
    }
  }
  const remote = context.options.resolve?.(reference);
  return isResource(remote) ? { resource: remote, path: undefined, found: 'referenced' } : undefined;
}

/** Where each id first stands among the contained resources of `holder`. */
export function containedPositions(holder: JsonObject, context: Context): ReadonlyMap<unknown, number> {
  const known = context.positions.get(holder);
  if (known) return known;
  const made = new Map<unknown, number>();
  const contained = holder['contained'];
  if (Array.isArray(contained)) {
    for (const [index, item] of contained.entries()) if (isObject(item) && !made.has(item['id'])) made.set(item['id'], index);
  }
  context.positions.set(holder, made);
  return made;
}

function resolveContained(id: string, scope: Scope, context: Context): Resolved | undefined {
  const holder = scope.kind === 'contained' && scope.container ? scope.container : scope;
  if (id === '') return { resource: holder.resource, path: holder.path, found: 'contained', container: holder.container };
  const contained = holder.resource['contained'];
  const index = containedPositions(holder.resource, context).get(id);
  return index === undefined || !Array.isArray(contained)
    ? undefined
    : { resource: contained[index] as JsonObject, path: `${holder.path}.contained[${index}]`, found: 'contained', container: holder };
}

/** fullUrl of the entry that holds the scope's resource, however deep in it. */
export function entryUrl(scope: Scope): string | undefined {
  for (let outer: Scope | undefined = scope; outer; outer = outer.container) {
    if (outer.fullUrl !== undefined) return outer.fullUrl;
  }
  return undefined;
}

/** Entries that a reference made by the entry `from` means. */
function bundleTargets(reference: string, from: string | undefined, index: BundleIndex): readonly BundleTarget[] {
  const hash = reference.indexOf('#');
  const plain = hash > 0 ? reference.slice(0, hash) : reference;
  const exact = index.byFullUrl.get(plain);
  if (exact) return exact;
  const parsed = parseReference(plain);
  if (parsed.kind !== 'relative' && parsed.kind !== 'absolute') return [];
  const key = `${parsed.type}/${parsed.id}`;
  const fullUrl = parsed.kind === 'absolute' ? `${parsed.base}/${key}` : absoluteUrl(key, from);
  const candidates =
    (fullUrl === undefined ? undefined : index.byFullUrl.get(fullUrl)) ??
    (parsed.kind === 'relative' ? index.byTypeAndId.get(key) : undefined) ??
    [];
  return parsed.version === undefined ? candidates : candidates.filter((target) => versionOf(target.resource) === parsed.version);
}

function versionOf(resource: JsonObject): unknown {
  const meta = resource['meta'];
  return isObject(meta) ? meta['versionId'] : undefined;
}

/** `key` (`Patient/1`) below the RESTful base of the entry `from`, or undefined where that is no RESTful URL. */
export function absoluteUrl(key: string, from: string | undefined): string | undefined {
  if (from === undefined) return undefined;
  const parsed = parseReference(from);
  return parsed.kind === 'absolute' ? `${parsed.base}/${key}` : undefined;
}

export function bundleIndex(scope: Scope, context: Context): BundleIndex {
  const known = context.bundles.get(scope.resource);
  if (known) return known;
  const byFullUrl = new Map<string, BundleTarget[]>();
  const byTypeAndId = new Map<string, BundleTarget[]>();
  const entries = scope.resource['entry'];
  (Array.isArray(entries) ? entries : []).forEach((entry: unknown, index) => {
    if (!isObject(entry) || !isResource(entry['resource'])) return;
    const resource: JsonObject & FhirResource = entry['resource'];
    const fullUrl = typeof entry['fullUrl'] === 'string' ? entry['fullUrl'] : undefined;
    const target = { resource, fullUrl, path: `${scope.path}.entry[${index}].resource` };
    if (fullUrl !== undefined) push(byFullUrl, fullUrl, target);
    if (typeof resource.id === 'string') push(byTypeAndId, `${resource.resourceType}/${resource.id}`, target);
  });
  const made = { byFullUrl, byTypeAndId };
  context.bundles.set(scope.resource, made);
  return made;
}

function push(map: Map<string, BundleTarget[]>, key: string, target: BundleTarget): void {
  const list = map.get(key);
  if (list) list.push(target);
  else map.set(key, [target]);
}

function parameterTarget(reference: string, scope: Scope): JsonObject | undefined {
  const parsed = parseReference(reference);
  if (parsed.kind !== 'relative') return undefined;
  return parameterResources(scope.resource['parameter'], 0).find(
    (resource) => resource['resourceType'] === parsed.type && resource['id'] === parsed.id,
  );
}

function parameterResources(parameters: unknown, depth: number): readonly JsonObject[] {
  if (!Array.isArray(parameters) || depth > 20) return [];
  return parameters
    .filter(isObject)
    .flatMap((parameter) => [
      ...(isObject(parameter['resource']) ? [parameter['resource']] : []),
      ...parameterResources(parameter['part'], depth + 1),
    ]);
}
