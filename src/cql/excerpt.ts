/** A place in a CQL text: lines and columns from 1, both ends inclusive. */
export interface CqlPlace {
  readonly startLine: number;
  readonly startChar: number;
  readonly endLine: number;
  readonly endChar: number;
}

const widest = 200;

/** The first line of a place with a line of carets beneath, as compilers show it; empty where the text has no such line. */
export function cqlExcerpt(cql: string, { startLine, startChar, endLine, endChar }: CqlPlace): string {
  const line = cql.split(/\r?\n/, startLine)[startLine - 1];
  if (line === undefined || line.length > widest) return '';
  const last = endLine === startLine ? Math.min(endChar, line.length) : line.length;
  const column = Math.max(1, startChar);
  const indent = line.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return `${line}\n${indent}${'^'.repeat(Math.max(1, last - column + 1))}`;
}
