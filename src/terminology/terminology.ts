/** What is known of a code: `undefined` as verdict means that the code system or value set is not on board. */
export interface CodeVerdict {
  readonly valid: boolean | undefined;
  readonly display?: string;
  /** Why not, for diagnostics: unknown code, not in the value set, unknown system. */
  readonly reason?:
    | 'unknown-code'
    | 'not-in-value-set'
    | 'unknown-system'
    | 'unknown-value-set'
    | 'wrong-display'
    | 'inactive'
    | 'abstract';
  /** Nearest codes, best first, where some are near. */
  readonly suggestions?: readonly string[];
}

export interface Coding {
  readonly system?: string;
  readonly code?: string;
  readonly display?: string;
  readonly version?: string;
}

export interface Concept {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
  readonly designations?: ReadonlyArray<{ readonly language?: string; readonly value: string }>;
  readonly inactive?: boolean;
  readonly abstract?: boolean;
}

/** Offline terminology over the registry. Synchronous: what validation asks millions of times is answered from sets in memory. */
export interface Terminology {
  /** Is the coding in the value set? A bare `code` (no system) is matched by code alone, as `code` elements are. */
  validateInValueSet(valueSet: string, coding: Coding): CodeVerdict;
  validateInCodeSystem(coding: Coding): CodeVerdict;
  /** All codes of a value set where it can be expanded completely offline, else undefined. Keys are `system|code`. */
  members(valueSet: string): ReadonlyMap<string, Concept> | undefined;
  lookup(system: string, code: string): Concept | undefined;
  /** True where `a` is `b` or an ancestor of `b`; undefined where the system has no hierarchy on board. */
  subsumes(system: string, a: string, b: string): boolean | undefined;
}
