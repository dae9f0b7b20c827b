import type { SearchParameter } from '@medplum/fhirtypes';
import type { Issue } from '../fhir/outcome.js';

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';
export type ParameterKind = 'token' | 'string' | 'date' | 'reference' | 'number' | 'quantity' | 'uri' | 'composite' | 'special';

/** One `name:modifier=value,value`: the values are alternatives (OR), clauses are all to be met (AND). */
export interface SearchClause {
  readonly kind: 'parameter';
  readonly parameter: SearchParameter;
  readonly modifier?: string;
  /** Raw values, split at unescaped commas; within each, `\$`, `\|` and `\\` stand as written. */
  readonly values: readonly string[];
}

/** `subject:Patient.name=…`: the clause that the referenced resource of `targetTypes` must meet. */
export interface ChainClause {
  readonly kind: 'chain';
  readonly parameter: SearchParameter;
  readonly targetTypes: readonly string[];
  readonly next: Clause;
}

/** `_has:Observation:patient:code=…` */
export interface ReverseChainClause {
  readonly kind: 'has';
  readonly type: string;
  readonly parameter: SearchParameter;
  readonly next: Clause;
}

/** At least one of the clauses is to be met: membership in a compartment, to which several parameters may lead. */
export interface AnyClause {
  readonly kind: 'any';
  readonly clauses: readonly Clause[];
}

export type Clause = SearchClause | ChainClause | ReverseChainClause | AnyClause;

export interface Include {
  readonly reverse: boolean;
  readonly iterate: boolean;
  readonly sourceType: string;
  /** Absent means `*`. */
  readonly parameter?: SearchParameter;
  readonly targetType?: string;
}

/** A search as data: parsed, checked against the registry, not yet SQL. */
export interface SearchRequest {
  readonly type: string;
  readonly clauses: readonly Clause[];
  readonly sort: ReadonlyArray<{ readonly parameter: SearchParameter | '_id' | '_lastUpdated'; readonly descending: boolean }>;
  readonly count: number;
  /** Opaque position of the page, from a `next` link of ours. */
  readonly cursor?: string;
  readonly includes: readonly Include[];
  readonly total: 'none' | 'estimate' | 'accurate';
  readonly summary?: 'true' | 'text' | 'data' | 'count' | 'false';
  readonly elements?: readonly string[];
  /** The request's own parameters, normalised, for the `self` link. */
  readonly self: string;
}

/** A request as parsed, with what is to be said about it: what was ignored (`handling=lenient`), what was limited. */
export type ParsedSearch = SearchRequest & { readonly issues: readonly Issue[] };
