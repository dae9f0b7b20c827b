import { identifier, joinSql, render, type SqlFragment, sql } from '../sql.js';
import { canonicalQuantity } from './canonical-quantity.js';
import { type FactColumn, type FactShape, type FactSource, physicalColumns } from './catalogue.js';
import { codeHash } from './code-hash.js';
import {
  type AggregateOperator,
  freeAliases,
  type Plan,
  parts,
  patientAlias,
  type Rows,
  type Scalar,
  type SortKey,
  sortAlias,
} from './plan.js';
import { planKey } from './plan-key.js';
import { Refusal } from './refusal.js';
import { Incomparable } from './sql/compare.js';
import { chooseValue, typedNull } from './sql/interval.js';
import { operate } from './sql/operators.js';
import { createSelect, exported, exportedRow, type Select } from './sql/select.js';
import { addend, exactTemporal, literalTemporal, moved } from './sql/temporal.js';
import {
  and,
  boolean,
  constant,
  fragmentsOf,
  integer,
  isConstant,
  mapValue,
  not,
  nullValue,
  present,
  type RowSource,
  scalarOf,
  scalarTypeOf,
  sqlFalse,
  sqlNull,
  sqlTrue,
  type Value,
} from './sql/value.js';
import type { PlanType } from './types.js';

/** What the text depends on beside the plan. */
export interface SqlContext {
  /** Restricts fact_person (alias `p`) to the persons asked for; absent for everyone. */
  readonly persons?: SqlFragment;
  /** The zone of everyone asked for, in minutes, where there is only one: then no scan needs to look it up. */
  readonly zoneMinutes?: number;
  /** Facts as they stood at this instant (ISO); absent for now. */
  readonly asOf?: string;
  /** The present instant in UTC, for Now() and Today(). */
  readonly now: string;
  /** Values of parameters. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Hashes of a value set's codes; undefined where it can't be expanded. */
  members(valueSet: string): readonly string[] | undefined;
  readonly patient: FactSource;
}

/** SQL of the plan's definitions: a `with` list, and what each definition is in a select from `subject` (alias `s`) with `joins`. */
export interface CompiledSql {
  /** One row a person: `shard, person, id, area` and the definitions' values, in the order asked for, as `values`. */
  readonly persons: SqlFragment;
  /** Names of the output columns of each definition's value. */
  readonly columns: ReadonlyArray<readonly string[]>;
  /** Each definition's value, of which the columns are the expressions in order. */
  readonly values: readonly Value[];
}

/** Where an expression stands: which aliases it can see, and to which select joins can be added. */
interface Env {
  readonly select: Select;
  readonly aliases: ReadonlyMap<string, Value>;
  readonly lets: ReadonlyMap<string, Scalar>;
  /** Keys of the dates that are full in every row that counts, because a condition of the query says so. */
  readonly full: ReadonlySet<string>;
  /** The rows of the query around it, as a CTE, where lists that depend on them can be joined and reduced. */
  readonly base?: Base;
}

/** The rows of a query as a CTE with a key, read under `alias`; what its aliases are to someone who reads it under another name. */
interface Base {
  readonly select: Select;
  readonly alias: string;
  readonly keys: readonly SqlFragment[];
  readonly aliases: ReadonlyMap<string, Value>;
}

/** A list ready to be read: a table, a CTE or a lateral function. */
interface Relation {
  /** The table with its alias, as it stands after `from` or `join`. */
  table(alias: string): SqlFragment;
  /** True where the table reads columns of the tables before it. */
  readonly lateral: boolean;
  /** Gives the element as it is under `alias`, and what must hold of the rows. */
  bind(alias: string, select: Select): { readonly item: Value; readonly where: readonly SqlFragment[] };
  /** Order of the list, where it has one. */
  readonly sort: readonly SortKey[];
}

/**
 * The last stage: plan → SQL. A list becomes a relation with the person's key, a value a column of a relation with one row a person; lists that depend on the
 * rows around them are joined to those rows and reduced by their key, never run row by row. Throws Refusal.
 */
