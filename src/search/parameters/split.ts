/** Splits at each `separator` that no backslash precedes; the parts keep their escapes. Source: R4 search §3.1.1.4.5. */
export function splitUnescaped(text: string, separator: ',' | '$' | '|'): readonly string[] {
  if (!text.includes('\\')) return text.split(separator);
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\' && at + 1 < text.length) {
      part += character + (text[at + 1] ?? '');
      at++;
    } else if (character === separator) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  parts.push(part);
  return parts;
}

export function unescapeValue(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\\,$|])/g, '$1') : text;
}
