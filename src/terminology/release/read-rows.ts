import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

/** Rows of a CSV file (RFC 4180; comma, semicolon or tab, whichever the header has most of), one at a time. `onBytes` hears of the bytes read. */
export async function* readCsv(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Row> {
  const delimiter = await delimiterOf(path);
  const stream = createReadStream(path, { highWaterMark: 1 << 18 });
  stream.on('data', (chunk) => onBytes(chunk.length));
  const parser = stream.pipe(parse({ columns: true, delimiter, bom: true, relax_column_count: true, skip_empty_lines: true, trim: true }));
  stream.on('error', (error) => parser.destroy(error));
  for await (const row of parser) yield row as Row;
}

/** Rows of a tab-separated file without quoting, as SNOMED's RF2 is. */
export async function* readTsv(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Row> {
  const stream = createReadStream(path, { highWaterMark: 1 << 18 });
  stream.on('data', (chunk) => onBytes(chunk.length));
  let columns: readonly string[] | undefined;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    const cells = line.split('\t');
    if (!columns) {
      columns = cells.map((cell) => cell.replace(/^\uFEFF/, ''));
      continue;
    }
    if (line !== '') yield Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
  }
}

/** The first line of a text file, at most 64 kB of it. */
export async function firstLine(path: string): Promise<string> {
  let text = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', end: 65_535 })) {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0)
      return text
        .slice(0, end)
        .replace(/^\uFEFF/, '')
        .trim();
  }
  return text.replace(/^\uFEFF/, '').trim();
}

async function delimiterOf(path: string): Promise<string> {
  const header = await firstLine(path);
  const count = (mark: string): number => header.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}
