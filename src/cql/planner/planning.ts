import type { FactCatalogue, FactColumn } from '../catalogue.js';
import type { ElmNode } from '../elm.js';
import type { Rows, Scalar } from '../plan.js';
import type { PlanType } from '../types.js';

/** What a path of ELM leads to, before it has become a column: a resource or item row, with the path that is read from it so far. */
export interface RowPath {
  readonly row: Scalar;
  readonly columns: readonly FactColumn[];
  readonly path: string;
}

/** What an alias stands for. */
export type Meaning =
  | { readonly kind: 'row'; readonly columns: readonly FactColumn[]; readonly isResource: boolean }
  | { readonly kind: 'value'; readonly type: PlanType };

/** What each alias and let in sight stands for; a let as `let <name>`. */
export type Names = ReadonlyMap<string, Meaning>;

/** What the parts of the planner share: what is planned so far, and each other. All of them throw Refusal. */
export interface Planning {
  readonly catalogue: FactCatalogue;
  readonly scalars: ReadonlyMap<string, Scalar>;
  readonly lists: ReadonlyMap<string, Rows>;
  /** What the elements of planned lists are, by the definition's key. */
  readonly meanings: ReadonlyMap<string, Meaning>;
  /** Plans a definition, unless it is planned already. */
  define(key: string): void;
  isList(node: ElmNode): boolean;

  rows(node: ElmNode, names: Names): Rows;
  query(node: ElmNode, names: Names): Rows;
  meaningOf(rows: Rows): Meaning;
  /** First, Last and SingletonFrom of resources are rows as well. */
  rowMeaning(value: Scalar): Meaning | undefined;

  scalar(node: ElmNode, names: Names): Scalar;
  /** The value of the definition that an ExpressionRef names; `type` where the definition has none. */
  definitionValue(node: ElmNode, type: PlanType): Scalar;
  /** An element of a row, or a field of a value. */
  element(node: ElmNode, names: Names): Scalar;
  property(from: Scalar, path: string, node: ElmNode, names: Names): Scalar;
  /** The row and path that a Property, or an As within one, reads; undefined where it isn't an element of a row. */
  path(node: ElmNode, names: Names): RowPath | undefined;
  columnValue(found: RowPath, node: ElmNode): Scalar;
  choiceIsNull(node: ElmNode, names: Names): Scalar | undefined;
  conversion(node: ElmNode, names: Names): Scalar;
  cast(node: ElmNode, names: Names): Scalar;
  membership(node: ElmNode, names: Names): Scalar;
  inValueSet(node: ElmNode, names: Names): Scalar;
  call(node: ElmNode, names: Names): Scalar;
}
