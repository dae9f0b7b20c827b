import { setImmediate as turn } from 'node:timers/promises';
import PdfDocument from 'pdfkit';
import type { Text } from '../../fhir/outcome.js';
import { cellText, populationCodes, scoreText } from './cell-text.js';
import type { ReportGroupTable, ReportRow, ReportTable } from './report-table.js';
import { both, exportText, groupTitle } from './text.js';

type Document = InstanceType<typeof PdfDocument>;

// A4 on its side, in points.
const page = { width: 841.89, height: 595.28, margin: 36, footer: 22 } as const;
const inner = page.width - 2 * page.margin;
const bottom = page.height - page.margin - page.footer;
const rowHeight = 12;
const fontSize = { title: 15, heading: 11, body: 9, table: 8, footer: 7 } as const;

/** One line or paragraph, laid out: pages are counted before the first is drawn. */
interface Block {
  readonly height: number;
  /** Starts a page of its own where what follows wouldn't fit beside it. */
  readonly keepWith?: number;
  /** The head of the table that the block is a row of: drawn again at the top of each page. */
  readonly head?: Block;
  draw(y: number): void;
}

/**
 * The report as a PDF: title, definition in words, denominator, period, area, watermark and hashes, then a table for each group and its strata whose head is repeated on
 * each page; at the foot of each the measure, the watermark and the page number. Dated by its watermark, so that the same report gives the same bytes.
 */
export async function reportPdf(table: ReportTable): Promise<Buffer> {
  const created = new Date(table.watermark);
  const document = new PdfDocument({
    size: 'A4',
    layout: 'landscape',
    margin: page.margin,
    autoFirstPage: false,
    lang: 'id',
    displayTitle: true,
    info: { Title: printable(both(table.title)), Producer: 'Lontar', Creator: 'Lontar', CreationDate: created, ModDate: created },
  });
  const parts: Buffer[] = [];
  document.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });
  const pages = paginate([...opening(document, table), ...table.groups.flatMap((group) => groupBlocks(document, group))]);
  for (const [index, blocks] of pages.entries()) {
    document.addPage();
    let y: number = page.margin;
    for (const block of blocks) {
      block.draw(y);
      y += block.height;
    }
    footer(document, table, index + 1, pages.length);
    // Thousands of pages must not keep other requests waiting.
    await turn();
  }
  document.end();
  await ended;
  return Buffer.concat(parts);
}

/** Blocks page by page; a table that goes on has its head first. */
function paginate(blocks: readonly Block[]): ReadonlyArray<readonly Block[]> {
  const pages: Block[][] = [];
  let current: Block[] = [];
  let y: number = page.margin;
  for (const block of blocks) {
    if (y + block.height + (block.keepWith ?? 0) > bottom && current.length > 0) {
      pages.push(current);
      current = block.head ? [block.head] : [];
      y = page.margin + (block.head?.height ?? 0);
    }
    current.push(block);
    y += block.height;
  }
  pages.push(current);
  return pages;
}

function opening(document: Document, table: ReportTable): Block[] {
  const { facts, definition } = table;
  return [
    paragraph(document, both(table.title), fontSize.title, { bold: true }),
    ...(table.subtitle === undefined ? [] : [paragraph(document, table.subtitle, fontSize.heading)]),
    ...facts.map(([label, value]) => labelled(document, label, value)),
    paragraph(document, both(exportText.definition), fontSize.heading, { bold: true, above: 8, keepWith: rowHeight * 2 }),
    ...definition.map((sentence) => paragraph(document, sentence, fontSize.body, { above: 2 })),
  ];
}

function groupBlocks(document: Document, group: ReportGroupTable): Block[] {
  const populations = populationCodes([group]);
  const columns = tableColumns(populations, group.total.score !== undefined);
  return [
    paragraph(document, groupTitle(group), fontSize.heading, { bold: true, above: 12, keepWith: rowHeight * 6 }),
    ...(group.description === undefined ? [] : [paragraph(document, group.description, fontSize.body)]),
    ...(group.denominator === undefined ? [] : [labelled(document, exportText.denominator, group.denominator)]),
    ...(group.target === undefined ? [] : [labelled(document, exportText.target, group.target)]),
    ...group.populations.flatMap(({ code, description }) =>
      description === undefined ? [] : [labelled(document, exportText.populations[code] ?? { id: code, en: code }, description)],
    ),
    ...group.warnings.map((warning) => labelled(document, exportText.warning, both(warning))),
    ...tables(document, columns, group),
  ];
}

/** A table for each stratifier, the group's total below the first of them. */
function tables(document: Document, columns: readonly Column[], { strata, total }: ReportGroupTable): readonly Block[] {
  const [first = { title: '', rows: [] }, ...more] = strata;
  return [
    ...tableBlocks(document, columns, first.title, [...first.rows, total], total),
    ...more.flatMap(({ title, rows }) => tableBlocks(document, columns, title, rows, total)),
  ];
}

interface Column {
  readonly x: number;
  readonly width: number;
  readonly label: Text;
  readonly isNumber: boolean;
  of(row: ReportRow): string;
}

