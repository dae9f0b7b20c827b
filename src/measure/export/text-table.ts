import { cellText, scoreText } from './cell-text.js';
import type { ReportGroupTable, ReportRow, ReportTable } from './report-table.js';
import { both, exportText, groupTitle } from './text.js';

const nameWidth = 28;

/** The report for a terminal: its facts, then a table for each group and its strata, the total last. */
export function reportText(table: ReportTable): string {
  const facts = table.facts.map(([label, value]) => `  ${both(label).padEnd(36)}  ${value}`);
  return [
    both(table.title),
    ...(table.subtitle === undefined ? [] : [table.subtitle]),
    ...facts,
    '',
    ...table.groups.flatMap(groupLines),
  ].join('\n');
}

function groupLines(group: ReportGroupTable): string[] {
  const populations = group.populations.map(({ code }) => code);
  const total = line([group.total.code, exportText.total.id, ...numbers(group.total, populations)]);
  const tables = group.strata.flatMap(({ title, rows }) => [
    `  ${title}`,
    ...rows.map((row) => line([row.code, row.name, ...numbers(row, populations)])),
  ]);
  return [
    groupTitle(group),
    ...(group.denominator === undefined ? [] : [`  ${both(exportText.denominator)}: ${group.denominator}`]),
    ...(group.target === undefined ? [] : [`  ${both(exportText.target)}: ${group.target}`]),
    line([
      exportText.code.id,
      exportText.name.id,
      ...populations.map(shortName),
      ...(group.total.score === undefined ? [] : [exportText.score.id]),
    ]),
    ...tables,
    total,
    ...group.warnings.map((warning) => `  ! ${both(warning)}`),
    '',
  ];
}

function numbers(row: ReportRow, populations: readonly string[]): string[] {
  return [...populations.map((code) => cellText(row.counts.get(code))), ...(row.score === undefined ? [] : [scoreText(row.score)])];
}

function shortName(code: string): string {
  return exportText.populations[code]?.id ?? code;
}

function line([code = '', name = '', ...cells]: readonly string[]): string {
  const padded = cells.map((cell) => cell.slice(0, 20).padStart(Math.max(14, Math.min(cell.length, 20))));
  return `  ${code.padEnd(10)}  ${name.slice(0, nameWidth).padEnd(nameWidth)}${padded.map((cell) => `  ${cell}`).join('')}`;
}
