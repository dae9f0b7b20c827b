import type { DataRequirement, DataRequirementCodeFilter, Library, RelatedArtifact } from '@medplum/fhirtypes';
import { child, type ElmLibrary, type ElmNode, text } from '../../cql/elm.js';
import { includedLibrary, type Libraries, libraryClosure } from '../../cql/libraries.js';
import { referencedValueSets } from '../../cql/value-sets.js';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import { isObject } from '../../fhir/resource.js';
import { measureText } from '../text.js';

/**
 * What the libraries read, as a Library of type module-definition: a data requirement for each retrieve (type, code filter), and the libraries and value sets they
 * depend on, each with the version that `versionOf` says is in effect. Throws 404 for a library that isn't there. Source: R4 Measure $data-requirements, Library $data-requirements.
 */
export function dataRequirements(
  libraries: Libraries,
  canonicals: readonly string[],
  versionOf: (valueSet: string) => string | undefined = () => undefined,
): Library {
  const closure = canonicals.flatMap((canonical) => closureOf(libraries, canonical));
  const requirements = new Map<string, DataRequirement>();
  for (const library of closure) {
    for (const retrieve of nodesOf(library, 'Retrieve')) {
      const requirement = requirementOf(library, retrieve);
      requirements.set(JSON.stringify(requirement), requirement);
    }
  }
  const artifacts = new Set([
    ...canonicals,
    ...closure.flatMap((library) =>
      referencedValueSets(library).map(({ url, version = versionOf(url) }) => (version === undefined ? url : `${url}|${version}`)),
    ),
  ]);
  const sorted = [...requirements].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, requirement]) => requirement);
  const related = [...artifacts].map((resource): RelatedArtifact => ({ type: 'depends-on', resource }));
  return {
    resourceType: 'Library',
    status: 'active',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'module-definition' }] },
    ...(related.length === 0 ? {} : { relatedArtifact: related }),
    ...(sorted.length === 0 ? {} : { dataRequirement: sorted }),
  };
}

/** Throws 404 for a library that isn't there, and for one that it includes. */
function closureOf(libraries: Libraries, canonical: string): readonly ElmLibrary[] {
  const closure = libraryClosure(libraries, canonical).map(({ library }) => library);
  const includes = closure.flatMap((library) =>
    (library.includes?.def ?? []).map((include) => ({ include, found: includedLibrary(libraries, include) })),
  );
  const absent = closure.length === 0 ? canonical : includes.find(({ found }) => found === undefined)?.include.path;
  if (absent !== undefined)
    throw new OperationOutcomeError(404, [issue('not-found', 'library-unknown', measureText.libraryNotFound(absent))]);
  return closure;
}

function requirementOf(library: ElmLibrary, retrieve: ElmNode): DataRequirement {
  const dataType = text(retrieve, 'dataType');
  const type = dataType.slice(dataType.indexOf('}') + 1);
  const codes = child(retrieve, 'codes');
  const path = text(retrieve, 'codeProperty');
  const filter = codes && codeFilter(library, path, codes);
  return { type, ...(filter ? { codeFilter: [filter] } : {}) } as DataRequirement;
}

function codeFilter(library: ElmLibrary, path: string, codes: ElmNode): DataRequirementCodeFilter | undefined {
  const [valueSet] = nodesOf(codes, 'ValueSetRef');
  const declared = library.valueSets?.def?.find(({ name }) => name === (valueSet && text(valueSet, 'name')));
  if (declared) return { path, valueSet: text(declared, 'id') };
  const code = nodesOf(codes, 'CodeRef').flatMap((reference) => {
    const definition = library.codes?.def?.find(({ name }) => name === text(reference, 'name'));
    if (!definition) return [];
    const system = library.codeSystems?.def?.find(({ name }) => name === text(child(definition, 'codeSystem') ?? {}, 'name'));
    return [{ code: text(definition, 'id'), ...(system ? { system: text(system, 'id') } : {}) }];
  });
  return code.length === 0 ? undefined : { path, code };
}

/** All nodes of a type in a tree of ELM, the tree itself among them. */
function nodesOf(node: unknown, type: string): readonly ElmNode[] {
  if (Array.isArray(node)) return node.flatMap((item) => nodesOf(item, type));
  if (!isObject(node)) return [];
  const inner = Object.values(node).flatMap((value) => nodesOf(value, type));
  return node.type === type ? [node as ElmNode, ...inner] : inner;
}
