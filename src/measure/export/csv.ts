import { csvLine, plainText } from '../../facts/csv-line.js';
import { populationCodes } from './cell-text.js';
import type { Cell, ReportTable } from './report-table.js';

/**
 * The report as CSV (RFC 4180, UTF-8, CRLF): a row for each group and stratum, then one for the group's total. Populations are counted as in the MeasureReport; a number
 * that isn't told is an empty cell whose reason stands in `absent`, so that zero is never mistaken for missing.
 */
export function reportCsv(table: ReportTable): string {
  const populations = populationCodes(table.groups);
  const head = [
    ...['measure', 'group', 'stratifier', 'code', 'name', 'period_start', 'period_end'],
    ...populations.map((code) => code.replaceAll('-', '_')),
    ...['score', 'unit', 'absent', 'target', 'denominator_basis', 'watermark', 'engine'],
  ];
  const rows = table.groups.flatMap((group) => {
    const sections = [...group.strata, { title: '', rows: [group.total] }];
    return sections.flatMap(({ title, rows: all }) =>
      all.map((row) => [
        table.measure,
        group.code,
        title,
        row.code,
        row.name,
        table.period.start,
        table.period.end,
        ...populations.map((code) => numberOf(row.counts.get(code))),
        numberOf(row.score),
        row.score !== undefined && 'unit' in row.score ? row.score.unit : '',
        [...new Set([...row.counts.values(), row.score].flatMap((cell) => (cell && 'absent' in cell ? [cell.absent] : [])))].join(' '),
        group.target ?? '',
        group.denominator ?? '',
        table.watermark,
        table.engine,
      ]),
    );
  });
  return [head, ...rows].map((cells) => csvLine(cells.map((cell) => (typeof cell === 'number' ? cell : plainText(cell ?? ''))))).join('');
}

function numberOf(cell: Cell): string | number {
  return cell !== undefined && 'value' in cell ? cell.value : '';
}
