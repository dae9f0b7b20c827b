import { csvField, csvLine } from './csv-line.js';
import type { CompiledView, ViewRow } from './view.js';

/** Forms of a view's rows. */
const viewForms = ['json', 'ndjson', 'csv'] as const;

export type ViewForm = (typeof viewForms)[number];

/** Writes rows as they come: what opens the text, each row, and what closes it. */
export interface RowWriter {
  readonly open: string;
  /** `index` counts from 0 over the whole text. */
  row(row: ViewRow, index: number): string;
  readonly close: string;
}

/** A writer for the rows of a view: a JSON array, a JSON object a line, or CSV with the columns in the view's order. In CSV null is empty, and what is no primitive is JSON. */
export function rowWriter(form: ViewForm, { columns }: Pick<CompiledView, 'columns'>, hasHeader: boolean): RowWriter {
  const names = columns.map(({ name }) => name);
  switch (form) {
    case 'json':
      return { open: '[', row: (row, index) => `${index === 0 ? '\n' : ',\n'}${JSON.stringify(row)}`, close: '\n]\n' };
    case 'ndjson':
      return { open: '', row: (row) => `${JSON.stringify(row)}\n`, close: '' };
    case 'csv':
      return {
        open: hasHeader ? csvLine(names) : '',
        row: (row) => `${names.map((name) => csvField(cellText(row[name]))).join(',')}\r\n`,
        close: '',
      };
  }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
