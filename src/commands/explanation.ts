import type { CqlValue } from '../cql/program.js';
import { both, exportText } from '../measure/export/text.js';
import type { Explanation } from '../measure/operations/explain.js';
import { commandText } from './text.js';

/** One person's part in a measure, for a terminal. */
export function explanationText(explanation: Explanation): string {
  const { person, area, engine, populations, definitions, resources } = explanation;
  return [
    `Patient/${person}${area === undefined ? '' : `, ${area}`}; ${engine}`,
    '',
    both(commandText.populations),
    ...populations.map(({ group, code, expression, met, member }) => {
      const counts = member === met ? '' : `; ${both(commandText.counted(member))}`;
      return `  ${met ? '✓' : '✗'} ${group} ${both(exportText.populations[code] ?? { id: code, en: code })}: "${expression}"${counts}`;
    }),
    '',
    both(commandText.definitions),
    ...definitions.flatMap(({ name, cql, value }) => [
      `  ${name} = ${valueText(value)}`,
      ...(cql === undefined ? [] : cql.split('\n').map((line) => `      ${line}`)),
    ]),
    '',
    both(commandText.resources),
    ...resources.map((reference) => `  ${reference}`),
    '',
  ].join('\n');
}

/** A value as CQL would write it. */
function valueText(value: CqlValue): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return `'${value}'`;
  if (!('kind' in value)) return `{${value.map((item: CqlValue) => valueText(item)).join(', ')}}`;
  switch (value.kind) {
    case 'date':
      return `@${value.text}`;
    case 'quantity':
      return `${value.value} '${value.unit ?? '1'}'`;
    case 'code':
      return `Code '${value.code}'${value.display === undefined ? '' : ` (${value.display})`}`;
    case 'concept':
      return `Concept {${value.codes.map(valueText).join(', ')}}`;
    case 'interval':
      return `Interval${value.lowClosed ? '[' : '('}${valueText(value.low)}, ${valueText(value.high)}${value.highClosed ? ']' : ')'}`;
    case 'ratio':
      return `${valueText(value.numerator)} : ${valueText(value.denominator)}`;
    case 'resource':
      return `${value.type}/${value.id}${value.version === undefined ? '' : `/_history/${value.version}`}`;
    case 'element':
      return JSON.stringify(value.json);
    case 'tuple':
      return `Tuple {${Object.entries(value.elements)
        .map(([name, item]) => `${name}: ${valueText(item)}`)
        .join(', ')}}`;
  }
}
