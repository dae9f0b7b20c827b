/** An `include` of a CQL text: the library's name without qualifiers, and where it stands (line and column from 1). */
export interface CqlInclude {
  readonly name: string;
  readonly version?: string;
  readonly line: number;
  readonly column: number;
}

/** What a CQL text declares before its first context or definition. */
export interface CqlHeader {
  readonly name?: string;
  readonly version?: string;
  readonly includes: readonly CqlInclude[];
}

// Comments, strings and quoted names as wholes, so that nothing within them is taken for a declaration.
const token = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|'(?:[^'\\]|\\[\s\S])*'?|"(?:[^"\\]|\\[\s\S])*"?|`(?:[^`\\]|\\[\s\S])*`?|[A-Za-z_]\w*|\S/g;

/**
 * Reads name, version and includes of a CQL text without translating it: who must be there first is known before the translator is asked.
 * Of a text that isn't CQL it returns what it finds. Source: CQL specification, author's guide, "Library" and "Libraries".
 */
export function cqlHeader(cql: string): CqlHeader {
  const words = headerTokens(cql);
  const includes: CqlInclude[] = [];
  let declared: { readonly name?: string; readonly version?: string } = {};
  words.forEach(({ text, at }, place) => {
    if (text !== 'library' && text !== 'include') return;
    const { name, next } = qualifiedName(words, place + 1);
    if (name === undefined) return;
    const version = words[next]?.text === 'version' ? unquoted(words[next + 1]?.text ?? '') : undefined;
    const named = { name, ...(version === undefined || version === '' ? {} : { version }) };
    if (text === 'library') declared = place === 0 ? named : declared;
    else includes.push({ ...named, ...positionOf(cql, at) });
  });
  return { ...declared, includes };
}

interface Token {
  readonly text: string;
  readonly at: number;
}

function headerTokens(cql: string): readonly Token[] {
  const found: Token[] = [];
  for (const match of cql.matchAll(token)) {
    const [text] = match;
    if (text === 'context' || text === 'define') break;
    if (!text.startsWith('/*') && !text.startsWith('//')) found.push({ text, at: match.index });
  }
  return found;
}

/** `org.example.Common` is called `Common`; `next` is the place after it. */
function qualifiedName(words: readonly Token[], first: number): { readonly name?: string; readonly next: number } {
  let next = first;
  let name: string | undefined;
  for (let word = words[next]; word && /^["`\w]/.test(word.text); word = words[next]) {
    name = unquoted(word.text);
    next += 1;
    if (words[next]?.text !== '.') break;
    next += 1;
  }
  return { ...(name === undefined ? {} : { name }), next };
}

function unquoted(text: string): string {
  return /^['"`]/.test(text) ? text.slice(1, -1) : text;
}

function positionOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}
