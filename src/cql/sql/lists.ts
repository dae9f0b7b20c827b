import { identifier, joinSql, type SqlFragment, sql } from '../../sql.js';
import { type FactSource, physicalColumns } from '../catalogue.js';
import { codeHash } from '../code-hash.js';
import { freeAliases, patientAlias, type Rows, type SortKey } from '../plan.js';
import { isLocalRows } from './dependence.js';
import { chooseValue } from './interval.js';
import { attempt, named, refuse } from './refusing.js';
import { createSelect, exported, type Select } from './select.js';
import { setList } from './set-list.js';
import { concepts, tableRow } from './table-row.js';
import { fragmentsOf, isConstant, mapValue, nullValue, sqlFalse, sqlNull, sqlTrue, type Value } from './value.js';
import type { Env, Made, Relation, Work } from './work.js';

/** Lists as relations: scans of fact tables, literals, items of rows, definitions, queries. */
export function lists(work: Work): Pick<Work, 'relation' | 'attach' | 'finish' | 'finishDistinct' | 'startFromSubject' | 'sealed'> {
  const known = new Map<string, Relation>();
  return { relation, attach, finish, finishDistinct, startFromSubject, sealed };

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
        if (free.size > 0 && !isLocalRows(rows, outer.lets)) return sealed(work.query(rows, outer, outer.base), rows.sort);
        return sealed(work.query(rows, outer), rows.sort);
      }
      case 'distinct':
        return distinctList(rows.rows, outer);
      case 'set':
        return setList(work, rows, outer);
    }
  }

  function scan(source: FactSource, rows: Rows & { kind: 'scan' }): Relation {
    const people = work.people();
    const isLookedUp = people.isNarrowed && work.context.isCohortRare === true;
    return {
      table: (alias) => (isLookedUp ? lookup(source, people.name, rows, alias) : named(source.table, alias)),
      lateral: false,
      sort: [],
      bind(alias, select) {
        if (!isLookedUp && (work.context.persons || people.isNarrowed)) select.joinPerson(people.name, true);
        const where = [work.current(alias), ...codeCondition(rows, alias)];
        return { item: { shape: 'row', row: tableRow(source, alias, () => people.zoneIn(select)) }, where };
      },
    };
  }

  /**
   * The rows of each of those who are evaluated, by one of the table's indexes. `offset 0` keeps the planner, which can't guess how few they are, from joining all
   * rows of the table instead.
   */
  function lookup(source: FactSource, people: string, rows: Rows & { kind: 'scan' }, alias: string): SqlFragment {
    const { codes } = rows;
    const hashes = (codes ?? []).flatMap((filter) => (filter.kind === 'codes' ? codesOf(filter, rows) : []));
    // Of a value set's codes most people have some: all their rows are read once, for all who ask.
    const isByCode = hashes.length > 0 && codes?.every(({ kind }) => kind === 'codes') === true;
    const byCode = isByCode ? sql` and ${sql`d.code`} = any(${[...new Set(hashes)]}::bigint[])` : sql``;
    return sql`(select f.* from ${named(people, 'k')} cross join lateral (
select * from ${named(source.table, 'd')} where d.shard = k.shard and d.person = k.person and ${work.current('d')}${byCode} offset 0
) as f) as ${identifier(alias)}`;
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
    const members = work.context.members(filter.url);
    if (!members) throw refuse(rows, `the value set ${filter.url} is not here`);
    return members;
  }

  function definedList(key: string): Relation {
    const found = known.get(key);
    if (found) return found;
    const rows = work.plan.lists.get(key);
    if (!rows) throw new Error(`no list ${key}`);
    const made = rows.kind === 'scan' ? scan(rows.source, rows) : relation(rows, work.personEnv());
    known.set(key, made);
    return made;
  }

  function items(rows: Rows & { kind: 'items' }, outer: Env): Relation {
    const row = work.rowOf(rows.row, outer);
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
    const values = rows.items.map((item) => work.scalar(item, outer));
    const model = values.find(({ shape }) => shape !== 'null');
    const shaped = values.map((value) =>
      model
        ? attempt(rows, () =>
            chooseValue(
              [
                { when: sqlFalse, result: model },
                { when: sqlTrue, result: value },
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
    const select = createSelect(work.fresh('distinct_'), work.fresh);
    const item = attach(select, relation(rows, outer), work.fresh('d'));
    return sealed(finishDistinct(select, item, rows), []);
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
    if (source.lateral && !select.hasTable()) startFromSubject(select, new Map());
    select.from(source.table(alias), alias, source.lateral ? 'lateral' : 'person');
    const { item, where } = source.bind(alias, select);
    for (const condition of where) select.where(condition);
    return item;
  }

  function startFromSubject(select: Select, aliases: Map<string, Value>): void {
    const alias = work.fresh('s');
    const people = work.people();
    select.from(named(people.name, alias), alias);
    if (!aliases.has(patientAlias)) aliases.set(patientAlias, people.row(alias));
  }

  function finish(select: Select, item: Value): Made {
    work.finished.push(select);
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
}
