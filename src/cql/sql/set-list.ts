import { identifier, joinSql, type SqlFragment, sql } from '../../sql.js';
import { freeAliases, type Rows } from '../plan.js';
import { named, refuse } from './refusing.js';
import { createSelect, type Select } from './select.js';
import { fragmentsOf, isConstant, mapValue, nullValue, type RowSource, sqlNull, type Value } from './value.js';
import type { Env, Relation, Work } from './work.js';

const setWords = { Union: sql`union`, Intersect: sql`intersect`, Except: sql`except` } as const;

export function setList(work: Work, rows: Rows & { kind: 'set' }, outer: Env): Relation {
  if (freeAliases(rows, new Set(), outer.lets).size > 0) throw refuse(rows, 'a set operation that depends on the rows around it');
  const branches = rows.operands.map((operand) => {
    const select = createSelect(work.fresh('part'), work.fresh);
    return { select, item: work.attach(select, work.relation(operand, work.personEnv()), work.fresh('u')) };
  });
  const [first] = branches;
  if (!first) throw refuse(rows, 'a set operation without operands');
  if (branches.some(({ item }) => item.shape !== first.item.shape)) throw refuse(rows, 'lists of different kinds in one set');
  if (first.item.shape === 'row' && rows.operator !== 'Union') throw refuse(rows, `${rows.operator} of resources`);
  const name = work.fresh('set');
  const word = setWords[rows.operator];
  const combined = createSelect(name, work.fresh);
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
            derived: (make) => column((branch) => rowsOf(branch).derived(make)),
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
  work.finished.push(rendered);
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
        derived: (make) => under(source.derived(make)),
      });
      return { item: mapValue(item, under, row), where: [] };
    },
  };
}
