import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Text } from '../../fhir/outcome.js';
import { type PlatformRule, platformRuleText } from '../../validation/rules/platform.js';
import { profileElements } from './elements.js';
import { guideProfiles } from './profiles.js';
import type { GuideServices } from './services.js';

/** A rule as the guide lists it. */
export interface RuleEntry {
  readonly kind: 'platform' | 'business' | 'profile';
  /** The platform's number, or our own id. */
  readonly id: string;
  /** The element, as `Type.element`. */
  readonly path: string;
  readonly mechanism: string;
  readonly text: Text;
  /** Page of the profile that states it. */
  readonly href?: string;
}

/** Every rule that the server knows: the platform's by number, then those across elements, then the invariants of profiles. */
export function allRules(services: GuideServices): readonly RuleEntry[] {
  return [...services.platformRules.map(platformEntry), ...services.businessRules.map(businessEntry), ...profileEntries(services)];
}

/** Those whose number, element or text holds every word of `query`. */
export function searchRules(rules: readonly RuleEntry[], query: string): readonly RuleEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rules;
  return rules.filter(({ id, path, mechanism, text }) => {
    const all = `${id} ${path} ${mechanism} ${text.id} ${text.en}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

function platformEntry(rule: PlatformRule): RuleEntry {
  return { kind: 'platform', id: rule.number, path: rule.path ?? '', mechanism: rule.mechanism, text: platformRuleText(rule) };
}

function businessEntry({ id, resourceType, context, element, text }: GuideServices['businessRules'][number]): RuleEntry {
  const path = [resourceType, context?.replace(/\.where\(.*\)$/, ''), element].filter((part) => part !== undefined).join('.');
  return { kind: 'business', id, path, mechanism: 'condition', text };
}

/** Each invariant once, at the first profile that states it. */
function profileEntries(services: GuideServices): readonly RuleEntry[] {
  const found = new Map<string, RuleEntry>();
  for (const { id = '', url = '', type } of guideProfiles(services.registry)) {
    const profile: StructureDefinition | undefined = services.registry.structureDefinition(url);
    if (!profile) continue;
    for (const { path, constraints } of profileElements(services.registry, profile)) {
      for (const { key, text } of constraints) {
        if (found.has(key)) continue;
        const at = path === '' ? `${type}` : `${type}.${path}`;
        found.set(key, { kind: 'profile', id: key, path: at, mechanism: 'condition', text, href: `/guide/profiles/${id}` });
      }
    }
  }
  return [...found.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
}
