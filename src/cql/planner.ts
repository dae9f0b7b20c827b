import type { FactCatalogue } from './catalogue.js';
import { type ElmNode, text } from './elm.js';
import type { InlinedProgram } from './inline.js';
import { type Plan, patientAlias, type Rows, type Scalar } from './plan.js';
import { calls } from './planner/calls.js';
import { casts } from './planner/casts.js';
import { elements } from './planner/elements.js';
import { lists } from './planner/lists.js';
import { meanings } from './planner/meanings.js';
import type { Meaning, Names, Planning } from './planner/planning.js';
import { queries } from './planner/queries.js';
import { values } from './planner/values.js';
import { resultType } from './types.js';

/** From inlined ELM to a plan. `keys` are the definitions asked for. Throws Refusal with node, place and reason. */
export function plan(program: InlinedProgram, keys: readonly string[], catalogue: FactCatalogue): Plan {
  const made = { scalars: new Map<string, Scalar>(), lists: new Map<string, Rows>(), meanings: new Map<string, Meaning>() };
  const patient = catalogue.source('Patient');
  const top: Names = new Map(patient ? [[patientAlias, { kind: 'row', columns: patient.columns, isResource: true }]] : []);

  const base = { ...made, catalogue, define, isList };
  // The parts call each other, so each gets the whole, which is filled before the first call.
  const planning = base as typeof base & Planning;
  Object.assign(
    planning,
    lists(planning),
    queries(planning),
    meanings(planning),
    values(planning),
    elements(planning),
    casts(planning),
    calls(planning),
  );
  for (const key of keys) define(key);
  return { scalars: made.scalars, lists: made.lists };

  function define(key: string): void {
    if (made.scalars.has(key) || made.lists.has(key)) return;
    const body = program.definitions.get(key);
    if (!body) throw new Error(`no definition ${key}`);
    if (isList(body)) {
      const rows = planning.rows(body, top);
      made.lists.set(key, rows);
      made.meanings.set(key, planning.meaningOf(rows));
    } else made.scalars.set(key, planning.scalar(body, top));
  }

  function isList(node: ElmNode): boolean {
    if (resultType(node).kind === 'List') return true;
    if (node.type === 'ExpressionRef') {
      define(text(node, 'name'));
      return made.lists.has(text(node, 'name'));
    }
    return node.type === 'Retrieve' || node.type === 'List' || (node.type === 'Query' && resultType(node).kind === 'Any');
  }
}
