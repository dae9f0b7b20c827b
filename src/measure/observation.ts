import { children, type ElmDefinition, type ElmNode } from '../cql/elm.js';
import { findLibrary, type Libraries } from '../cql/libraries.js';
import type { MeasureProgram } from '../cql/program.js';

/**
 * The program with its observations as definitions: a measure observation names a definition, a function without operands (one value a person), or a function
 * of an item of the measure population, which is called for each item that isn't excluded. Source: CQF Measures guide, measure observations.
 */
export function withObservations(program: MeasureProgram, libraries: Libraries): MeasureProgram {
  const library = findLibrary(libraries, program.library)?.library;
  const definitions: ElmDefinition[] = [];
  const named = new Map<string, string>();
  const itemised = new Set<string>();
  for (const { observation, populations } of program.groups) {
    const found = library?.statements?.def?.find((node) => node.name === observation?.expression && node.type === 'FunctionDef');
    if (!found || !observation) continue;
    const name = `${observation.expression} per person`;
    const reference = (code: string): ElmNode | undefined => {
      const population = populations.find((one) => one.code === code);
      return population && { type: 'ExpressionRef', name: population.expression };
    };
    definitions.push({ name, context: 'Patient', expression: callOf(found, reference) });
    named.set(observation.expression, name);
    if (children(found, 'operand').length > 0) itemised.add(observation.expression);
  }
  if (definitions.length === 0) return program;
  const rename = (expression: string): string => named.get(expression) ?? expression;
  return {
    ...program,
    definitions,
    groups: program.groups.map((group) =>
      group.observation
        ? {
            ...group,
            observation: {
              ...group.observation,
              expression: rename(group.observation.expression),
              ofItems: itemised.has(group.observation.expression),
            },
          }
        : group,
    ),
    ...(program.values === undefined ? {} : { values: program.values.map(rename) }),
  };
}

function callOf(definition: ElmDefinition, population: (code: string) => ElmNode | undefined): ElmNode {
  const members = population('measure-population');
  if (children(definition, 'operand').length === 0 || !members) return { type: 'FunctionRef', name: definition.name, operand: [] };
  const excluded = population('measure-population-exclusion');
  return {
    type: 'Query',
    source: [{ alias: 'Item', expression: excluded ? { type: 'Except', operand: [members, excluded] } : members }],
    relationship: [],
    return: { distinct: false, expression: { type: 'FunctionRef', name: definition.name, operand: [{ type: 'AliasRef', name: 'Item' }] } },
  };
}
