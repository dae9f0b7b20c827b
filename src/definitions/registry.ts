import type { CodeSystem, ConceptMap, SearchParameter, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import type { Issue } from '../fhir/outcome.js';
import type { FhirResource } from '../fhir/resource.js';
import type { Definition } from './layer.js';

/**
 * Everything that defines what Lontar accepts and computes: the R4 core (packed at build time) with `profiles/` and `terminology/` on top.
 * Canonicals may carry `|version`. Everything is parsed on first use and kept.
 */
export interface Registry {
  /** Of a registry whose definitions can change: goes up with each change. What was made from an older generation is made anew. */
  readonly generation?: number;
  /** The 146 concrete resource types of R4, sorted. */
  readonly resourceTypes: readonly string[];
  isResourceType(name: string): boolean;
  /** By canonical, or by bare type name (`Patient`, `Quantity`, `code`). The snapshot is complete, made by us where the source has only a differential. */
  structureDefinition(canonical: string): StructureDefinition | undefined;
  /** What is wrong with a definition's differential: empty where its snapshot came out whole. Each issue's expression is an element id. */
  snapshotIssues(canonical: string): readonly Issue[];
  /** Profiles of `profiles/` that each resource of this type must meet, whether it claims them or not. */
  requiredProfiles(resourceType: string): readonly string[];
  searchParameters(resourceType: string): readonly SearchParameter[];
  searchParameter(resourceType: string, code: string): SearchParameter | undefined;
  valueSet(canonical: string): ValueSet | undefined;
  codeSystem(canonical: string): CodeSystem | undefined;
  conceptMap(canonical: string): ConceptMap | undefined;
  /** Search parameters that put a resource of this type into the Patient compartment; empty where the type is not in it. */
  patientCompartment(resourceType: string): readonly string[];
  /** The same for any compartment of R4: `patient`, `encounter`, `practitioner`, `relatedPerson`, `device`. */
  compartment(code: string, resourceType: string): readonly string[];
  /** Resources of our own guide (`profiles/`, `terminology/`), e.g. `Measure`, `Library`, `ViewDefinition`, `NamingSystem`. */
  ours(resourceType: string): readonly FhirResource[];
  /** Every definition of a type by its index entry, topmost layer first; `load()` parses it. */
  definitions(resourceType: string): readonly Definition[];
  /** Any conformance resource by canonical, of any type. */
  canonical(url: string): FhirResource | undefined;
  /** The same registry with more definitions on top (stored ones, a package, a test's supporting files). */
  with(resources: readonly FhirResource[]): Registry;
}
