import type { JsonObject } from '../fhir/resource.js';

/** A fact table that the store fills in the transaction of the resource it comes from. */
export interface FactTable {
  readonly name: string;
  /** Its own columns, in the order of `FactRow.values`, each with its PostgreSQL type. */
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>;
  /** Resource types whose rows lie here: when such a resource is updated or deleted its open rows are closed. */
  readonly types: readonly string[];
  /** Names of own columns that are never null. */
  readonly required: ReadonlySet<string>;
  /** Columns of each index over the open rows, beside the one by which rows are closed. */
  readonly indexes: ReadonlyArray<readonly string[]>;
  /** Changes with anything that decides the table's columns or rows: the table is then made and filled anew. */
  readonly signature: string;
  /**
   * True by default: the store writes `shard, resource_type, resource_id, valid_from` before the own columns and closes old rows by `valid_to`.
   * False: only the own columns, with `on conflict do nothing` (dirty lists, dictionaries).
   */
  readonly versioned?: boolean;
}

export interface FactInput {
  /** That of the patient, where there is one: a resource that moves from one patient to another keeps its own shard, its facts move along. */
  readonly shard: number;
  /** Where the facts of the version before lie, if not in `shard`. */
  readonly shardBefore?: number;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Epoch milliseconds: the version's lastUpdated, and the rows' `valid_from`. */
  readonly at: number;
  /** Id of the patient whose compartment holds the resource; a Patient's own id. */
  readonly patient?: string;
  /** With references already resolved to `Type/id`. Of a deletion, the last version that lived. */
  readonly resource: JsonObject;
  readonly deleted: boolean;
  /** The version that this one replaces, where that lived. */
  readonly before?: { readonly resource: JsonObject; readonly patient?: string };
}

/** Values are JSON: instants as ISO text, decimals as number or text. */
export interface FactRow {
  readonly table: string;
  readonly values: readonly unknown[];
}

/** What the facts room gives the store: pure and synchronous. */
export interface FactWriter {
  readonly tables: readonly FactTable[];
  /** Types for which `rows` can give anything. */
  readonly types: ReadonlySet<string>;
  rows(input: FactInput): readonly FactRow[];
  /** The person's key in fact tables. */
  person(patient: string): string;
  /** What a measure may look for to find the resource, as 64-bit numbers: its type, and each code that retrieves filter on. */
  touches(type: string, resource: JsonObject): readonly string[];
}
