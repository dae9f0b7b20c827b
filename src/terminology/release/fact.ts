/** One thing that a release file says of a code. A concept may be told of by many facts, in any order, from several files. */
export interface Fact {
  readonly code: string;
  /** `concept`: the code exists. `property` and `designation` carry their name or language in `name`. */
  readonly kind: FactKind;
  readonly value: string;
  readonly name?: string;
}

export type FactKind = 'concept' | 'display' | 'definition' | 'designation' | 'parent' | 'child' | 'property' | 'inactive' | 'abstract';

/** What a release is, beside its facts. */
export interface Release {
  readonly system: string;
  readonly version: string;
  readonly name: string;
  /** False where the release holds only a part of the system. */
  readonly complete: boolean;
  readonly facts: AsyncIterable<Fact>;
}

/** A parent link, seen from both its ends. */
export function parentFacts(code: string, parent: string): readonly Fact[] {
  return [
    { code, kind: 'parent', value: parent },
    { code: parent, kind: 'child', value: code },
  ];
}
