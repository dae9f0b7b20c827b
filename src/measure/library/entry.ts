import { createHash } from 'node:crypto';
import { type CqlInclude, cqlHeader } from '../../cql/header.js';
import type { FhirResource } from '../../fhir/resource.js';
import { asObject } from '../../fhir/resource.js';
import { type LibraryContent, libraryContent } from './content.js';

/** A Library that a client stored, or is about to. */
export interface LibraryEntry {
  /** Id of the resource; of one that is yet to be created, where it stands in the request. */
  readonly id: string;
  readonly status: string;
  readonly url?: string;
  readonly version?: string;
  /** As the CQL or the ELM calls itself, which is what includes go by. */
  readonly name: string;
  readonly cqlVersion?: string;
  readonly includes: readonly CqlInclude[];
  /** SHA-256 of the CQL, or of the ELM where there is no CQL, in hex. */
  readonly hash: string;
  readonly content: LibraryContent;
}

/** The entry of a Library resource; undefined where it carries nothing that could be evaluated. */
export function libraryEntry(resource: FhirResource, id: string): LibraryEntry | undefined {
  const content = libraryContent(resource);
  if (content.kind === 'none') return undefined;
  const { url, version, status, name } = asObject(resource);
  const declared = declaredBy(content);
  return {
    id,
    status: String(status ?? 'unknown'),
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    content,
    ...declared,
    name: declared.name ?? (typeof name === 'string' ? name : id),
  };
}

/** `name|version` as an include may write it. */
export function includeKey({ name, version }: { readonly name: string; readonly version?: string | undefined }): string {
  return version === undefined ? name : `${name}|${version}`;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function declaredBy(content: Exclude<LibraryContent, { kind: 'none' }>): {
  readonly name?: string;
  readonly cqlVersion?: string;
  readonly includes: readonly CqlInclude[];
  readonly hash: string;
} {
  switch (content.kind) {
    case 'cql': {
      const { name, version, includes } = cqlHeader(content.cql);
      return {
        ...(name === undefined ? {} : { name }),
        ...(version === undefined ? {} : { cqlVersion: version }),
        includes,
        hash: hashOf(content.cql),
      };
    }
    case 'elm': {
      const { identifier, includes } = content.library;
      return {
        name: identifier.id,
        ...(identifier.version === undefined ? {} : { cqlVersion: identifier.version }),
        includes: (includes?.def ?? []).map(({ path, version }) => ({
          name: path.slice(path.lastIndexOf('/') + 1),
          ...(version === undefined ? {} : { version }),
          line: 0,
          column: 0,
        })),
        hash: hashOf(JSON.stringify(content.library)),
      };
    }
    case 'unreadable':
      return { includes: [], hash: '' };
  }
}
