import { children, type ElmDefinition, type ElmNode } from '../cql/elm.js';
import { findLibrary, type Libraries } from '../cql/libraries.js';
import type { MeasureProgram, PopulationCode } from '../cql/program.js';

type Group = MeasureProgram['groups'][number];

/**
 * The program with what it asks of lists and functions as definitions. A measure observation names a definition, a function without operands (one value a
 * person), or a function of an item, which is called for each item that isn't excluded. Where items are counted, each population becomes the number of those
 * that are members. Source: CQF Measures guide, measure observations and population basis.
 */
export function withObservations(program: MeasureProgram, libraries: Libraries): MeasureProgram {
  const definitions: ElmDefinition[] = [];
  const renamed = new Map<string, string>();
  const library = findLibrary(libraries, program.library)?.library;
  const groups = program.groups.map((group): Group => {
    // A person's criterion needn't be a list, though what is observed of the person is.
    const sets = program.itemType === undefined ? group.populations.map(reference) : itemSets(group);
    const populations = group.populations.map((population, place) => {
      const items = sets[place];
      if (program.itemType === undefined || !items) return population;
      const name = `${group.code} ${place} items`;
      definitions.push({ name, context: 'Patient', expression: { type: 'Count', source: items } });
      return { ...population, items: name };
    });
    const observations = group.observations?.map((observation) => {
      const found = library?.statements?.def?.find((node) => node.name === observation.expression && node.type === 'FunctionDef');
      if (!found) return observation;
      const ofItems = children(found, 'operand').length > 0;
      const name = `${group.code} ${observation.of} ${observation.expression}`;
      definitions.push({
        name,
        context: 'Patient',
        expression: callOf(found.name, ofItems ? observedItems(group, sets, observation.of) : undefined),
      });
      renamed.set(observation.expression, name);
      return { ...observation, expression: name, ofItems };
    });
    return { ...group, populations, ...(observations ? { observations } : {}) };
  });
  if (definitions.length === 0) return program;
  const asked = (program.values ?? []).filter((value) => !renamed.has(value));
  return { ...program, definitions, groups, values: [...new Set([...asked, ...definitions.map(({ name }) => name)])] };
}

/** The members of each population, as `membership` has them of persons. */
function itemSets(group: Group): ReadonlyArray<ElmNode | undefined> {
  const refs = group.populations.map(reference);
  const of = (code: PopulationCode): ElmNode | undefined => refs[group.populations.findIndex((population) => population.code === code)];
  const { initials } = group;
  const first = of('initial-population');
  const denominator = both((initials ? refs[initials.denominator] : undefined) ?? first, of('denominator')) ?? first;
  const excluded = both(denominator, of('denominator-exclusion'));
  const counted = group.scoring === 'ratio' ? ((initials ? refs[initials.numerator] : undefined) ?? first) : less(denominator, excluded);
  const numerator = both(counted, of('numerator'));
  const measured = both(first, of('measure-population'));
  const sets: Readonly<Record<PopulationCode, ElmNode | undefined>> = {
    'initial-population': first,
    denominator,
    'denominator-exclusion': excluded,
    'denominator-exception': both(less(less(denominator, excluded), numerator), of('denominator-exception')),
    numerator,
    'numerator-exclusion': both(numerator, of('numerator-exclusion')),
    'measure-population': measured,
    'measure-population-exclusion': both(measured, of('measure-population-exclusion')),
    'measure-observation': undefined,
  };
  return group.populations.map(({ code }, place) => (code === 'initial-population' ? refs[place] : sets[code]));
}

function reference({ expression }: Group['populations'][number]): ElmNode {
  return { type: 'ExpressionRef', name: expression };
}

/** Members of the observed population less those excluded from it. */
function observedItems(group: Group, sets: ReadonlyArray<ElmNode | undefined>, of: PopulationCode): ElmNode | undefined {
  const place = group.populations.findIndex(({ code }) => code === of);
  const exclusion = group.populations.findIndex(({ code }) => code === `${of}-exclusion`);
  return less(sets[place], sets[exclusion]);
}

function both(left: ElmNode | undefined, right: ElmNode | undefined): ElmNode | undefined {
  return left && right && { type: 'Intersect', operand: [left, right] };
}

function less(left: ElmNode | undefined, right: ElmNode | undefined): ElmNode | undefined {
  return left && right ? { type: 'Except', operand: [left, right] } : left;
}

function callOf(name: string, items: ElmNode | undefined): ElmNode {
  if (!items) return { type: 'FunctionRef', name, operand: [] };
  return {
    type: 'Query',
    source: [{ alias: 'Item', expression: items }],
    relationship: [],
    return: { distinct: false, expression: { type: 'FunctionRef', name, operand: [{ type: 'AliasRef', name: 'Item' }] } },
  };
}