function tableColumns(populations: readonly string[], isScored: boolean): readonly Column[] {
  const numbers: ReadonlyArray<Pick<Column, 'label' | 'of'>> = [
    ...populations.map((code) => ({
      label: exportText.populations[code] ?? { id: code, en: code },
      of: (row: ReportRow) => cellText(row.counts.get(code)),
    })),
    ...(isScored ? [{ label: exportText.score, of: (row: ReportRow) => scoreText(row.score) }] : []),
  ];
  const width = Math.min(88, (inner - 200) / Math.max(1, numbers.length));
  const codeWidth = 76;
  const nameWidth = inner - codeWidth - width * numbers.length;
  return [
    { x: 0, width: codeWidth, label: exportText.code, isNumber: false, of: ({ code }) => code },
    { x: codeWidth, width: nameWidth, label: exportText.name, isNumber: false, of: ({ name }) => name },
    ...numbers.map((column, index) => ({ ...column, x: codeWidth + nameWidth + width * index, width, isNumber: true })),
  ];
}

function tableBlocks(document: Document, columns: readonly Column[], title: string, rows: readonly ReportRow[], total: ReportRow): Block[] {
  const head = tableHead(document, columns, title);
  const body = rows.map((row): Block => {
    return {
      height: rowHeight,
      head,
      draw(y) {
        document
          .font(row === total ? bold : plain)
          .fontSize(fontSize.table)
          .fillColor('black');
        columns.forEach((column) => {
          drawCell(document, column, column.of(row), y + 2);
        });
        document
          .moveTo(page.margin, y + rowHeight)
          .lineTo(page.margin + inner, y + rowHeight)
          .lineWidth(0.25)
          .strokeColor('#bbbbbb')
          .stroke();
      },
    };
  });
  return [{ ...head, keepWith: rowHeight * 2 }, ...body];
}

function tableHead(document: Document, columns: readonly Column[], title: string): Block {
  const height = 26 + (title === '' ? 0 : rowHeight);
  return {
    height,
    draw(y) {
      const top = title === '' ? y + 2 : y + rowHeight;
      if (title !== '') {
        document.font(bold).fontSize(fontSize.table).fillColor('black');
        document.text(printable(title), page.margin, y + 2, { lineBreak: false });
      }
      document.rect(page.margin, top, inner, height - (top - y)).fill('#dde6f0');
      document.fillColor('black');
      for (const { label, x, width, isNumber } of columns) {
        const box = { width: width - 6, align: isNumber ? 'right' : 'left', height: 9, ellipsis: true } as const;
        const left = page.margin + x + 3;
        document
          .font(bold)
          .fontSize(7)
          .text(printable(label.id), left, top + 4, box);
        const english = label.en === label.id ? '' : printable(label.en);
        document
          .font(plain)
          .fontSize(6)
          .fillColor('#333333')
          .text(english, left, top + 14, box);
        document.fillColor('black');
      }
    },
  };
}

/** One line; what is too long for it ends in an ellipsis. */
function drawCell(document: Document, { x, width, isNumber }: Column, text: string, y: number): void {
  const shown = shorten(document, printable(text), width - 6);
  const left = isNumber ? page.margin + x + width - 3 - document.widthOfString(shown) : page.margin + x + 3;
  document.text(shown, left, y, { lineBreak: false });
}

function shorten(document: Document, text: string, width: number): string {
  if (document.widthOfString(text) <= width) return text;
  let shown = text;
  while (shown.length > 0 && document.widthOfString(`${shown}…`) > width) shown = shown.slice(0, -1);
  return `${shown}…`;
}

function paragraph(
  document: Document,
  text: string,
  size: number,
  options: { readonly bold?: boolean; readonly above?: number; readonly keepWith?: number } = {},
): Block {
  const font = options.bold === true ? bold : plain;
  const shown = printable(text);
  const above = options.above ?? 0;
  const height = document.font(font).fontSize(size).heightOfString(shown, { width: inner }) + above + 2;
  return {
    height,
    ...(options.keepWith === undefined ? {} : { keepWith: options.keepWith }),
    draw: (y) =>
      void document
        .font(font)
        .fontSize(size)
        .fillColor('black')
        .text(shown, page.margin, y + above, { width: inner }),
  };
}

const labelWidth = 190;

function labelled(document: Document, label: Text, text: string): Block {
  const shown = printable(text);
  const width = inner - labelWidth;
  const name = printable(both(label));
  const nameHeight = document
    .font(bold)
    .fontSize(fontSize.body)
    .heightOfString(name, { width: labelWidth - 8 });
  const height = Math.max(nameHeight, document.font(plain).fontSize(fontSize.body).heightOfString(shown, { width })) + 2;
  return {
    height,
    draw(y) {
      document
        .font(bold)
        .fontSize(fontSize.body)
        .fillColor('black')
        .text(name, page.margin, y, { width: labelWidth - 8 });
      document.font(plain).text(shown, page.margin + labelWidth, y, { width });
    },
  };
}

function footer(document: Document, { measure, watermark }: ReportTable, number: number, pages: number): void {
  const y = page.height - page.margin - 6;
  document.font(plain).fontSize(fontSize.footer).fillColor('#444444');
  document.text(`${printable(measure)} · ${watermark}`, page.margin, y, { lineBreak: false });
  const shown = exportText.page(number, pages);
  document.text(shown, page.margin + inner - document.widthOfString(shown), y, { lineBreak: false });
  document.fillColor('black');
}

// The fonts that every reader has: nothing to embed. They know the letters of Western Europe, which Indonesian needs no more than.
const plain = 'Helvetica';
const bold = 'Helvetica-Bold';

const written: Readonly<Record<string, string>> = {
  '≥': '>=',
  '≤': '<=',
  '⊆': 'di dalam',
  '→': '->',
  '−': '-',
  '×': '×',
  '\n': ' ',
  '\t': ' ',
};

/** The text with what those fonts lack written otherwise; what can't be written is a question mark. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\xff–—‘’“”•…€]/gu, (character) => written[character] ?? '?');
}
