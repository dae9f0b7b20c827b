import type { Registry } from '../../definitions/registry.js';
import { reportCsv } from './csv.js';
import { adx, dataValueSet } from './dhis2.js';
import { reportPdf } from './pdf.js';
import type { ReportTable } from './report-table.js';
import { reportXlsx } from './xlsx.js';

/** A form in which a report can be taken away. */
export interface ReportFormat {
  readonly mediaType: string;
  /** Of the file, without a dot. */
  readonly extension: string;
  write(table: ReportTable, registry: Pick<Registry, 'canonical'>): string | Promise<Buffer>;
}

/** Every form by its short name. The same report gives the same bytes. */
export const reportFormats = {
  csv: { mediaType: 'text/csv; charset=utf-8', extension: 'csv', write: reportCsv },
  xlsx: { mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', extension: 'xlsx', write: reportXlsx },
  pdf: { mediaType: 'application/pdf', extension: 'pdf', write: reportPdf },
  adx: { mediaType: 'application/adx+xml; charset=utf-8', extension: 'xml', write: adx },
  datavaluesets: { mediaType: 'application/json; charset=utf-8', extension: 'json', write: dataValueSet },
} as const satisfies Readonly<Record<string, ReportFormat>>;

export type ReportFormatName = keyof typeof reportFormats;

/** Name of the file that holds a report: `ANC-K6_620206_2026-10-01_2026-10-31.pdf`. */
export function reportFileName({ name, area, period }: ReportTable, format: ReportFormatName): string {
  const parts = [name, area, period.start, period.end].filter((part) => part !== undefined);
  return `${parts.join('_').replace(/[^A-Za-z0-9._-]/g, '-')}.${reportFormats[format].extension}`;
}
