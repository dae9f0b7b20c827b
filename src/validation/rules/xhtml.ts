export type XhtmlFault =
  | { readonly kind: 'syntax' | 'element' | 'entity'; readonly detail: string }
  | { readonly kind: 'root' }
  | { readonly kind: 'attribute'; readonly detail: string; readonly element: string };

export interface XhtmlFindings {
  readonly faults: readonly XhtmlFault[];
  /** Values of id, and of name on anchors. */
  readonly ids: ReadonlySet<string>;
  /** Local targets of links and images, without `#`. */
  readonly fragments: readonly string[];
  /** Languages of the sections right below the root. */
  readonly languages: readonly string[];
  readonly hasContent: boolean;
}

/** Reads the XHTML of a narrative once, in time proportional to its length. No entity is expanded and no DTD obeyed. */
export function scanXhtml(source: string): XhtmlFindings {
  const faults: XhtmlFault[] = [];
  const ids = new Set<string>();
  const fragments: string[] = [];
  const languages: string[] = [];
  const open: string[] = [];
  const mayHaveEntities = source.includes('&');
  let hasContent = false;
  let rootSeen = false;
  let at = 0;
  while (at < source.length) {
    const next = source.indexOf('<', at);
    const end = next < 0 ? source.length : next;
    if (end > at) readText(at, end);
    if (next < 0) break;
    const unit = source.charCodeAt(next + 1);
    if (unit === 47) {
      const close = source.indexOf('>', next);
      const name = close < 0 ? undefined : source.slice(next + 2, close).trimEnd();
      if (name === undefined || open.pop() !== name) return stop(source.slice(next, next + 30));
      at = close + 1;
    } else if (unit === 33 || unit === 63) {
      const end = afterAside(next);
      if (end === undefined) return stop(source.slice(next, next + 30));
      at = end;
    } else {
      startTag.lastIndex = next;
      const match = startTag.exec(source);
      if (!match) return stop(source.slice(next, next + 30));
      at = startTag.lastIndex;
      const [, name = '', attributes = '', empty] = match;
      if (open.length === 0) {
        if (rootSeen) return stop(`<${name}>`);
        rootSeen = true;
        if (name !== 'div' || !/\sxmlns\s*=\s*["']http:\/\/www\.w3\.org\/1999\/xhtml["']/.test(attributes)) faults.push({ kind: 'root' });
      }
      readElement(name, attributes);
      if (empty === '') open.push(name);
    }
  }
  if (open.length > 0) faults.push({ kind: 'syntax', detail: `<${open.at(-1)}>` });
  else if (!rootSeen) faults.push({ kind: 'root' });
  return { faults, ids, fragments, languages, hasContent };

  function stop(detail: string): XhtmlFindings {
    faults.push({ kind: 'syntax', detail });
    return { faults, ids, fragments, languages, hasContent };
  }

  /** Where a comment or CDATA section ends; undefined for one that doesn't, and for instructions and declarations, which have no place here. */
  function afterAside(from: number): number | undefined {
    const [begin, finish] = source.startsWith('<!--', from)
      ? ['<!--', '-->']
      : source.startsWith('<![CDATA[', from)
        ? ['<![CDATA[', ']]>']
        : [];
    if (begin === undefined || finish === undefined) return undefined;
    const end = source.indexOf(finish, from + begin.length);
    if (end < 0) return undefined;
    if (begin !== '<!--') hasContent = true;
    return end + finish.length;
  }

  function readText(from: number, to: number): void {
    if (open.length === 0) {
      if (!isBlank(from, to)) faults.push({ kind: 'root' });
      return;
    }
    if (!hasContent && !isBlank(from, to)) hasContent = true;
    if (mayHaveEntities) readEntities(source.slice(from, to));
  }

  function isBlank(from: number, to: number): boolean {
    for (let index = from; index < to; index++) if (source.charCodeAt(index) > 32) return false;
    return true;
  }

  function readEntities(text: string): void {
    if (!text.includes('&')) return;
    for (const [entity, name] of text.matchAll(/&([^;&\s<]{0,40});?/g)) {
      if (!entity.endsWith(';') || name === undefined || !isKnownEntity(name)) faults.push({ kind: 'entity', detail: entity });
    }
  }

  function readElement(name: string, attributes: string): void {
    if (!elements.has(name)) faults.push({ kind: 'element', detail: name });
    if (name === 'img') hasContent = true;
    if (attributes === '' || attributes === ' xmlns="http://www.w3.org/1999/xhtml"') return;
    let language: string | undefined;
    for (let match = attributePart.exec(attributes); match !== null; match = attributePart.exec(attributes)) {
      const [, attribute = '', double, single] = match;
      const value = double ?? single ?? '';
      if (mayHaveEntities) readEntities(value);
      if (!generalAttributes.has(attribute) && !elementAttributes[name]?.has(attribute))
        faults.push({ kind: 'attribute', detail: attribute, element: name });
      if (attribute === 'id' || (attribute === 'name' && name === 'a')) ids.add(value);
      if ((attribute === 'href' || attribute === 'src') && value.startsWith('#')) fragments.push(value.slice(1));
      if (attribute === 'lang' || attribute === 'xml:lang') language = value;
    }
    if (language !== undefined && open.length === 1) languages.push(language);
  }
}

// a start tag with its attributes; what follows a name is bounded by quotes, so nothing is read twice
const startTag = /<([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attributePart = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function isKnownEntity(name: string): boolean {
  return (
    /^#(?:\d{1,7}|x[0-9a-fA-F]{1,6})$/.test(name) || name === 'amp' || name === 'lt' || name === 'gt' || name === 'quot' || name === 'apos'
  );
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

// R4 narrative §2.4.0.1: chapters 7 to 11 and 15 of HTML 4.0, links and images
const elements = words(
  'p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo kbd sub sup ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code samp img map area u s strike',
);
const generalAttributes = words(
  'title style class id lang xml:lang xml:space dir accesskey tabindex span width align valign char charoff abbr axis headers scope rowspan colspan',
);
const elementAttributes: Readonly<Record<string, ReadonlySet<string>>> = Object.assign(Object.create(null), {
  a: words('href name charset type hreflang rel rev shape coords target'),
  img: words('src border alt longdesc height usemap ismap'),
  div: words('xmlns'),
  blockquote: words('cite'),
  q: words('cite'),
  map: words('name'),
  area: words('shape coords href nohref alt'),
  table: words('summary border frame rules cellspacing cellpadding bgcolor'),
  tr: words('bgcolor'),
  td: words('nowrap height bgcolor'),
  th: words('nowrap height bgcolor'),
  ol: words('start type'),
  ul: words('type'),
  li: words('value type'),
  pre: words('space'),
  br: words('clear'),
  hr: words('size noshade'),
});
