const combiningMarks = /\p{M}/gu;

/** Text as string searches compare it: without accents and case, runs of white space as one space. Source: R4 search §3.1.1.4.7. */
export function normalizeText(text: string): string {
  const isPlain = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text);
  return isPlain ? text.toLowerCase() : text.normalize('NFKD').replace(combiningMarks, '').toLowerCase().replace(/\s+/g, ' ').trim();
}
