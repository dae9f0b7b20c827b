import { isObject, type JsonObject } from '../fhir/resource.js';
import { runProfile } from './conformance.js';
import { type Context, containedPositions, enterScope, report, type Scope } from './context.js';
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
  const asked = context.scope.kind === 'root' ? (context.options.profiles ?? none) : none;
  for (const profile of profilesFor(value, type, context)) runProfile(value, undefined, profile, path, context, asked.includes(profile));
  context.engine.checkBusinessRules(value, type, path, context);
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
  for (const profile of signpostedProfiles(value, type)) if (!hasOf(profiles, profile)) profiles.push(profile);
  return profiles;
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
