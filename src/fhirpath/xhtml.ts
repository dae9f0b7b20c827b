/** A fault in a narrative: what is wrong, and at which offset of its text. */
export interface HtmlFault {
  readonly kind: 'syntax' | 'root' | 'namespace' | 'element' | 'attribute' | 'entity' | 'empty';
  readonly detail: string;
  readonly at: number;
}

const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';

// HTML 4.0 chapters 7 to 11 (but 9.4) and 15, as R4 narrative §2.4.1 allows them.
const elements =
  words(`div p br h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo kbd
  sub sup ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code samp img map area u s strike ins del center font`);

const anyAttributes =
  words(`title style class id lang xml:lang dir accesskey tabindex span width align valign char charoff abbr axis headers scope
  rowspan colspan xml:id`);

const attributesOf: Readonly<Record<string, ReadonlySet<string>>> = {
  a: words('href name charset type hreflang rel rev shape coords'),
  img: words('src alt longdesc height usemap ismap border hspace vspace name'),
  map: words('name'),
  area: words('shape coords href nohref alt'),
  blockquote: words('cite'),
  q: words('cite'),
  ins: words('cite datetime'),
  del: words('cite datetime'),
  div: words('xmlns'),
  table: words('summary border frame rules cellspacing cellpadding bgcolor'),
  tr: words('bgcolor'),
  th: words('nowrap bgcolor height'),
  td: words('nowrap bgcolor height'),
  pre: words('xml:space'),
  ol: words('type start compact'),
  ul: words('type compact'),
  li: words('type value'),
  hr: words('noshade size'),
  br: words('clear'),
  font: words('color face size'),
};

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

const tag = /<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attribute = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const entity = /&(?:#\d+|#[xX][\da-fA-F]+|(\w+))?;?/g;
const htmlEntities = words('amp lt gt quot apos nbsp');
const maxFaults = 20;

/**
 * What keeps a text from being the `div` of a narrative: XML that isn't well formed, elements or attributes beyond those allowed, script in a link,
 * nothing to read. Runs in one pass over the text. Source: R4 narrative §2.4.1, txt-1 and txt-2.
 */
export function htmlFaults(text: string): readonly HtmlFault[] {
  const faults: HtmlFault[] = [];
  const open: string[] = [];
  let readable = false;
  let closed = false;
  let at = text.length - text.trimStart().length;
  const report = (kind: HtmlFault['kind'], detail: string, offset: number): void => {
    if (faults.length < maxFaults) faults.push({ kind, detail, at: offset });
  };
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    if (end > at) {
      const between = text.slice(at, end);
      if (open.length === 0 && between.trim() !== '') report('root', 'text outside the div', at);
      else if (between.trim() !== '') readable = true;
      checkEntities(between, at, report);
    }
    if (next < 0) break;
    at = next;
    const commentEnd = text.startsWith('<!--', at) ? text.indexOf('--', at + 4) : -1;
    if (commentEnd >= 0 && text.charAt(commentEnd + 2) === '>') {
      at = commentEnd + 3;
      continue;
    }
    tag.lastIndex = at;
    const match = tag.exec(text);
    if (!match) {
      report('syntax', 'not well-formed XML', at);
      return faults;
    }
    const [whole, slash = '', name = '', attributes = '', selfClosing = ''] = match;
    if (slash === '/') {
      if (open.pop() !== name || attributes.trim() !== '' || selfClosing !== '') {
        report('syntax', `</${name}> closes another element`, at);
        return faults;
      }
      closed = open.length === 0;
    } else {
      if (open.length === 0 && (closed || name !== 'div')) report('root', 'the narrative is one div', at);
      checkTag(name, attributes, open.length === 0, at, report);
      if (name === 'img') readable = true;
      if (selfClosing === '') open.push(name);
      else if (open.length === 0) closed = true;
    }
    at += whole.length;
  }
  if (open.length > 0 || !closed) report('syntax', open.length > 0 ? `<${open.at(-1)}> is not closed` : 'there is no div', text.length);
  else if (!readable) report('empty', 'there is nothing to read in it', 0);
  return faults;
}

type Report = (kind: HtmlFault['kind'], detail: string, at: number) => void;

function checkTag(name: string, attributes: string, root: boolean, at: number, report: Report): void {
  if (!elements.has(name)) report('element', `<${name}>`, at);
  const seen = new Set<string>();
  for (const [, key = '', double, single] of attributes.matchAll(attribute)) {
    const value = double ?? single ?? '';
    if (seen.has(key)) report('syntax', `${key} twice`, at);
    seen.add(key);
    checkEntities(value, at, report);
    if (key === 'xmlns' && value !== xhtmlNamespace) report('namespace', value, at);
    else if (!anyAttributes.has(key) && !(Object.hasOwn(attributesOf, name) && attributesOf[name]?.has(key)))
      report('attribute', `${name}@${key}`, at);
    else if ((key === 'href' || key === 'src') && /^[\s\p{Cc}]*(?:javascript|vbscript):/iu.test(value))
      report('attribute', `${name}@${key}`, at);
  }
  if (root && !seen.has('xmlns')) report('namespace', 'the div has no xmlns', at);
}

function checkEntities(text: string, at: number, report: Report): void {
  for (const match of text.matchAll(entity)) {
    const [whole, name] = match;
    if (!whole.endsWith(';') || whole === '&;') report('syntax', 'an & that starts no entity', at + match.index);
    else if (name !== undefined && !htmlEntities.has(name)) report('entity', whole, at + match.index);
  }
}
