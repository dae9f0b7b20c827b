import type { SqlFragment } from '../../sql.js';
import type { FactSource } from '../catalogue.js';
import type { Plan, Rows, Scalar, SortKey } from '../plan.js';
import type { Select } from './select.js';
import type { RowSource, Value } from './value.js';

/** What the text depends on beside the plan. */
export interface SqlContext {
  /** Keys of the definitions of which one must be true for a person to count at all: all else is asked of those persons only. */
  readonly cohort?: readonly string[];
  /** The cohort is a small part of all: its rows are looked up person by person instead of being found among everyone's. */
  readonly isCohortRare?: boolean;
  /** Restricts fact_person (alias `p`) to the persons asked for; absent for everyone. */
  readonly persons?: SqlFragment;
  /** Only persons of these shards, from one to before another; everyone where absent. */
  readonly shards?: { readonly from: number; readonly to: number };
  /** The zone of everyone asked for, in minutes, where there is only one: then no scan needs to look it up. */
  readonly zoneMinutes?: number;
  /** Facts as they stood at this instant (ISO); absent for now. */
  readonly asOf?: string;
  /** Persons are only counted: nobody asks for their ids. */
  readonly isCounted?: boolean;
  /** The present instant in UTC, for Now() and Today(). */
  readonly now: string;
  /** Values of parameters. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Hashes of a value set's codes; undefined where it can't be expanded. */
  members(valueSet: string): readonly string[] | undefined;
  readonly patient: FactSource;
}

/** Where an expression stands: which aliases it can see, and to which select joins can be added. */
export interface Env {
  readonly select: Select;
  readonly aliases: ReadonlyMap<string, Value>;
  readonly lets: ReadonlyMap<string, Scalar>;
  /** Keys of the dates that are full in every row that counts, because a condition of the query says so. */
  readonly full: ReadonlySet<string>;
  /** The rows of the query around it, as a CTE, where lists that depend on them can be joined and reduced. */
  readonly base?: Base;
}

/** The rows of a query as a CTE with a key, read under `alias`; what its aliases are to someone who reads it under another name. */
export interface Base {
  readonly select: Select;
  readonly alias: string;
  readonly keys: readonly SqlFragment[];
  readonly aliases: ReadonlyMap<string, Value>;
}

/** A list ready to be read: a table, a CTE or a lateral function. */
export interface Relation {
  /** The table with its alias, as it stands after `from` or `join`. */
  table(alias: string): SqlFragment;
  /** True where the table reads columns of the tables before it. */
  readonly lateral: boolean;
  /** Gives the element as it is under `alias`, and what must hold of the rows. */
  bind(alias: string, select: Select): { readonly item: Value; readonly where: readonly SqlFragment[] };
  /** Order of the list, where it has one. */
  readonly sort: readonly SortKey[];
}

/** A finished select as a list, with its element as the select itself sees it. */
export interface Made {
  readonly select: Select;
  readonly item: Value;
}

/** A value of one row a person, as someone who joins the select under an alias sees it. */
export interface Reduced {
  readonly select: Select;
  value(alias: string): Value;
}

/** A CTE of one row a person. */
export interface People {
  readonly name: string;
  /** True where they are fewer than all who are asked for. */
  readonly isNarrowed: boolean;
  /** The person's own Patient row, of the CTE under an alias. */
  row(alias: string): Value;
  /** The zone of a select's person, as an interval east of UTC. */
  zoneIn(select: Select): SqlFragment;
}

/** What the parts of the last stage share: the plan, the CTEs made so far, and each other. */
export interface Work {
  readonly plan: Plan;
  readonly context: SqlContext;
  readonly subject: Select;
  /** CTEs in the order in which they can be read. */
  readonly finished: Select[];
  /** A name that nothing else has. */
  fresh(hint: string): string;

  /** Those who are evaluated, as far as it is known by now. */
  people(): People;
  narrow(select: Select, alias: string): void;
  /** Only rows that are valid now, or as of the instant asked for. */
  current(alias: string): SqlFragment;

  /** Where lists of the person stand: nothing around them. */
  personEnv(): Env;
  relation(rows: Rows, env: Env): Relation;
  /** Adds a relation to a select and gives its element. */
  attach(select: Select, source: Relation, alias: string): Value;
  finish(select: Select, item: Value): Made;
  /** Finishes a select whose rows differ in their element. */
  finishDistinct(select: Select, item: Value, rows: Rows, keys?: readonly SqlFragment[]): Made;
  startFromSubject(select: Select, aliases: Map<string, Value>): void;
  /** A finished select as a list of which columns can still be asked for. */
  sealed(made: Made, sort: readonly SortKey[]): Relation;
  /** The rows of a query; with `outer`, joined to the rows around it, whose keys come first. */
  query(rows: Rows & { kind: 'query' }, around: Env, outer?: Base): Made & { readonly outerKeys: readonly SqlFragment[] };

  scalar(value: Scalar, env: Env): Value;
  rowOf(value: Scalar, env: Env): RowSource;
  conditionSql(condition: Scalar, env: Env): SqlFragment;
  memberSql(value: Scalar & { kind: 'member' }, env: Env): SqlFragment;
  aggregate(value: Scalar & { kind: 'aggregate' }, env: Env): Value;
  /** An aggregate of the person in a select shared with others over the same rows; undefined where it needs one of its own. */
  sharedAggregate(value: Scalar & { kind: 'aggregate' }): Reduced | undefined;
  /** An aggregate of the person that is made already. */
  reducedBefore(value: Scalar & { kind: 'aggregate' }): Reduced | undefined;
  /** Nothing made from now on becomes part of what was made before. */
  closeShared(): void;
  localReduced(value: Scalar & { kind: 'aggregate' }, env: Env): Value;
}
