import type { ValueSet } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import type { FindSource } from './find-source.js';
import { ucumSystem } from './ucum.js';

/**
 * The value sets that exist without a resource: all codes of a code system by its `valueSet` canonical, SNOMED CT's `?fhir_vs` forms,
 * and UCUM's and LOINC's `/vs`. Undefined where the canonical is none of them.
 * Source: R4 terminologies, "Using SNOMED CT with FHIR" §4.3.1.1.5, "Using UCUM" §4.3.3, "Using LOINC" §4.3.2.
 */
export function implicitValueSet(registry: Registry, source: FindSource, canonical: string): ValueSet | undefined {
  const url = canonical.split('|')[0] ?? canonical;
  const query = url.indexOf('?fhir_vs');
  if (query > 0) return snomedValueSet(url, url.slice(0, query), url.slice(query + '?fhir_vs'.length));
  if (url === `${ucumSystem}/vs`) return allOf(url, ucumSystem);
  const answerList = /^http:\/\/loinc\.org\/vs\/(LL\d+-\d)$/.exec(url)?.[1];
  if (answerList !== undefined && source('http://loinc.org')?.find(answerList))
    return filtered(url, 'http://loinc.org', 'descendent-of', answerList);
  if (url === 'http://loinc.org/vs') return source('http://loinc.org') && allOf(url, 'http://loinc.org');
  const system = registry.definitions('CodeSystem').find((definition) => definition.allCodes === url)?.url;
  return system === undefined ? undefined : allOf(url, system);
}

function snomedValueSet(url: string, base: string, rest: string): ValueSet | undefined {
  const system = base.startsWith('http://snomed.info/sct') ? 'http://snomed.info/sct' : base;
  if (rest === '') return allOf(url, system);
  const isA = /^=isa\/(\d+)$/.exec(rest)?.[1];
  if (isA !== undefined) return filtered(url, system, 'is-a', isA);
  const refset = /^=refset\/(\d+)$/.exec(rest)?.[1];
  return refset === undefined ? undefined : filtered(url, system, 'in', refset);
}

function allOf(url: string, system: string): ValueSet {
  return { resourceType: 'ValueSet', url, status: 'active', compose: { include: [{ system }] } };
}

function filtered(url: string, system: string, op: 'is-a' | 'in' | 'descendent-of', value: string): ValueSet {
  return {
    resourceType: 'ValueSet',
    url,
    status: 'active',
    compose: { include: [{ system, filter: [{ property: 'concept', op, value }] }] },
  };
}
