import type { Library, RelatedArtifact } from '@medplum/fhirtypes';
import { guideLibraryBase, type Libraries, type PackedLibrary } from '../../cql/libraries.js';
import { dataRequirements } from '../operations/data-requirements.js';

/**
 * The libraries of our guide as resources, in order of id: the CQL as its author wrote it and the ELM that this version of Lontar evaluates, with what they depend on.
 * Source: Using CQL with FHIR, CQL Library and ELM JSON Library profiles.
 */
export function guideLibraries(libraries: Libraries): readonly Library[] {
  const ours = new Set([...libraries.values()].filter(({ url }) => url?.startsWith(guideLibraryBase) === true));
  return [...ours].map((packed) => libraryResource(libraries, packed)).sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
}

function libraryResource(libraries: Libraries, { library, cql, url, version }: PackedLibrary): Library {
  const { id } = library.identifier;
  const { relatedArtifact = [], dataRequirement } = dataRequirements(libraries, [`${url}|${version}`]);
  const includes = (library.includes?.def ?? []).map(
    ({ path, version: included }) => `${guideLibraryBase}${path}${included === undefined ? '' : `|${included}`}`,
  );
  const dependsOn = [
    ...includes,
    ...relatedArtifact.map(({ resource = '' }) => resource).filter((resource) => resource !== `${url}|${version}`),
  ];
  const related = dependsOn.map((resource): RelatedArtifact => ({ type: 'depends-on', resource }));
  return {
    resourceType: 'Library',
    id,
    ...(url === undefined ? {} : { url }),
    ...(version === undefined ? {} : { version }),
    name: id,
    status: 'active',
    experimental: false,
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' }] },
    publisher: 'Lontar',
    ...(related.length > 0 ? { relatedArtifact: related } : {}),
    ...(dataRequirement ? { dataRequirement } : {}),
    content: [
      ...(cql === undefined ? [] : [{ contentType: 'text/cql', data: base64(cql) }]),
      { contentType: 'application/elm+json', data: base64(JSON.stringify({ library })) },
    ],
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
