import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import writeExcelFile, { type Feature, type Image, type Row, type Sheet, type Cell as SheetCell } from 'write-excel-file/node';
import { findElement, getOrderOfSiblings, insertElementMarkupAccordingToOrderOfSiblings, replaceElement } from 'write-excel-file/utility';
import { absentMarks, populationCodes } from './cell-text.js';
import type { Cell, ReportTable } from './report-table.js';
import { both, exportText } from './text.js';

type Content = Image['content'];

/** Rows beyond which a thread of its own writes the workbook: the library works without a pause. */
const rowsInThread = 3000;
const headStyle = { fontWeight: 'bold', backgroundColor: '#DDE6F0', wrap: true, alignVertical: 'top' } as const;

/**
 * The report as an Excel workbook with the sheets summary, strata and definition. Numbers are numbers; what isn't told is its mark. On paper the head of the
 * strata is repeated on each page, with page numbers. The same report gives the same bytes.
 */
export async function reportXlsx(table: ReportTable): Promise<Buffer> {
  const rows = table.groups.flatMap(({ strata }) => strata).reduce((sum, { rows: all }) => sum + all.length, 0);
  if (rows <= rowsInThread) return writeWorkbook(table);
  const thread = new Worker(new URL('./xlsx-worker.js', import.meta.url), { workerData: table });
  // Rejects where the thread fails.
  const [bytes] = await once(thread, 'message');
  return Buffer.from(bytes as Uint8Array);
}

/** The workbook, written without a pause. */
export async function writeWorkbook(table: ReportTable): Promise<Buffer> {
  const sheets: Sheet<Content>[] = [
    { data: summary(table), sheet: exportText.summary.id, columns: [{ width: 34 }, { width: 90 }] },
    {
      data: strata(table),
      sheet: exportText.strata.id,
      orientation: 'landscape',
      stickyRowsCount: 1,
      columns: [{ width: 12 }, { width: 20 }, { width: 14 }, { width: 30 }],
    },
    { data: definition(table), sheet: exportText.definition.id, columns: [{ width: 26 }, { width: 30 }, { width: 90 }] },
  ];
  const written = await writeExcelFile(sheets, { fontFamily: 'Arial', fontSize: 10, features: [printing] }).toBuffer();
  return undated(written);
}

const archive = { entries: 10, directory: 16, headLength: 46, nameLength: 28, extraLength: 30, commentLength: 32, local: 42 } as const;
/** The first day that the format knows. */
const firstDay = 0x21;

/** The archive with its entries' times of writing set back, so that only their content makes the bytes. Source: PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16. */
function undated(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  let at = bytes.readUInt32LE(end + archive.directory);
  for (let left = bytes.readUInt16LE(end + archive.entries); left > 0; left -= 1) {
    const local = bytes.readUInt32LE(at + archive.local);
    for (const time of [at + 12, local + 10]) {
      bytes.writeUInt16LE(0, time);
      bytes.writeUInt16LE(firstDay, time + 2);
    }
    const lengths = [archive.nameLength, archive.extraLength, archive.commentLength].map((field) => bytes.readUInt16LE(at + field));
    at += archive.headLength + lengths.reduce((sum, length) => sum + length, 0);
  }
  return bytes;
}

/** What the library leaves to others: the head of the strata on each printed page, and page numbers. */
const printing: Feature<Content> = {
  files: {
    transform: {
      'xl/workbook.xml': {
        transform: (xml) => {
          const titles = `<definedNames><definedName name="_xlnm.Print_Titles" localSheetId="1">'${exportText.strata.id}'!$1:$1</definedName></definedNames>`;
          const names = findElement(xml, 'definedNames');
          if (names) return replaceElement(xml, names, titles);
          return insertElementMarkupAccordingToOrderOfSiblings(
            xml,
            titles,
            getOrderOfSiblings('xl/workbook.xml', 'workbook') ?? [],
            'workbook',
          );
        },
      },
      'xl/worksheets/sheet{id}.xml': {
        transform: (xml) => {
          const footer =
            '<headerFooter><oddFooter>&amp;L&amp;F&amp;RHalaman &amp;P dari &amp;N / Page &amp;P of &amp;N</oddFooter></headerFooter>';
          const order = getOrderOfSiblings('xl/worksheets/sheet{id}.xml', 'worksheet') ?? [];
          return insertElementMarkupAccordingToOrderOfSiblings(xml, footer, order, 'worksheet');
        },
      },
    },
  },
};

