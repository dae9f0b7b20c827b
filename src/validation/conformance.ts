import { type FhirResource, isObject, isResource, type JsonObject } from '../fhir/resource.js';
import { type Context, enterScope, report, type Scope } from './context.js';
import { text } from './text.js';

/** Reports unless the value meets at least one of the profiles. With one profile, its own issues say why. */
export function meetsOneOf(value: unknown, path: string, context: Context, profiles: readonly string[]): void {
  const [only, ...more] = profiles;
  if (only === undefined) return;
  if (more.length === 0) {
    runProfile(value, undefined, only, path, context);
    return;
  }
  const known = profiles.filter((profile) => context.engine.profile(profile) !== undefined);
  if (known.length < profiles.length) return;
  let fewest: Context['issues'] | undefined;
  for (const profile of known) {
    const before = context.issues;
    context.issues = [];
    runProfile(value, undefined, profile, path, context);
    const found = context.issues;
    context.issues = before;
    if (!found.some(isError)) {
      for (const issue of found) context.issues.push(issue);
      return;
    }
    if (!fewest || found.length < fewest.length) fewest = found;
  }
  report(context, 'error', 'structure', 'profile-choice', text.noProfileFits(profiles), path);
  for (const issue of fewest ?? []) context.issues.push(issue);
}

/**
 * Runs a profile over the value and reports what it finds. A profile that isn't on board is named in a warning, or in an error where the caller
 * asked for it; of one that is there in another version, that version is taken.
 */
export function runProfile(value: unknown, sibling: unknown, canonical: string, path: string, context: Context, askedFor = false): void {
  const profile = context.engine.profile(canonical) ?? context.engine.profile(canonical.replace(/\|.*$/, ''));
  if (!profile) {
    report(context, askedFor ? 'error' : 'warning', 'not-found', 'unknown-profile', text.unknownProfile(canonical), path);
    return;
  }
  const version = /\|([^#]+)/.exec(canonical)?.[1];
  if (version !== undefined && profile.version !== undefined && profile.version !== version && !canonical.startsWith(coreUrl))
    report(context, 'warning', 'not-found', 'profile-version', text.profileVersion(canonical, profile.version), path);
  const before = context.scope;
  if (isResource(value)) {
    const scope = context.scopes.get(value) ?? enterScope(context, value, path, 'nested', undefined);
    context.scope = scope;
    if (!typeFits(profile.type, value.resourceType)) {
      report(context, 'error', 'structure', 'profile-type', text.profileType(canonical, profile.type, value.resourceType), path);
      context.scope = before;
      return;
    }
  }
  profile.run(value, sibling, path, context);
  context.scope = before;
}

const coreUrl = 'http://hl7.org/fhir/StructureDefinition/';

function typeFits(wanted: string, found: string): boolean {
  return wanted === found || wanted === 'Resource' || (wanted === 'DomainResource' && !['Bundle', 'Binary', 'Parameters'].includes(found));
}

/**
 * Does the value meet the profile? Nothing is reported. Undefined where the profile is not on board; a question that is still open
 * (a recursive profile) is answered yes. The base of the value is left out, for it is checked where the value stands, unless `withBase` asks for it.
 */
export function meetsQuietly(
  value: unknown,
  canonical: string,
  place: { readonly path: string | undefined; readonly container?: Scope | undefined; readonly fullUrl?: string | undefined },
  context: Context,
  withBase = false,
): boolean | undefined {
  const key = withBase ? `${canonical} and base` : canonical;
  if (isObject(value)) {
    const known = context.verdicts.get(value);
    if (known?.has(key)) return known.get(key) ?? true;
  }
  const profile = context.engine.profile(canonical);
  if (!profile) return undefined;
  if (isResource(value) && !typeFits(profile.type, value.resourceType)) return false;
  if (isObject(value)) verdictsOf(value, context).set(key, undefined);
  const before = { issues: context.issues, scope: context.scope };
  context.issues = [];
  if (isResource(value)) enterTarget(value, place, context);
  if (context.depth++ < 100) {
    if (withBase && isResource(value)) context.engine.type(value.resourceType).run(value, undefined, place.path ?? 'value', context);
    profile.run(value, undefined, place.path ?? 'value', context);
  }
  context.depth--;
  const verdict = !context.issues.some(isError);
  context.issues = before.issues;
  context.scope = before.scope;
  if (isObject(value)) verdictsOf(value, context).set(key, verdict);
  return verdict;
}

function enterTarget(
  value: FhirResource & JsonObject,
  place: { readonly path: string | undefined; readonly container?: Scope | undefined; readonly fullUrl?: string | undefined },
  context: Context,
): void {
  const known = context.scopes.get(value);
  if (known) {
    context.scope = known;
    return;
  }
  if (!place.container) {
    enterScope(context, value, place.path ?? value.resourceType, 'root', undefined);
    return;
  }
  context.scope = place.container;
  const kind = place.path?.includes('.contained[') && place.container.resource['resourceType'] !== 'Bundle' ? 'contained' : 'nested';
  enterScope(context, value, place.path ?? value.resourceType, kind, place.fullUrl);
}

function verdictsOf(value: object, context: Context): Map<string, boolean | undefined> {
  const known = context.verdicts.get(value);
  if (known) return known;
  const made = new Map<string, boolean | undefined>();
  context.verdicts.set(value, made);
  return made;
}

function isError(issue: Context['issues'][number]): boolean {
  return issue.severity === 'error' || issue.severity === 'fatal';
}
