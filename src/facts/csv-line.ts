/** A text as a CSV field: quoted where it must be. Source: RFC 4180. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A record of texts and numbers as a line of CSV with its line break. */
export function csvLine(values: ReadonlyArray<string | number>): string {
  return `${values.map((value) => (typeof value === 'number' ? String(value) : csvField(value))).join(',')}\r\n`;
}

/** Keeps a spreadsheet from taking text for a formula: for files that people open. */
export function plainText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
