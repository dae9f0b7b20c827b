import { nearestNames } from '../fhir/nearest.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { runProfile } from './conformance.js';
import { type Context, containedPositions, enterScope, report, type Scope } from './context.js';
import { signpostedProfiles } from './rules/signpost.js';
import { text } from './text.js';

/** A resource within another: its base, and the profiles that it declares. */
export function checkNested(
  value: JsonObject,
  path: string,
  context: Context,
  kind: 'contained' | 'nested',
  fullUrl: string | undefined,
): void {
  const outer = context.scope;
  if (++context.depth > maxNesting) {
    context.depth--;
    context.tooDeep = true;
    report(context, 'error', 'too-costly', 'too-deep', text.tooDeep, path.slice(0, 300));
    return;
  }
  enterScope(context, value, path, kind, fullUrl);
  if (kind === 'contained') checkContained(value, path, context, outer);
  checkResource(value, path, context);
  context.scope = outer;
  context.depth--;
}

const maxNesting = 150;

/** Base, declared and required profiles of one resource, whose scope is the current one. */
export function checkResource(value: JsonObject, path: string, context: Context): void {
  const type = value['resourceType'];
  if (typeof type !== 'string' || !context.engine.registry.isResourceType(type)) {
    const said =
      typeof type === 'string'
        ? text.unknownResourceType(type.slice(0, 64), nearestNames(type, context.engine.registry.resourceTypes)[0])
        : text.notResource;
    report(context, 'error', 'structure', 'resource-type', said, path);
    return;
  }
  context.engine.type(type).run(value, undefined, path, context);
  if (context.tooDeep) return;
  const asked = context.scope.kind === 'root' ? (context.options.profiles ?? none) : none;
  const profiles = profilesFor(value, type, context);
  for (const profile of profiles) runProfile(value, undefined, profile, path, context, asked.includes(profile));
  if (context.options.declaredProfiles !== false) checkClaimed(value, type, profiles, path, context);
  // What is contained is a part of another resource; the rules speak of what is registered by itself.
  if (context.scope.kind !== 'contained') context.engine.checkBusinessRules(value, type, path, context);
}

const none: readonly string[] = [];

function profilesFor(value: JsonObject, type: string, context: Context): readonly string[] {
  const profiles: string[] = [];
  if (context.scope.kind === 'root') profiles.push(...(context.options.profiles ?? none));
  if (context.options.declaredProfiles === false) return profiles;
  const meta = value['meta'];
  const declared = isObject(meta) ? meta['profile'] : undefined;
  if (Array.isArray(declared)) {
    for (const profile of declared) if (typeof profile === 'string' && !profiles.includes(profile)) profiles.push(profile);
  }
  if (context.scope.kind !== 'contained')
    for (const profile of context.engine.requiredProfiles(type)) if (!hasOf(profiles, profile)) profiles.push(profile);
  return profiles;
}

/** The profiles that only the resource's codes claim. */
function checkClaimed(value: JsonObject, type: string, profiles: readonly string[], path: string, context: Context): void {
  for (const profile of signpostedProfiles(value, type)) {
    if (hasOf(profiles, profile)) continue;
    const before = context.issues.length;
    runProfile(value, undefined, profile, path, context, false);
    if (context.options.claimedProfiles !== 'warn') continue;
    for (let index = before; index < context.issues.length; index++) {
      const found = context.issues[index];
      if (found?.severity === 'error') context.issues[index] = { ...found, severity: 'warning' };
    }
  }
}

/** The profile is there already, perhaps with a version. */
function hasOf(profiles: readonly string[], canonical: string): boolean {
  return profiles.some((profile) => profile === canonical || profile.startsWith(`${canonical}|`));
}

function checkContained(value: JsonObject, path: string, context: Context, outer: Scope): void {
  if (value['id'] === undefined) {
    report(context, 'error', 'structure', 'contained-id', text.containedWithoutId, path);
    return;
  }
  const siblings = outer.resource['contained'];
  if (!Array.isArray(siblings)) return;
  const first = containedPositions(outer.resource, context).get(value['id']);
  if (first !== undefined && siblings[first] !== value)
    report(context, 'error', 'structure', 'contained-twice', text.containedTwice(String(value['id']).slice(0, 64)), path);
}