export function planSql(plan: Plan, keys: readonly string[], context: SqlContext): CompiledSql {
  const finished: Select[] = [];
  const lists = new Map<string, Relation>();
  const reduced = new Map<Rows, Map<AggregateOperator, { readonly select: Select; readonly value: (alias: string) => Value }>>();
  let counter = 0;
  const fresh = (hint: string): string => {
    counter += 1;
    return `${hint}${counter}`;
  };

  const subject = subjectSelect();
  const result = createSelect('result', fresh);
  result.from(named('subject', 's'), 's');
  const env: Env = { select: result, aliases: new Map([[patientAlias, personRow('s')]]), lets: new Map(), full: new Set() };
  result.output(identifier(`s.${subject.output(sql`p.resource_id`, 'id')}`), 'id');
  result.output(identifier(`s.${subject.output(sql`p.area`, 'area')}`), 'area');
  const values = keys.map((key): Value => {
    const value = plan.scalars.get(key);
    const list = plan.lists.get(key);
    if (value) return scalar(value, env);
    return list
      ? scalar({ kind: 'aggregate', operator: 'Exists', rows: list, type: { kind: 'Boolean' }, origin: list.origin }, env)
      : nullValue;
  });
  const columns = values.map((value) => fragmentsOf(value).map((fragment) => result.output(fragment, fresh('value'))));
  const bodies = [subject, ...finished].map((select) => ({ name: select.name, body: select.render() }));
  const last = result.render();
  const ctes = bodies.map(({ name, body }) => commonTable(name, body, timesRead(name, [...bodies.map((other) => other.body), last])));
  return { persons: sql`with ${joinSql(ctes, ',\n')}\n${last}`, columns, values };

  // ---- persons

  function subjectSelect(): Select {
    const select = createSelect('subject', fresh);
    select.from(named(context.patient.table, 'p'), 'p');
    select.where(current('p'));
    if (context.persons) select.where(context.persons);
    return select;
  }

  function personRow(alias: string): Value {
    const inside = tableRow(context.patient, 'p', () => zoneOf(sql`(p.zone * interval '1 minute')`));
    return { shape: 'row', row: exportedRow(inside, subject, alias) };
  }

  function zoneOf(fragment: SqlFragment): SqlFragment {
    return context.zoneMinutes === undefined ? fragment : constant(sql`make_interval(mins => ${context.zoneMinutes}::int)`);
  }

  function zoneIn(select: Select): SqlFragment {
    if (context.zoneMinutes !== undefined) return zoneOf(sqlNull);
    return identifier(`${select.joinPerson('subject', true)}.${subject.output(sql`(p.zone * interval '1 minute')`)}`);
  }

  function current(alias: string): SqlFragment {
    const to = identifier(`${alias}.valid_to`);
    if (context.asOf === undefined) return sql`${to} = 'infinity'`;
    return sql`${identifier(`${alias}.valid_from`)} <= ${context.asOf}::timestamptz and ${to} > ${context.asOf}::timestamptz`;
  }

  // ---- lists

  function relation(rows: Rows, outer: Env): Relation {
    switch (rows.kind) {
      case 'scan':
        return scan(rows.source, rows);
      case 'list':
        return definedList(rows.key);
      case 'items':
        return items(rows, outer);
      case 'literal':
        return literalList(rows, outer);
      case 'query': {
        const free = freeAliases(rows, new Set(), outer.lets);
        if (free.size > 0 && !isLocal(rows, outer)) return sealed(query(rows, outer, outer.base), rows.sort);
        return sealed(query(rows, outer), rows.sort);
      }
      case 'distinct':
        return distinctList(rows.rows, outer);
      case 'set':
        return setList(rows, outer);
    }
  }

  function scan(source: FactSource, rows: Rows & { kind: 'scan' }): Relation {
    return {
      table: (alias) => named(source.table, alias),
      lateral: false,
      sort: [],
      bind(alias, select) {
        if (context.persons) select.joinPerson('subject', true);
        const where = [current(alias), ...codeCondition(rows, alias)];
        return { item: { shape: 'row', row: tableRow(source, alias, () => zoneIn(select)) }, where };
      },
    };
  }

  /** One row a resource: of its codings that the filter takes, the first. */
  function codeCondition(rows: Rows & { kind: 'scan' }, alias: string): readonly SqlFragment[] {
    const column = (name: string): SqlFragment => identifier(`${alias}.${name}`);
    if (rows.source.resource === 'Patient') return [];
    if (!rows.codes) return [sql`${column('coding')} = 0`];
    const hashes = [...new Set(rows.codes.flatMap((filter) => codesOf(filter, rows)))];
    const retrieve = rows.source.columns.find(({ name }) => name === rows.source.retrieve);
    const [only] = hashes;
    if (only !== undefined && hashes.length === 1) return [sql`${column('code')} = ${only}::bigint`];
    const taken = sql`${column('code')} = any(${hashes}::bigint[])`;
    // An earlier coding of the same resource that is taken too stands for it.
    const earlier =
      retrieve?.shape === 'concept'
        ? sql`not (${column(concepts(rows.source, retrieve))})[1:${column('coding')}] && ${hashes}::bigint[]`
        : sql`not exists (select from ${identifier(rows.source.table)} as d where d.shard = ${column('shard')} and d.resource_id = ${column('resource_id')} and d.valid_from = ${column('valid_from')} and d.coding < ${column('coding')} and d.code = any(${hashes}::bigint[]))`;
    return [taken, sql`(${column('coding')} = 0 or ${earlier})`];
  }

  function codesOf(filter: NonNullable<(Rows & { kind: 'scan' })['codes']>[number], rows: Rows): readonly string[] {
    if (filter.kind === 'codes') return filter.codes.map(({ system, code }) => codeHash(system, code));
    const members = context.members(filter.url);
    if (!members) throw refuse(rows, `the value set ${filter.url} is not here`);
    return members;
  }

  function definedList(key: string): Relation {
    const known = lists.get(key);
    if (known) return known;
    const rows = plan.lists.get(key);
    if (!rows) throw new Error(`no list ${key}`);
    const made = rows.kind === 'scan' ? scan(rows.source, rows) : relation(rows, personEnv());
    lists.set(key, made);
    return made;
  }

  /** Where person-level lists are made: nothing around them. */
  function personEnv(): Env {
    return { select: result, aliases: new Map(), lets: new Map(), full: new Set() };
  }

  function items(rows: Rows & { kind: 'items' }, outer: Env): Relation {
    const row = rowOf(rows.row, outer);
    const elements = rows.column.elements ?? [];
    const physical = elements.flatMap((element) => physicalColumns(element));
    const fields = joinSql(
      physical.map(
        ({ name, type }) => sql`${identifier(name)} ${identifier(type.replace('[]', ''))}${type.endsWith('[]') ? sql`[]` : sql``}`,
      ),
      ', ',
    );
    const json = row.json(rows.column);
    return {
      table: (alias) => sql`jsonb_to_recordset(${json}) as ${identifier(alias)}(${fields})`,
      lateral: true,
      sort: [],
      bind(alias) {
        const [only] = elements;
        const item = tableRow({ columns: elements }, alias, () => row.zone());
        const value: Value = only?.path === '$this' ? item.value(only) : { shape: 'row', row: item };
        return { item: value, where: [] };
      },
    };
  }

  function literalList(rows: Rows & { kind: 'literal' }, outer: Env): Relation {
    const values = rows.items.map((item) => scalar(item, outer));
    const model = values.find(({ shape }) => shape !== 'null');
    const shaped = values.map((value) =>
      model
        ? attempt(rows, () =>
            chooseValue(
              [
                { when: sqlFalse, then: model },
                { when: sqlTrue, then: value },
              ],
              model,
            ),
          )
        : value,
    );
    const [first] = shaped;
    const width = first ? fragmentsOf(first).length : 0;
    const names = Array.from({ length: width }, (_, place) => `v${place + 1}`);
    const tuples = shaped.map((value) => sql`(${joinSql(fragmentsOf(value), ', ')})`);
    const empty = sql`(select ${joinSql(names.length === 0 ? [sql`1`] : names.map(() => sqlNull), ', ')} where false)`;
    const table = tuples.length === 0 || width === 0 ? empty : sql`(values ${joinSql(tuples, ', ')})`;
    return {
      table: (alias) =>
        names.length === 0
          ? sql`${table} as ${identifier(alias)}`
          : sql`${table} as ${identifier(alias)}(${joinSql(names.map(identifier), ', ')})`,
      lateral: true,
      sort: [],
      bind(alias) {
        let place = 0;
        const item = first
          ? mapValue(
              first,
              () => {
                place += 1;
                return identifier(`${alias}.v${place}`);
              },
              (row) => row,
            )
          : nullValue;
        return { item, where: [] };
      },
    };
  }

  function distinctList(rows: Rows, outer: Env): Relation {
    const select = createSelect(fresh('distinct_'), fresh);
    const item = attach(select, relation(rows, outer), fresh('d'));
    return sealed(finishDistinct(select, item, rows), []);
  }

  function setList(rows: Rows & { kind: 'set' }, outer: Env): Relation {
    if (freeAliases(rows, new Set(), outer.lets).size > 0) throw refuse(rows, 'a set operation that depends on the rows around it');
    const branches = rows.operands.map((operand) => {
      const select = createSelect(fresh('part'), fresh);
      return { select, item: attach(select, relation(operand, personEnv()), fresh('u')) };
    });
    const [first] = branches;
    if (!first) throw refuse(rows, 'a set operation without operands');
    if (branches.some(({ item }) => item.shape !== first.item.shape)) throw refuse(rows, 'lists of different kinds in one set');
    if (first.item.shape === 'row' && rows.operator !== 'Union') throw refuse(rows, `${rows.operator} of resources`);
    const name = fresh('set');
    const word = setWords[rows.operator];
    const combined = createSelect(name, fresh);
    let place = 0;
    // Each column asked for is asked of every branch, in the same order.
    const column = (read: (branch: (typeof branches)[number]) => SqlFragment): SqlFragment => {
      const key = branches.map((branch) => branch.select.output(read(branch))).join(' ');
      return identifier(key.split(' ')[0] ?? '');
    };
    const rowsOf = (branch: (typeof branches)[number]): RowSource => {
      if (branch.item.shape !== 'row') throw refuse(rows, 'lists of different kinds in one set');
      return branch.item.row;
    };
    const item: Value =
      first.item.shape === 'row'
        ? {
            shape: 'row',
            row: {
              value: (wanted) => {
                const values = branches.map((branch) => rowsOf(branch).value(wanted));
                const lists_ = values.map((value) => fragmentsOf(value));
                let at = -1;
                const [model] = values;
                if (!model) return nullValue;
                return mapValue(
                  model,
                  () => {
                    at += 1;
                    const fixed = at;
                    return column((branch) => lists_[branches.indexOf(branch)]?.[fixed] ?? sqlNull);
                  },
                  (row) => row,
                );
              },
              json: (wanted) => column((branch) => rowsOf(branch).json(wanted)),
              id: () => column((branch) => rowsOf(branch).id()),
              zone: () => column((branch) => rowsOf(branch).zone()),
            },
          }
        : mapValue(
            first.item,
            () => {
              const fixed = place;
              place += 1;
              return column((branch) => fragmentsOf(branch.item)[fixed] ?? sqlNull);
            },
            (row) => row,
          );
    if (first.item.shape === 'row') rowsOf(first) && column((branch) => rowsOf(branch).id());
    const rendered: Select = {
      ...combined,
      render: () =>
        joinSql(
          branches.flatMap(({ select }, at) => (at === 0 ? [select.render()] : [word, select.render()])),
          '\n',
        ),
    };
    finished.push(rendered);
    return {
      table: (alias) => named(name, alias),
      lateral: false,
      sort: [],
      bind(alias) {
        const under = (fragment: SqlFragment): SqlFragment =>
          isConstant(fragment) ? fragment : identifier(`${alias}.${fragment.strings[0] ?? ''}`);
        const row = (source: RowSource): RowSource => ({
          value: (wanted) => mapValue(source.value(wanted), under, row),
          json: (wanted) => under(source.json(wanted)),
          id: () => under(source.id()),
          zone: () => under(source.zone()),
        });
        return { item: mapValue(item, under, row), where: [] };
      },
    };
  }

  interface Made {
    readonly select: Select;
    readonly item: Value;
  }

  /** A finished select as a list of which columns can still be asked for. */
  function sealed({ select, item }: Made, sort: readonly SortKey[]): Relation {
    return {
      table: (alias) => named(select.name, alias),
      lateral: false,
      sort,
      bind: (alias) => ({ item: exported(item, select, alias), where: [] }),
    };
  }

  /** Adds a relation to a select and gives its element. */
  function attach(select: Select, source: Relation, alias: string): Value {
    if (source.lateral && !hasTable(select)) startFromSubject(select, new Map());
    select.from(source.table(alias), alias, source.lateral ? 'lateral' : 'person');
    const { item, where } = source.bind(alias, select);
    for (const condition of where) select.where(condition);
    return item;
  }

  /** The rows of a query as a finished CTE; with `outer`, joined to the rows around it, whose keys come first. */
  function query(rows: Rows & { kind: 'query' }, around: Env, outer?: Base): Made & { readonly outerKeys: readonly SqlFragment[] } {
    const name = fresh('query');
    let select = createSelect(name, fresh);
    const aliases = new Map<string, Value>();
    let outerKeys: readonly SqlFragment[] = [];
    if (outer) {
      const alias = fresh('o');
      select.from(named(outer.select.name, alias), alias);
      for (const [known, value] of outer.aliases) aliases.set(known, exported(value, outer.select, alias));
      outerKeys = outer.keys.map((key) => identifier(`${alias}.${outer.select.output(key)}`));
    }
    const lets = new Map([...around.lets, ...rows.lets]);
    const itemKeys: SqlFragment[] = [...outerKeys];
    for (const source of rows.sources) {
      const made = relation(source.rows, { select, aliases, lets, full: new Set() });
      if (made.lateral && !hasTable(select)) startFromSubject(select, aliases);
      const item = attach(select, made, fresh('r'));
      aliases.set(source.alias, item);
      if (item.shape === 'row') itemKeys.push(item.row.id());
    }
    const full = new Set([...around.full, ...fullDates(rows.where, lets)]);
    const env: Env = { select, aliases, lets, full };
    const dependent = (part: Scalar): boolean => dependsOnRows(part, lets);
    const early = rows.where.filter((condition) => !dependent(condition) || isSemiJoin(condition, lets));
    const late = rows.where.filter((condition) => !early.includes(condition));
    const yields = rows.yields?.value;
    const sortsLate = rows.sort.some(({ value }) => dependent(value));
    for (const condition of early) select.where(conditionSql(condition, env));
    let final = env;
    if (late.length > 0 || sortsLate || (yields && dependent(yields))) {
      // Lists that depend on these rows: the rows become a CTE with a key, to which each of them is joined and reduced.
      const allRows = rows.sources.length > 0 && [...aliases.values()].every((value) => value.shape === 'row');
      const keys = allRows ? itemKeys : [sql`row_number() over ()`];
      const base: Base = { select, alias: fresh('b'), keys, aliases: new Map(aliases) };
      for (const key of keys) select.output(key);
      finished.push(select);
      const next = createSelect(fresh('query'), fresh);
      next.from(named(select.name, base.alias), base.alias);
      const seen = new Map([...aliases].map(([known, value]) => [known, exported(value, base.select, base.alias)]));
      outerKeys = outerKeys.map((key) => identifier(`${base.alias}.${base.select.output(key)}`));
      select = next;
      final = { select, aliases: seen, lets, full, base };
      for (const condition of late) select.where(conditionSql(condition, final));
    }
    const [first] = rows.sources;
    let made: Made;
    if (rows.yields) {
      const item = scalar(rows.yields.value, final);
      made =
        rows.yields.distinct && !(item.shape === 'row' && rows.sources.length === 1)
          ? finishDistinct(select, item, rows, outerKeys)
          : finish(select, item);
    } else if (first && rows.sources.length === 1) made = finish(select, final.aliases.get(first.alias) ?? nullValue);
    else {
      const elements = new Map(rows.sources.map(({ alias }) => [alias.replace(/#.*/, ''), final.aliases.get(alias) ?? nullValue]));
      made = finish(select, { shape: 'tuple', elements, absent: sqlFalse });
    }
    return { ...made, outerKeys };
  }

  function finish(select: Select, item: Value): Made {
    finished.push(select);
    return { select, item };
  }

  /** Every expression of the element becomes an output at once: which rows are equal must not change later. */
  function finishDistinct(select: Select, item: Value, rows: Rows, keys: readonly SqlFragment[] = []): Made {
    for (const key of keys) select.output(key);
    for (const fragment of fragmentsOf(item)) if (!isConstant(fragment)) select.output(fragment);
    select.shape({ kind: 'distinct' });
    if (item.shape === 'null') throw refuse(rows, 'a list of nulls');
    return finish(select, item);
  }

  function hasTable(select: Select): boolean {
    try {
      select.anchor();
      return true;
    } catch {
      return false;
    }
  }

  function startFromSubject(select: Select, aliases: Map<string, Value>): void {
    const alias = fresh('s');
    select.from(named('subject', alias), alias);
    if (!aliases.has(patientAlias)) aliases.set(patientAlias, personRow(alias));
  }

  /** Dates of which a condition of the query says that they are known to the day: `day from x is not null`. */
  function fullDates(conditions: readonly Scalar[], lets: ReadonlyMap<string, Scalar>): ReadonlySet<string> {
    const found = conditions.flatMap((condition) => {
      const [operand] =
        condition.kind === 'call' && condition.operator === 'KnownTo' && condition.precision === 'Day' ? condition.operands : [];
      return operand ? [planKey(resolvedLet(operand, lets))] : [];
    });
    return new Set(found);
  }

  function resolvedLet(value: Scalar, lets: ReadonlyMap<string, Scalar>): Scalar {
    const found = value.kind === 'let' ? lets.get(value.name) : undefined;
    return found ? resolvedLet(found, lets) : value;
  }

  // ---- what depends on what

  /** True where a part holds a list that refers to the rows and isn't an element of one of them. */
  function dependsOnRows(part: Scalar, lets: ReadonlyMap<string, Scalar>): boolean {
    return some(
      part,
      lets,
      (inner) => inner.kind === 'aggregate' && freeAliases(inner.rows, new Set(), lets).size > 0 && !isLocalRows(inner.rows, lets),
    );
  }

  function some(part: Scalar | Rows, lets: ReadonlyMap<string, Scalar>, test: (inner: Scalar | Rows) => boolean): boolean {
    if (test(part)) return true;
    if (part.kind === 'let') {
      const value = lets.get(part.name);
      return value !== undefined && some(value, lets, test);
    }
    // A list of its own is looked at as a whole, by the test.
    if (part.kind === 'aggregate') return false;
    return parts(part).some((below) => some(below, lets, test));
  }

  /** `exists (… such that …)` or its negation as a whole condition: a semi-join or an anti-join, where nothing within it needs more. */
  function isSemiJoin(condition: Scalar, lets: ReadonlyMap<string, Scalar>): boolean {
    const exists = condition.kind === 'call' && condition.operator === 'Not' ? condition.operands[0] : condition;
    if (exists?.kind !== 'aggregate' || exists.operator !== 'Exists') return false;
    const { rows } = exists;
    if (rows.kind !== 'query') return false;
    const sources = rows.sources.every(({ rows: source }) => source.kind === 'scan' || source.kind === 'list');
    const inner = new Map([...lets, ...rows.lets]);
    return (
      sources &&
      rows.where.every((part) => !dependsOnRows(part, inner)) &&
      (rows.yields === undefined || !dependsOnRows(rows.yields.value, inner))
    );
  }

  function isLocal(rows: Rows, env: Env): boolean {
    return isLocalRows(rows, env.lets);
  }

  /** Made of the elements of rows alone: no table has to be read. */
  function isLocalRows(rows: Rows, lets: ReadonlyMap<string, Scalar>): boolean {
    switch (rows.kind) {
      case 'items':
        return true;
      case 'literal':
        return rows.items.every((item) => !some(item, lets, (inner) => inner.kind === 'aggregate' && !localAggregate(inner.rows, lets)));
      case 'query': {
        const inner = new Map([...lets, ...rows.lets]);
        const fine = (part: Scalar): boolean =>
          !some(part, inner, (found) => found.kind === 'aggregate' && !localAggregate(found.rows, inner));
        return (
          rows.sources.every(({ rows: source }) => isLocalRows(source, lets)) &&
          rows.where.every(fine) &&
          (rows.yields === undefined || fine(rows.yields.value))
        );
      }
      case 'distinct':
        return isLocalRows(rows.rows, lets);
      default:
        return false;
    }
  }

  /** An aggregate within a local list may itself be local, or be the person's and joined outside. */
  function localAggregate(rows: Rows, lets: ReadonlyMap<string, Scalar>): boolean {
    return freeAliases(rows, new Set(), lets).size === 0 || isLocalRows(rows, lets);
  }

  function conditionSql(condition: Scalar, env: Env): SqlFragment {
    if (dependsOnRows(condition, env.lets) && isSemiJoin(condition, env.lets)) {
      const negated = condition.kind === 'call';
      const exists = condition.kind === 'call' ? condition.operands[0] : condition;
      if (exists?.kind === 'aggregate' && exists.rows.kind === 'query') {
        const inside = semiJoin(exists.rows, env);
        return negated ? sql`not exists (${inside})` : sql`exists (${inside})`;
      }
    }
    if (condition.kind === 'member') return memberSql(condition, env);
    // What makes a date full can't take it for full.
    if (condition.kind === 'call' && condition.operator === 'KnownTo' && env.full.size > 0)
      return conditionSql(condition, { ...env, full: new Set() });
    const value = scalar(condition, env);
    if (value.shape === 'null') return sqlFalse;
    if (value.shape !== 'scalar') throw refuse(condition, 'a condition that is not Boolean');
    return value.sql;
  }

  function semiJoin(rows: Rows & { kind: 'query' }, env: Env): SqlFragment {
    const select = createSelect(fresh('semi'), fresh, false);
    const aliases = new Map(env.aliases);
    const lets = new Map([...env.lets, ...rows.lets]);
    const { shard, person } = env.select.anchor();
    for (const source of rows.sources)
      aliases.set(source.alias, attach(select, relation(source.rows, { select, aliases, lets, full: new Set() }), fresh('r')));
    const inner = select.anchor();
    select.where(sql`${inner.shard} = ${shard} and ${inner.person} = ${person}`);
    const within: Env = { select, aliases, lets, full: new Set([...env.full, ...fullDates(rows.where, lets)]) };
    for (const condition of rows.where) select.where(conditionSql(condition, within));
    if (rows.yields) select.where(present(scalar(rows.yields.value, within)));
    return select.render();
  }

  // ---- lists reduced to a value

  function aggregate(value: Scalar & { kind: 'aggregate' }, env: Env): Value {
    const { rows, operator } = value;
    if (freeAliases(rows, new Set(), env.lets).size === 0) return personAggregate(value, env);
    if (isLocal(rows, env)) return localReduced(value, env);
    if (!env.base) throw refuse(value, 'a list that depends on rows in a place where they can not be joined');
    return rowAggregate(value, operator, rows, env, env.base);
  }

  /** Reduced by person: a CTE of one row a person, shared by all who ask for the same. */
  function personAggregate(value: Scalar & { kind: 'aggregate' }, env: Env): Value {
    const { rows, operator } = value;
    const known = reduced.get(rows)?.get(operator);
    const made = known ?? makePersonAggregate(value);
    if (!known) reduced.set(rows, (reduced.get(rows) ?? new Map()).set(operator, made));
    return made.value(env.select.joinPerson(made.select.name));
  }

  function makePersonAggregate(value: Scalar & { kind: 'aggregate' }): {
    readonly select: Select;
    readonly value: (alias: string) => Value;
  } {
    const select = createSelect(fresh(value.operator.toLowerCase()), fresh);
    const source = relation(value.rows, personEnv());
    const item = attach(select, source, fresh('a'));
    const read = reduce(value, select, item, source.sort, []);
    finished.push(select);
    return { select, value: read };
  }

  /** Reduced by the rows around it: joined to their CTE and grouped by their key. */
  function rowAggregate(value: Scalar & { kind: 'aggregate' }, operator: AggregateOperator, rows: Rows, env: Env, base: Base): Value {
    if (rows.kind !== 'query') throw refuse(value, `${operator} of a list that depends on rows`);
    const made = query(rows, env, base);
    const select = createSelect(fresh(operator.toLowerCase()), fresh);
    const alias = fresh('a');
    select.from(named(made.select.name, alias), alias);
    const keys = made.outerKeys.map((key) => identifier(`${alias}.${made.select.output(key)}`));
    const read = reduce(value, select, exported(made.item, made.select, alias), rows.sort, keys);
    finished.push(select);
    const joined = fresh('j');
    const { shard, person } = env.select.anchor();
    const pairs = keys.map((key, place) => {
      const mine = identifier(`${base.alias}.${base.select.output(base.keys[place] ?? sqlNull)}`);
      return sql`${identifier(`${joined}.${select.output(key)}`)} = ${mine}`;
    });
    const on = joinSql(
      [sql`${identifier(`${joined}.shard`)} = ${shard}`, sql`${identifier(`${joined}.person`)} = ${person}`, ...pairs],
      ' and ',
    );
    env.select.join(select.name, joined, on);
    return read(joined);
  }

  /** Shapes `select` into one row per person and key; gives the reduced value as someone who joins it sees it. */
  function reduce(
    value: Scalar & { kind: 'aggregate' },
    select: Select,
    item: Value,
    sort: readonly SortKey[],
    keys: readonly SqlFragment[],
  ): (alias: string) => Value {
    for (const key of keys) select.output(key);
    const outside = (alias: string, fragment: SqlFragment): SqlFragment => identifier(`${alias}.${select.output(fragment)}`);
    const known = present(item);
    switch (value.operator) {
      case 'Exists':
        select.where(known);
        select.shape({ kind: 'group', keys });
        return (alias) => boolean(sql`(${identifier(`${alias}.person`)} is not null)`);
      case 'Count': {
        select.where(known);
        select.shape({ kind: 'group', keys });
        const count = sql`count(*)::int`;
        select.output(count);
        return (alias) => integer(sql`coalesce(${outside(alias, count)}, 0)`);
      }
      case 'First':
      case 'Last':
        return firstOf(value, select, item, sort, keys);
      case 'SingletonFrom':
        throw refuse(value, 'the only element of a list made from data');
      default: {
        select.shape({ kind: 'group', keys });
        const made = attempt(value, () => groupValue(value.operator, item));
        for (const fragment of fragmentsOf(made)) select.output(fragment);
        const reading = (alias: string): Value =>
          mapValue(
            made,
            (fragment) => (isConstant(fragment) ? fragment : outside(alias, fragment)),
            (row) => row,
          );
        if (value.operator !== 'AllTrue' && value.operator !== 'AnyTrue') return reading;
        const empty = value.operator === 'AllTrue' ? sqlTrue : sqlFalse;
        return (alias) => {
          const found = reading(alias);
          return found.shape === 'scalar' ? boolean(sql`coalesce(${found.sql}, ${empty})`) : found;
        };
      }
    }
  }

  function firstOf(
    value: Scalar & { kind: 'aggregate' },
    select: Select,
    item: Value,
    sort: readonly SortKey[],
    keys: readonly SqlFragment[],
  ): (alias: string) => Value {
    if (keys.length > 0) throw refuse(value, `${value.operator} of a list that depends on rows`);
    const last = value.operator === 'Last';
    if (sort.length === 0 && item.shape !== 'row') throw refuse(value, `${value.operator} of a list without an order`);
    const env: Env = { select, aliases: new Map([[sortAlias, item]]), lets: new Map(), full: new Set() };
    const sorted = sort.map((key) => ({ value: scalar(key.value, env), descending: key.descending }));
    const orders = sorted.flatMap((key) => sortExpressions(key.value, key.descending !== last));
    const tie = item.shape === 'row' ? [tieBreaker(item.row.id(), sorted.at(-1), last)] : [];
    select.shape({ kind: 'first', order: [...orders, ...tie] });
    return (alias) => exported(item, select, alias);
  }

  /**
   * `exists` over a row's list as containment of one pattern (`identifier @> [{"system": …}]`), where the conditions are only that elements equal something
   * from outside: five times cheaper than a subquery over the items. Undefined where they are more.
   */
  function containment(rows: Rows, env: Env): SqlFragment | undefined {
    const pattern = itemPattern(rows, env);
    if (!pattern) return undefined;
    return sql`coalesce(${pattern.json} @> ${pattern.value}, false)`;
  }

  function itemPattern(
    rows: Rows,
    env: Env,
  ): { readonly json: SqlFragment; readonly value: SqlFragment; readonly row: Scalar; readonly name: string } | undefined {
    const query = rows.kind === 'query' ? rows : undefined;
    const [source] = query?.sources ?? [];
    if (!query || query.sources.length !== 1 || query.yields || query.lets.size > 0 || source?.rows.kind !== 'items') return undefined;
    const { alias, rows: items } = source;
    const entries = query.where.map((condition) => elementPattern(condition, alias, env));
    const known = entries.filter((entry) => entry !== undefined);
    if (known.length < entries.length || known.length === 0) return undefined;
    const value = sql`jsonb_build_array(jsonb_build_object(${joinSql(
      known.map(({ name, value: wanted }) => sql`${name}::text, ${wanted}`),
      ', ',
    )}))`;
    const constantValue = known.every((entry) => isConstant(entry.value)) ? constant(value) : value;
    // Within a pattern of its own the list is named, not read.
    const json = items.row.kind === 'alias' && !env.aliases.has(items.row.alias) ? sqlNull : rowOf(items.row, env).json(items.column);
    return { json, value: constantValue, row: items.row, name: items.column.name };
  }

  /** `element = value`, `concept ~ code` or `exists (list …)` of an item, as the member of a pattern that the item must contain. */
  function elementPattern(condition: Scalar, alias: string, env: Env): { readonly name: string; readonly value: SqlFragment } | undefined {
    const isItem = (part: Scalar | undefined): boolean => part?.kind === 'alias' && part.alias === alias;
    const outside = (part: Scalar): boolean =>
      [...freeAliases(part, new Set(), env.lets)].every((free) => free !== alias && env.aliases.has(free));
    if (condition.kind === 'aggregate' && condition.operator === 'Exists') {
      const inner = itemPattern(condition.rows, env);
      return inner && isItem(inner.row) ? { name: inner.name, value: inner.value } : undefined;
    }
    if (condition.kind !== 'call') return undefined;
    const [left, right] = condition.operands;
    if (!left || !right) return undefined;
    if (condition.operator === 'Equal' && left.kind === 'column' && left.column.shape === 'string' && isItem(left.row) && outside(right)) {
      const value = scalar(right, env);
      if (value.shape !== 'scalar' || value.type !== 'String') return undefined;
      return { name: left.column.name, value: isConstant(value.sql) ? constant(sql`to_jsonb(${value.sql})`) : sql`to_jsonb(${value.sql})` };
    }
    if (condition.operator === 'Equivalent' && right.kind === 'call' && right.operator === 'ToConcept') {
      return elementPattern({ ...condition, operands: [left, right.operands[0] ?? right] }, alias, env);
    }
    // Of a list of concepts each item is the concept.
    const single = right.kind === 'code' && right.codes.length === 1 ? right.codes[0] : undefined;
    if (condition.operator === 'Equivalent' && single) {
      const name = isItem(left)
        ? 'item'
        : left.kind === 'column' && left.column.shape === 'concept' && isItem(left.row)
          ? left.column.name
          : undefined;
      if (name !== undefined) return { name, value: constant(sql`to_jsonb(array[${codeHash(single.system, single.code)}::text])`) };
    }
    return undefined;
  }

  /** A list within a row: a subquery over its items. */
  function localReduced(value: Scalar & { kind: 'aggregate' }, env: Env): Value {
    if (value.operator === 'Exists') {
      const contained = containment(value.rows, env);
      if (contained) return boolean(contained);
    }
    const select = createSelect(fresh('items'), fresh, false);
    // The items are read beside nothing: a single row opens the select.
    const one = fresh('one');
    select.from(sql`(select 0 as shard, 0 as person) as ${identifier(one)}`, one);
    const { item, where } = localItem(value.rows, select, env);
    for (const condition of where) select.where(condition);
    select.where(present(item));
    if (value.operator === 'Exists') return boolean(sql`exists (${select.render()})`);
    if (value.operator === 'Count') {
      select.output(sql`count(*)::int`);
      return integer(sql`(${select.render()})`);
    }
    if (value.operator === 'First' || value.operator === 'Last' || value.operator === 'SingletonFrom')
      throw refuse(value, `${value.operator} of the items of a row`);
    const made = attempt(value, () => groupValue(value.operator, item));
    const alias = fresh('l');
    const names = fragmentsOf(made).map((fragment) => select.output(fragment));
    let place = 0;
    env.select.lateral(select.render(), alias);
    return mapValue(
      made,
      () => {
        place += 1;
        return identifier(`${alias}.${names[place - 1] ?? ''}`);
      },
      (row) => row,
    );
  }

  function localItem(rows: Rows, select: Select, env: Env): { readonly item: Value; readonly where: readonly SqlFragment[] } {
    if (rows.kind === 'items' || rows.kind === 'literal') return { item: attach(select, relation(rows, env), fresh('i')), where: [] };
    if (rows.kind !== 'query' || rows.yields?.distinct === true) throw refuse(rows, 'this list within a row');
    const aliases = new Map(env.aliases);
    const lets = new Map([...env.lets, ...rows.lets]);
    const inner: Env = { select: env.select, aliases, lets, full: env.full };
    const where: SqlFragment[] = [];
    for (const source of rows.sources) {
      const made = localItem(source.rows, select, inner);
      aliases.set(source.alias, made.item);
      where.push(...made.where);
    }
    for (const condition of rows.where) where.push(conditionSql(condition, inner));
    const [first] = rows.sources;
    const item = rows.yields
      ? scalar(rows.yields.value, inner)
      : first && rows.sources.length === 1
        ? (aliases.get(first.alias) ?? nullValue)
        : boolean(sqlTrue);
    return { item, where };
  }

  // ---- values

  function scalar(value: Scalar, env: Env): Value {
    const made = scalarValue(value, env);
    if (env.full.size === 0 || made.shape !== 'temporal' || made.type !== 'Date' || made.exact) return made;
    return env.full.has(planKey(resolvedLet(value, env.lets))) ? exactTemporal('Date', made.lo) : made;
  }

  function scalarValue(value: Scalar, env: Env): Value {
    switch (value.kind) {
      case 'null':
        return typedNullOf(value.type);
      case 'literal':
        return literal(value);
      case 'quantity': {
        const canonical = canonicalQuantity(value.value, value.unit);
        if (!canonical) throw refuse(value, `the number ${value.value}`);
        return {
          shape: 'quantity',
          num: constant(sql`${canonical.num}::numeric`),
          dimension: constant(sql`${canonical.dimension}::text`),
          value: constant(sql`${value.value}::numeric`),
          unit: constant(sql`${value.unit}::text`),
        };
      }
      case 'code':
        return { shape: 'concept', codes: constant(sql`${value.codes.map(({ system, code }) => codeHash(system, code))}::bigint[]`) };
      case 'valueSet': {
        const members = context.members(value.url);
        if (!members) throw refuse(value, `the value set ${value.url} is not here`);
        return { shape: 'concept', codes: constant(sql`${members}::bigint[]`) };
      }
      case 'parameter': {
        const found = context.parameters.get(value.name);
        if (!found) throw refuse(value, `the parameter "${value.name}" has no value`);
        return found;
      }
      case 'definition': {
        const found = plan.scalars.get(value.key);
        if (!found) throw new Error(`no definition ${value.key}`);
        return scalar(found, { ...env, aliases: patientOnly(env), lets: new Map(), full: new Set() });
      }
      case 'let': {
        const found = env.lets.get(value.name);
        if (!found) throw refuse(value, 'a let out of its query');
        return scalar(found, env);
      }
      case 'alias': {
        const found = env.aliases.get(value.alias);
        if (found) return found;
        if (value.alias === patientAlias) return personRow(env.select.joinPerson('subject', true));
        throw refuse(value, `the alias ${value.alias.replace(/#.*/, '')} out of its query`);
      }
      case 'column':
        return rowOf(value.row, env).value(value.column);
      case 'resourceId':
        return scalarOf('String', rowOf(value.row, env).id());
      case 'field':
        return field(scalar(value.source, env), value);
      case 'interval':
        return interval(value, env);
      case 'tuple':
        return {
          shape: 'tuple',
          elements: new Map(value.elements.map(({ name, value: element }) => [name, scalar(element, env)])),
          absent: sqlFalse,
        };
      case 'case': {
        const items = value.items.map(({ when, then }) => ({ when: conditionSql(when, env), then: scalar(then, env) }));
        return attempt(value, () => chooseValue(items, scalar(value.otherwise, env)));
      }
      case 'member':
        return member(value, env);
      case 'aggregate':
        return aggregate(value, env);
      case 'call':
        return call(value, env);
    }
  }

  /** A definition sees the person, not the rows of the query that asks for it. */
  function patientOnly(env: Env): ReadonlyMap<string, Value> {
    const patient = env.aliases.get(patientAlias);
    return patient ? new Map([[patientAlias, patient]]) : new Map();
  }

  function rowOf(value: Scalar, env: Env): RowSource {
    const found = scalar(value, env);
    if (found.shape !== 'row') throw refuse(value, 'an element of something that is no resource');
    return found.row;
  }

  function literal(value: Scalar & { kind: 'literal' }): Value {
    const type = scalarTypeOf(value.type);
    switch (type) {
      case 'Boolean':
        return boolean(value.value === 'true' ? sqlTrue : sqlFalse);
      case 'Integer':
        if (Number(value.value) >= 2 ** 31) throw refuse(value, 'a number at the edge of what an Integer holds');
        return scalarOf(type, constant(sql`${value.value}::int`));
      case 'Long':
        return scalarOf(type, constant(sql`${value.value.replace(/L$/, '')}::bigint`));
      case 'Decimal':
        if (!/^-?\d{1,20}(\.\d{1,8})?$/.test(value.value)) throw refuse(value, 'a number at the edge of what a Decimal holds');
        return scalarOf(type, constant(sql`${value.value}::numeric`));
      case 'String':
        return scalarOf(type, constant(sql`${value.value}::text`));
      default:
        throw refuse(value, 'a literal of this type');
    }
  }

  function field(source: Value, value: Scalar & { kind: 'field' }): Value {
    const { name } = value;
    if (source.shape === 'tuple') return source.elements.get(name) ?? nullValue;
    if (source.shape === 'quantity') return name === 'value' ? scalarOf('Decimal', source.value) : scalarOf('String', source.unit);
    if (source.shape === 'interval') {
      if (name === 'low' || name === 'start') return source.low;
      if (name === 'high' || name === 'end') return source.high;
      return boolean(name === 'lowClosed' ? source.lowClosed : source.highClosed);
    }
    if (source.shape === 'null') return source;
    throw refuse(value, `the element "${name}"`);
  }

  function interval(value: Scalar & { kind: 'interval' }, env: Env): Value {
    const [low, high] = [scalar(value.low, env), scalar(value.high, env)];
    if (value.low.kind === 'null' && value.high.kind === 'null') throw refuse(value, 'an interval of nulls');
    if (isBackwards(value)) throw refuse(value, 'an interval that ends before it starts');
    const flag = (part: Scalar): SqlFragment => conditionSql(part, env);
    return { shape: 'interval', low, high, lowClosed: flag(value.lowClosed), highClosed: flag(value.highClosed), absent: sqlFalse };
  }

  /** `x in { … }`: true where one element equals it; a null matches a null. */
  function member(value: Scalar & { kind: 'member' }, env: Env): Value {
    return boolean(sql`coalesce(${memberSql(value, env)}, false)`);
  }

  /** The same, null where the value is: enough for a condition, and what the planner has statistics of. */
  function memberSql(value: Scalar & { kind: 'member' }, env: Env): SqlFragment {
    if (value.value.kind === 'null') throw refuse(value, 'null as an element of a list');
    const wanted = scalar(value.value, env);
    if (wanted.shape === 'null') throw refuse(value, 'null as an element of a list');
    const items = value.items.map((item) => scalar(item, env));
    const known = items.filter(({ shape }) => shape !== 'null');
    const constants = known.flatMap((item) => (item.shape === 'scalar' && isConstant(item.sql) ? [item.sql] : []));
    const found =
      wanted.shape === 'scalar' && constants.length === known.length && known.length > 0
        ? sql`${wanted.sql} in (${joinSql(constants, ', ')})`
        : sql`(${joinSql([sqlFalse, ...known.map((item) => attempt(value, () => operateEqual(wanted, item)))], ' or ')})`;
    return known.length < items.length ? sql`(not ${present(wanted)} or ${found})` : found;
  }

  function operateEqual(left: Value, right: Value): SqlFragment {
    const made = operate([left, right], { operator: 'Equal', type: { kind: 'Boolean' }, now: () => sqlNull });
    return made.shape === 'scalar' ? made.sql : sqlNull;
  }

  function call(value: Scalar & { kind: 'call' }, env: Env): Value {
    const literalDate = dateLiterals[value.operator];
    if (literalDate) return dateLiteral(value, literalDate);
    if (value.operator === 'Add' || value.operator === 'Subtract') {
      const [left, right] = value.operands;
      const amount = right && literalQuantity(right);
      if (left && amount) {
        const from = scalar(left, env);
        if (from.shape === 'temporal') return move(value, from, amount);
      }
    }
    const operands = value.operands.map((operand) => scalar(operand, env));
    const now = (): SqlFragment => sql`(${context.now}::timestamp + ${nowZone(env)})`;
    return attempt(value, () =>
      operate(operands, { operator: value.operator, type: value.type, now, ...(value.precision ? { precision: value.precision } : {}) }),
    );
  }

  function nowZone(env: Env): SqlFragment {
    const patient = env.aliases.get(patientAlias);
    return patient?.shape === 'row' ? patient.row.zone() : zoneIn(env.select);
  }

  function literalQuantity(value: Scalar): { readonly value: string; readonly unit: string } | undefined {
    if (value.kind === 'quantity') return value;
    if (value.kind === 'definition') {
      const found = plan.scalars.get(value.key);
      return found && literalQuantity(found);
    }
    return undefined;
  }

  function move(
    value: Scalar & { kind: 'call' },
    from: Value & { shape: 'temporal' },
    amount: { readonly value: string; readonly unit: string },
  ): Value {
    const signed = value.operator === 'Add' ? amount.value : amount.value.startsWith('-') ? amount.value.slice(1) : `-${amount.value}`;
    const found = addend(signed, amount.unit);
    if (!found) throw refuse(value, `the unit ${amount.unit} added to a date`);
    if (from.type === 'Time') throw refuse(value, 'arithmetic on a time of day');
    if (Math.abs(found.months) >= 12_000) throw refuse(value, 'an amount that may lead out of the calendar');
    const written = writtenPrecision(value.operands[0]);
    if (written !== undefined && written < found.finest) throw refuse(value, "an amount in a unit finer than the date's precision");
    return moved(from, found.amount, found.negative);
  }

  function dateLiteral(value: Scalar & { kind: 'call' }, type: 'Date' | 'DateTime' | 'Time'): Value {
    const numbers = value.operands.map((operand) => (operand.kind === 'literal' ? Number(operand.value) : undefined));
    const last = type === 'DateTime' ? 7 : type === 'Date' ? 3 : 4;
    if (value.operands.length > last) throw refuse(value, 'a literal with an offset');
    if (numbers.includes(undefined)) throw refuse(value, `${type} of parts that are not literals`);
    const components = numbers.filter((number) => number !== undefined);
    const made = literalTemporal(type, type === 'Time' ? [2000, 1, 1, ...components] : components);
    if (!made) throw refuse(value, 'a date that the calendar lacks');
    return made;
  }
}

const dateLiterals: Readonly<Record<string, 'Date' | 'DateTime' | 'Time'>> = { Date: 'Date', DateTime: 'DateTime', Time: 'Time' };

const setWords = { Union: sql`union`, Intersect: sql`intersect`, Except: sql`except` } as const;

/** A list read once is left to the planner; one read more often is made once. */
function commonTable(name: string, body: SqlFragment, times: number): SqlFragment {
  return times > 1 ? sql`${identifier(name)} as materialized (\n${body}\n)` : sql`${identifier(name)} as (\n${body}\n)`;
}

function timesRead(name: string, bodies: readonly SqlFragment[]): number {
  const word = new RegExp(`\\b${name} as `, 'g');
  return bodies.reduce((sum, body) => sum + (render(body).text.match(word)?.length ?? 0), 0);
}

function named(table: string, alias: string): SqlFragment {
  return sql`${identifier(table)} as ${identifier(alias)}`;
}

/** Components of a date literal; undefined of any other value. */
function writtenPrecision(value: Scalar | undefined): number | undefined {
  return value?.kind === 'call' && dateLiterals[value.operator] ? value.operands.length : undefined;
}

function isBackwards(value: Scalar & { kind: 'interval' }): boolean {
  const { low, high } = value;
  if (low.kind !== 'literal' || high.kind !== 'literal' || scalarTypeOf(low.type) === 'String') return false;
  const open = [value.lowClosed, value.highClosed].some((flag) => flag.kind === 'literal' && flag.value === 'false');
  return Number(low.value) > Number(high.value) || (open && Number(low.value) === Number(high.value));
}

/** Null as the shape of its type; of a type without one, a null that takes any shape. */
function typedNullOf(type: PlanType): Value {
  const simple = scalarTypeOf(type);
  if (simple) return scalarOf(simple, sql`${typedNull(simple)}`);
  if (type.kind === 'Date' || type.kind === 'DateTime' || type.kind === 'Time') {
    const lo = type.kind === 'Date' ? sql`null::date` : sql`null::timestamp`;
    return { shape: 'temporal', type: type.kind, lo, hi: lo, precision: sql`null::int`, exact: true };
  }
  return nullValue;
}

/** Name of the concept column that a scan's codes come from. */
function concepts(source: FactSource, column: FactColumn): string {
  return column.name === 'code' && source.retrieve === 'code' ? 'code_all' : column.name;
}

/** Elements of a table's row: dates on the wall clock of `zone`, codings as hashes. */
function tableRow(source: Pick<FactSource, 'columns'> & Partial<FactSource>, alias: string, zone: () => SqlFragment): RowSource {
  const physical = (name: string): SqlFragment =>
    identifier(`${alias}.${name === 'code' && source.retrieve === 'code' ? 'code_all' : name}`);
  const dateTime = (name: string): Value => {
    const local = (part: 'lo' | 'hi'): SqlFragment => {
      const instant = physical(`${name}_${part}`);
      return sql`(case when ${physical(`${name}_precision`)} > 0 then ${instant} + ${zone()} else ${instant} end)`;
    };
    return {
      shape: 'temporal',
      type: 'DateTime',
      lo: local('lo'),
      hi: local('hi'),
      precision: sql`abs(${physical(`${name}_precision`)})`,
      exact: false,
    };
  };
  const readers: Readonly<Record<Exclude<FactShape, 'list'>, (name: string) => Value>> = {
    boolean: (name) => boolean(physical(name)),
    integer: (name) => integer(physical(name)),
    decimal: (name) => scalarOf('Decimal', physical(name)),
    string: (name) => scalarOf('String', physical(name)),
    date: (name) => ({
      shape: 'temporal',
      type: 'Date',
      lo: physical(`${name}_lo`),
      hi: physical(`${name}_hi`),
      precision: physical(`${name}_precision`),
      exact: false,
    }),
    dateTime,
    quantity: (name) => ({
      shape: 'quantity',
      num: physical(`${name}_num`),
      dimension: physical(`${name}_dimension`),
      value: physical(`${name}_value`),
      unit: physical(`${name}_unit`),
    }),
    concept: (name) => ({ shape: 'concept', codes: physical(name) }),
    period: (name) => {
      const [low, high] = [dateTime(`${name}_start`), dateTime(`${name}_end`)];
      // FHIRHelpers: a period without a start began at an unknown time, one without an end goes on.
      return {
        shape: 'interval',
        low,
        high,
        lowClosed: present(low),
        highClosed: sqlTrue,
        absent: and(not(present(low)), not(present(high))),
      };
    },
  };
  return {
    value: (column) => {
      if (column.shape === 'list') throw new Incomparable(`the list ${column.path} in place of a value`);
      return readers[column.shape](column.name);
    },
    json: (column) => physical(column.name),
    // An item of a list is always there; it has no id of its own.
    id: () => (source.table === undefined ? constant(sql`1`) : identifier(`${alias}.resource_id`)),
    zone,
  };
}

function groupValue(operator: AggregateOperator, item: Value): Value {
  if (item.shape === 'temporal' && (operator === 'Max' || operator === 'Min')) {
    const word = operator === 'Max' ? sql`max` : sql`min`;
    const lo = sql`${word}(${item.lo})`;
    // Of dates known to different precision the greatest lies between the greatest start and the greatest end.
    return {
      ...item,
      lo,
      hi: item.exact ? lo : sql`${word}(${item.hi})`,
      precision: sql`min(${item.precision})`,
    };
  }
  if (item.shape === 'scalar') {
    switch (operator) {
      case 'Max':
        return { ...item, sql: sql`max(${item.sql})` };
      case 'Min':
        return { ...item, sql: sql`min(${item.sql})` };
      case 'Sum':
        return { ...item, sql: sumOf(item.type, item.sql) };
      case 'Avg':
        return scalarOf('Decimal', sql`round(avg(${item.sql}), 8)`);
      case 'Median':
        return scalarOf(
          'Decimal',
          sql`((percentile_disc(0.5) within group (order by ${item.sql}) + percentile_disc(0.5) within group (order by ${item.sql} desc))::numeric / 2)`,
        );
      case 'AllTrue':
        return boolean(sql`bool_and(${item.sql})`);
      case 'AnyTrue':
        return boolean(sql`bool_or(${item.sql})`);
      default:
        break;
    }
  }
  throw new Incomparable(`${operator} of ${item.shape}`);
}

/**
 * Rows of equal keys come in the order of their ids. Where the key is a date or a quantity and ascends they come the other way round: CQL leaves it open, and
 * that is what the reference engine's sort makes of it.
 */
function tieBreaker(id: SqlFragment, key: { readonly value: Value; readonly descending: boolean } | undefined, last: boolean): SqlFragment {
  const isReversed = (key?.value.shape === 'temporal' || key?.value.shape === 'quantity') && !key.descending;
  return isReversed === last ? sql`${id} asc` : sql`${id} desc`;
}

/** Of two dates that begin together the one known less comes first: as their texts sort, in the reference engine too. */
function sortExpressions(value: Value, descending: boolean): readonly SqlFragment[] {
  const ordered = (expression: SqlFragment, down: boolean): SqlFragment =>
    down ? sql`${expression} desc nulls last` : sql`${expression} asc nulls first`;
  if (value.shape === 'temporal' && !value.exact) return [ordered(value.lo, descending), ordered(value.hi, !descending)];
  const [first] = value.shape === 'quantity' ? [value.num] : fragmentsOf(value);
  return first ? [ordered(first, descending)] : [];
}

/** Null instead of a sum that the type can't hold. */
function sumOf(type: string, expression: SqlFragment): SqlFragment {
  if (type === 'Integer') return sql`(case when sum(${expression}) between -2147483648 and 2147483647 then sum(${expression})::int end)`;
  if (type === 'Long')
    return sql`(case when sum(${expression}) between -9223372036854775808 and 9223372036854775807 then sum(${expression})::bigint end)`;
  return sql`sum(${expression})`;
}

/** Turns what the operators throw into a refusal at the node. */
function attempt<Result>(part: Scalar | Rows, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Incomparable) throw refuse(part, error.message);
    throw error;
  }
}

function refuse(part: Scalar | Rows, reason: string): Refusal {
  return new Refusal(part.origin.node, part.origin.locator, reason);
}
