/** Where `text` stops being JSON, and what would have gone on. Only for text that JSON.parse has refused. Source: RFC 8259 §2-7. */
export function locateSyntaxError(text: string): { offset: number; expected: string } {
  const closers: string[] = [];
  let state: 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'after' = 'value';
  let at = 0;
  for (;;) {
    while (at < text.length && ' \t\n\r'.includes(text[at] ?? 'x')) at++;
    const character = text[at];
    const closer = closers.at(-1);
    const expected = {
      value: 'a value',
      'value-or-end': 'a value or ]',
      name: 'a name in double quotes',
      'name-or-end': 'a name in double quotes or }',
      colon: ':',
      after: closer === undefined ? 'the end of the text' : `, or ${closer}`,
    }[state];
    if (character === undefined) return { offset: at, expected };
    if ((state === 'after' || state === 'value-or-end' || state === 'name-or-end') && closer !== undefined && character === closer) {
      closers.pop();
      state = 'after';
      at++;
    } else if (state === 'after') {
      if (closer === undefined || character !== ',') return { offset: at, expected };
      state = closer === '}' ? 'name' : 'value';
      at++;
    } else if (state === 'colon') {
      if (character !== ':') return { offset: at, expected };
      state = 'value';
      at++;
    } else if (state === 'name' || state === 'name-or-end') {
      if (character !== '"') return { offset: at, expected };
      const end = endOfString(text, at);
      if (!end.ok) return end;
      at = end.offset;
      state = 'colon';
    } else if (character === '{' || character === '[') {
      closers.push(character === '{' ? '}' : ']');
      state = character === '{' ? 'name-or-end' : 'value-or-end';
      at++;
    } else if (character === '"') {
      const end = endOfString(text, at);
      if (!end.ok) return end;
      at = end.offset;
      state = 'after';
    } else {
      literal.lastIndex = at;
      const match = literal.exec(text);
      if (!match) return { offset: at, expected };
      at += match[0].length;
      state = 'after';
    }
  }
}

const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function endOfString(text: string, quote: number): { ok: true; offset: number } | { ok: false; offset: number; expected: string } {
  for (let at = quote + 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"') return { ok: true, offset: at + 1 };
    if (character < ' ') return { ok: false, offset: at, expected: 'an escape such as \\n instead of a control character' };
    if (character === '\\') {
      if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at + 1, at + 6)))
        return { ok: false, offset: at, expected: 'one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX' };
      at++;
    }
  }
  return { ok: false, offset: text.length, expected: 'a closing double quote' };
}
