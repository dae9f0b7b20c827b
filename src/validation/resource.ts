import { isObject, type JsonObject } from '../fhir/resource.js';
import { runProfile } from './conformance.js';
import { type Context, enterScope, report, type Scope } from './context.js';
import { nearest } from './nearest.js';
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
        ? text.unknownResourceType(type.slice(0, 64), nearest(type, context.engine.registry.resourceTypes))
        : text.notResource;
    report(context, 'error', 'structure', 'resource-type', said, path);
    return;
  }
  context.engine.type(type).run(value, undefined, path, context);
  if (context.tooDeep) return;
  const profiles = profilesFor(value, type, path, context);
  for (const profile of profiles) runProfile(value, undefined, profile, path, context);
  context.engine.checkBusinessRules(value, type, path, context);
}

function profilesFor(value: JsonObject, type: string, path: string, context: Context): ReadonlySet<string> {
  const profiles = new Set<string>();
  if (context.scope.kind === 'root') for (const profile of context.options.profiles ?? []) profiles.add(profile);
  if (context.options.declaredProfiles === false) return profiles;
  const meta = value['meta'];
  const declared = isObject(meta) ? meta['profile'] : undefined;
  if (Array.isArray(declared)) for (const profile of declared) if (typeof profile === 'string') profiles.add(profile);
  if (context.scope.kind !== 'contained')
    for (const profile of context.engine.registry.requiredProfiles(type)) if (!hasOf(profiles, profile)) profiles.add(profile);
  for (const profile of signpostedProfiles(value, type)) profiles.add(profile);
  void path;
  return profiles;
}

/** The profile is there already, perhaps with a version. */
function hasOf(profiles: ReadonlySet<string>, canonical: string): boolean {
  if (profiles.has(canonical)) return true;
  for (const profile of profiles) if (profile.startsWith(`${canonical}|`)) return true;
  return false;
}

function checkContained(value: JsonObject, path: string, context: Context, outer: Scope): void {
  if (value['id'] === undefined) {
    report(context, 'error', 'structure', 'contained-id', text.containedWithoutId, path);
    return;
  }
  const siblings = outer.resource['contained'];
  if (!Array.isArray(siblings)) return;
  const first = siblings.find((item) => isObject(item) && item['id'] === value['id']);
  if (first !== value)
    report(context, 'error', 'structure', 'contained-twice', text.containedTwice(String(value['id']).slice(0, 64)), path);
}
