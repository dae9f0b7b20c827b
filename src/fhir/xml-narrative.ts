import { SaxesParser, type SaxesTagNS } from 'saxes';
import { maximumDepth } from './json.js';

export const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';

/** Builds the text of a div from what a parser meets. */
export interface Narrative {
  open(tag: SaxesTagNS): void;
  /** True when the div itself is closed. */
  close(): boolean;
  text(characters: string): void;
  comment(text: string): void;
}

/** Writes the narrative anew with XHTML as its default namespace, whatever prefixes the document used. */
export function createNarrative(done: (html: string) => void): Narrative {
  let html = '';
  let pending = false;
  const names: string[] = [];
  const content = (text: string): void => {
    if (pending) html += '>';
    pending = false;
    html += text;
  };
  return {
    open(tag) {
      content(`<${tag.local}`);
      if (names.length === 0) html += ` xmlns="${xhtmlNamespace}"`;
      for (const { name, uri, value } of Object.values(tag.attributes)) {
        if (uri !== 'http://www.w3.org/2000/xmlns/') html += ` ${name}="${escapeAttribute(value)}"`;
      }
      names.push(tag.local);
      pending = true;
    },
    close() {
      const name = names.pop() ?? '';
      html += pending ? '/>' : `</${name}>`;
      pending = false;
      if (names.length === 0) done(html);
      return names.length === 0;
    },
    text: (characters) => content(escapeText(characters)),
    comment: (text) => content(`<!--${text}-->`),
  };
}

/** The div read and written again, so that what goes into the document is well formed and nothing else; undefined where it isn't. */
export function normalizedNarrative(html: string): string | undefined {
  const parser = new SaxesParser({ xmlns: true });
  let made: string | undefined;
  let depth = 0;
  const narrative = createNarrative((text) => {
    made = text;
  });
  parser.on('error', refuse);
  parser.on('doctype', refuse);
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth > maximumDepth || tag.uri !== xhtmlNamespace || (depth === 1 && tag.local !== 'div')) refuse();
    narrative.open(tag);
  });
  parser.on('closetag', () => {
    depth -= 1;
    narrative.close();
  });
  parser.on('text', (text) => {
    if (depth > 0) narrative.text(text);
  });
  parser.on('cdata', (text) => narrative.text(text));
  parser.on('comment', (text) => {
    if (depth > 0) narrative.comment(text);
  });
  try {
    parser.write(html).close();
  } catch (error) {
    if (error instanceof NoNarrative) return undefined;
    throw error;
  }
  return made;
}

class NoNarrative extends Error {}

function refuse(): never {
  throw new NoNarrative();
}

function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => escapes[character] ?? character);
}

// White space in an attribute would come back as spaces.
export function escapeAttribute(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (character) => escapes[character] ?? character);
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};
