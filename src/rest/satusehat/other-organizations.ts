import { type Issue, issue } from '../../fhir/outcome.js';
import { isObject } from '../../fhir/resource.js';
import type { PlatformRule } from '../../validation/rules/platform.js';
import { numbered, satusehatText } from './text.js';

/** A system that names the organization whose numbers it holds: `http://sys-ids.kemkes.go.id/encounter/{org}`. */
const scoped = /^https?:\/\/sys-ids\.kemkes\.go\.id\/[a-z-]+\/([^/]+)/;

/**
 * Identifiers of a resource that are another organization's than its first one: a sender numbers by its own organization alone. Which one that is
 * can't be told before clients are known, so that a resource whose identifiers agree passes.
 */
export function otherOrganizations(rules: readonly PlatformRule[]): (resource: unknown) => readonly Issue[] {
  const numberByPath = new Map(
    rules.flatMap((rule) => (rule.mechanism === 'identifier-system' ? [[rule.path, rule.number] as const] : [])),
  );
  return (resource) => {
    if (!isObject(resource) || !Array.isArray(resource['identifier'])) return [];
    const path = `${String(resource['resourceType'])}.identifier`;
    const number = numberByPath.get(path);
    if (number === undefined) return [];
    let own: string | undefined;
    return resource['identifier'].flatMap((identifier: unknown, index): readonly Issue[] => {
      const system = isObject(identifier) ? identifier['system'] : undefined;
      const organization = typeof system === 'string' ? scoped.exec(system)?.[1] : undefined;
      if (organization === undefined) return [];
      own ??= organization;
      if (organization === own) return [];
      const text = numbered(satusehatText.otherOrganization(String(system), own), number);
      return [issue('value', `satusehat-${number}`, text, { expression: `${path}[${index}].system` })];
    });
  };
}
