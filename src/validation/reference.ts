import { parseReference } from '../fhir/reference.js';
import type { JsonObject } from '../fhir/resource.js';
import { meetsQuietly } from './conformance.js';
import { type Context, type Resolved, report, resolveReference } from './context.js';
import type { Engine } from './engine.js';
import { text } from './text.js';

/** What a Reference element may point to. */
export interface ReferenceTargets {
  readonly types: ReadonlySet<string>;
  /** Profiles beyond the types' own definitions, by the type that they constrain. */
  readonly profiles: ReadonlyMap<string, readonly string[]>;
}

/** Undefined where any resource will do. */
export function referenceTargets(targetProfiles: readonly string[], engine: Engine): ReferenceTargets | undefined {
  if (targetProfiles.length === 0) return undefined;
  const types = new Set<string>();
  const profiles = new Map<string, string[]>();
  const plain = new Set<string>();
  for (const url of targetProfiles) {
    const core = /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/([A-Z][A-Za-z]+)$/.exec(url)?.[1];
    if (core === 'Resource' || core === 'DomainResource') return undefined;
    if (core !== undefined && engine.registry.isResourceType(core)) {
      types.add(core);
      plain.add(core);
      continue;
    }
    const type = engine.registry.structureDefinition(url)?.type;
    if (type === undefined) {
      // A profile that isn't on board can't narrow anything we could check.
      profiles.set('', [...(profiles.get('') ?? []), url]);
      continue;
    }
    if (type === 'Resource' || type === 'DomainResource') for (const name of engine.registry.resourceTypes) types.add(name);
    else types.add(type);
    profiles.set(type, [...(profiles.get(type) ?? []), url]);
  }
  for (const type of plain) profiles.delete(type);
  return { types, profiles };
}

/** Reference rules of the base: form, resolution of what lies at hand, type of the target. Source: R4 references §2.3.0. */
export function checkReference(value: JsonObject, path: string, context: Context, targets: ReferenceTargets | undefined): void {
  const reference = value['reference'];
  if (typeof reference !== 'string') {
    if (
      value['identifier'] === undefined &&
      value['display'] === undefined &&
      value['extension'] === undefined &&
      value['_reference'] === undefined
    )
      report(context, 'warning', 'incomplete', 'reference-content', text.mustHaveReference, path);
    else checkStatedType(value, undefined, path, context, targets);
    return;
  }
  const scope = context.scope;
  if (reference.startsWith('#')) {
    const target = resolveReference(reference, scope, context);
    if (!target) report(context, 'error', 'not-found', 'reference-unresolved', text.unresolved(reference), path);
    else checkStatedType(value, typeOf(target.resource), path, context, targets);
    return;
  }
  const literal = parseReference(reference);
  const literalType =
    (literal.kind === 'relative' || literal.kind === 'absolute' || literal.kind === 'conditional') &&
    context.engine.registry.isResourceType(literal.type)
      ? literal.type
      : undefined;
  const target = scope.container && literalType === undefined ? resolveReference(reference, scope, context) : undefined;
  checkStatedType(value, target ? typeOf(target.resource) : literalType, path, context, targets);
}

function checkStatedType(
  value: JsonObject,
  found: string | undefined,
  path: string,
  context: Context,
  targets: ReferenceTargets | undefined,
): void {
  const stated = typeof value['type'] === 'string' ? value['type'].replace('http://hl7.org/fhir/StructureDefinition/', '') : undefined;
  if (stated !== undefined && found !== undefined && stated !== found) {
    report(context, 'error', 'structure', 'reference-type', text.referenceTypeDiffers(stated, found), path);
    return;
  }
  const type = found ?? stated;
  if (!targets || type === undefined || targets.types.has(type) || targets.profiles.has('')) return;
  if (!context.engine.registry.isResourceType(type)) return;
  report(
    context,
    'error',
    'structure',
    'reference-target',
    text.targetType(type, [...targets.types]),
    path,
    `found ${type}, allowed ${[...targets.types].join(', ')}`,
  );
}

/** Reference rules of a profile: narrowed types, and profiles that a target at hand must meet. */
export function checkProfiledReference(
  value: JsonObject,
  path: string,
  context: Context,
  targets: ReferenceTargets,
  aggregation: readonly string[],
): void {
  checkStatedTypeOnce(value, path, context, targets);
  const reference = value['reference'];
  if (typeof reference !== 'string') return;
  const resolved = targets.profiles.size > 0 || aggregation.length > 0 ? resolveReference(reference, context.scope, context) : undefined;
  if (aggregation.length > 0) checkAggregation(reference, resolved, path, context, aggregation);
  if (!resolved) return;
  const type = typeOf(resolved.resource);
  const unknown = targets.profiles.get('') ?? [];
  if (unknown.length > 0 && targets.types.size === 0) {
    // the target is here, but what it has to meet is not
    report(context, 'error', 'not-found', 'unknown-profile', text.unknownProfile(unknown.join(', ')), path);
    return;
  }
  const wanted = [
    ...(targets.profiles.get(type) ?? []),
    ...(targets.profiles.get('Resource') ?? []),
    ...(targets.profiles.get('DomainResource') ?? []),
  ];
  if (wanted.length === 0 || (targets.types.has(type) && !targets.profiles.has(type))) return;
  const verdicts = wanted.map((profile) => meetsQuietly(resolved.resource, profile, resolved, context));
  if (verdicts.some((verdict) => verdict !== false)) return;
  report(
    context,
    'error',
    'structure',
    'reference-profile',
    text.targetProfile(wanted),
    path,
    `target ${type}; profiles ${wanted.join(', ')}`,
  );
}

function checkStatedTypeOnce(value: JsonObject, path: string, context: Context, targets: ReferenceTargets): void {
  const reference = value['reference'];
  if (typeof reference !== 'string') {
    checkStatedType(value, undefined, path, context, targets);
    return;
  }
  const literal = parseReference(reference);
  const near = reference.startsWith('#') || context.scope.container ? resolveReference(reference, context.scope, context) : undefined;
  const literalType =
    literal.kind === 'relative' || literal.kind === 'absolute' || literal.kind === 'conditional' ? literal.type : undefined;
  checkStatedType(
    { ...(value['type'] === undefined || near || literalType ? {} : { type: value['type'] }) },
    near ? typeOf(near.resource) : literalType,
    path,
    context,
    targets,
  );
}

function checkAggregation(
  reference: string,
  resolved: Resolved | undefined,
  path: string,
  context: Context,
  allowed: readonly string[],
): void {
  const found = reference.startsWith('#') ? 'contained' : resolved?.found === 'bundled' ? 'bundled' : 'referenced';
  // a bundled target is referenced, too
  if (allowed.includes(found) || (found === 'bundled' && allowed.includes('referenced'))) return;
  report(context, 'error', 'structure', 'aggregation', text.aggregation(found, allowed), path);
}

function typeOf(resource: JsonObject): string {
  return typeof resource['resourceType'] === 'string' ? resource['resourceType'] : '';
}