function summary(table: ReportTable): Row[] {
  const rows: Row[] = [
    [{ value: both(table.title), fontWeight: 'bold', fontSize: 14 }],
    ...(table.subtitle === undefined ? [] : [[{ value: table.subtitle }]]),
    ...table.facts.map(([label, value]): Row => [head(both(label)), text(value)]),
  ];
  for (const group of table.groups) {
    rows.push([], [head(group.code), { ...text(both(group.title)), fontWeight: 'bold' }]);
    if (group.denominator !== undefined) rows.push([head(both(exportText.denominator)), text(group.denominator)]);
    if (group.target !== undefined) rows.push([head(both(exportText.target)), text(group.target)]);
    for (const { code } of group.populations) {
      rows.push([head(populationLabel(code)), { ...number(group.total.counts.get(code)), align: 'left' }]);
    }
    if (group.total.score !== undefined) {
      const unit = 'unit' in group.total.score && group.total.score.unit !== undefined ? ` (${group.total.score.unit})` : '';
      rows.push([head(`${both(exportText.score)}${unit}`), { ...score(group.total.score), align: 'left' }]);
    }
    for (const warning of group.warnings) rows.push([head(both(exportText.warning)), text(both(warning))]);
  }
  return rows;
}

function strata({ groups }: ReportTable): Row[] {
  const populations = populationCodes(groups);
  const labels = [exportText.group, exportText.stratifier, exportText.code, exportText.name].map(both);
  const rows: Row[] = [[...labels, ...populations.map(populationLabel), both(exportText.score), both(exportText.unit)].map(head)];
  for (const group of groups) {
    for (const { title, rows: all } of [...group.strata, { title: '', rows: [group.total] }]) {
      for (const row of all) {
        rows.push([
          group.code,
          title,
          row.code,
          row.name,
          ...populations.map((code) => number(row.counts.get(code))),
          score(row.score),
          row.score !== undefined && 'unit' in row.score ? (row.score.unit ?? '') : '',
        ]);
      }
    }
  }
  return rows;
}

function definition({ definition: words, groups }: ReportTable): Row[] {
  return [
    [exportText.group, exportText.code, exportText.definition].map((label) => head(both(label))),
    ...words.map((sentence): Row => [null, null, text(sentence)]),
    ...groups.flatMap((group): Row[] => [
      [group.code, both(group.title), text(group.description ?? '')],
      ...group.populations.map(({ code, description }): Row => [null, populationLabel(code), text(description ?? '')]),
    ]),
  ];
}

function populationLabel(code: string): string {
  const label = exportText.populations[code];
  return label === undefined ? code : both(label);
}

function head(value: string) {
  return { value, ...headStyle };
}

function text(value: string) {
  return { value, wrap: true, alignVertical: 'top' as const };
}

function number(cell: Cell): Exclude<SheetCell, string | number | boolean | Date | null | undefined> {
  if (cell === undefined) return {};
  if ('absent' in cell) return { value: absentMarks[cell.absent], align: 'right' };
  return { value: cell.value, type: Number, format: Number.isInteger(cell.value) ? '#,##0' : '#,##0.00##' };
}

function score(cell: Cell): ReturnType<typeof number> {
  return cell !== undefined && 'value' in cell
    ? { value: cell.value, type: Number, format: cell.unit === undefined ? '0.####' : '#,##0.00' }
    : number(cell);
}
