/** A literal reference, taken apart. `kind` says how it is to be resolved. */
export type ParsedReference =
  | {
      readonly kind: 'relative' | 'absolute';
      readonly base?: string;
      readonly type: string;
      readonly id: string;
      readonly version?: string;
    }
  | { readonly kind: 'contained'; readonly id: string }
  | { readonly kind: 'urn'; readonly urn: string }
  | { readonly kind: 'conditional'; readonly type: string; readonly query: string }
  | { readonly kind: 'other'; readonly url: string };

const restful = /^(?:((?:http|https):\/\/.*?)\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;
const conditional = /^([A-Z][A-Za-z]+)\?(.*)$/s;

/** Never fails: what is no known form comes back as `other`. Source: R4 references §2.3.0.1. */
export function parseReference(reference: string): ParsedReference {
  if (reference.startsWith('#')) return { kind: 'contained', id: reference.slice(1) };
  if (reference.startsWith('urn:')) return { kind: 'urn', urn: reference };
  const match = restful.exec(reference);
  if (match) {
    const [, base, type = '', id = '', version] = match;
    return {
      kind: base === undefined ? 'relative' : 'absolute',
      type,
      id,
      ...(base === undefined ? {} : { base }),
      ...(version === undefined ? {} : { version }),
    };
  }
  const query = conditional.exec(reference);
  if (query) return { kind: 'conditional', type: query[1] ?? '', query: query[2] ?? '' };
  return { kind: 'other', url: reference };
}
