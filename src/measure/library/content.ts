import { isElmWithin } from '../../cql/depth.js';
import type { ElmLibrary } from '../../cql/elm.js';
import { isElmLibrary } from '../../cql/elm-shape.js';
import { type Issue, issue, type Result } from '../../fhir/outcome.js';
import { asObject, type FhirResource, isObject } from '../../fhir/resource.js';
import { libraryText } from './text.js';

/**
 * What a Library resource carries to be evaluated. CQL is the source where there is any: ELM beside it is only a copy, made by who knows which translator, and stands
 * in where the CQL doesn't translate here. ELM without CQL is taken as it is. Source: Using CQL with FHIR, CQL Library and ELM JSON Library profiles.
 */
export type LibraryContent =
  | { readonly kind: 'none' }
  | { readonly kind: 'cql'; readonly cql: string; readonly expression: string; readonly elm?: ElmLibrary }
  | { readonly kind: 'elm'; readonly library: ElmLibrary; readonly expression: string }
  | { readonly kind: 'unreadable'; readonly issues: readonly Issue[] };

interface Attachment {
  readonly type: string;
  readonly bytes: Buffer;
  readonly expression: string;
}

/** Reads the contents of a Library; each issue's expression starts with `Library.content[n]`. */
export function libraryContent(resource: FhirResource): LibraryContent {
  const { content } = asObject(resource);
  const attachments = (Array.isArray(content) ? content : []).flatMap(attachmentOf);
  const ofType = (type: string) => attachments.find((attachment) => attachment.type === type);
  const cql = ofType('text/cql');
  const json = ofType('application/elm+json');
  const xml = ofType('application/elm+xml');
  const elm = json && elmOf(json);
  if (cql) {
    const text = textOf(cql);
    if (!text.ok) return { kind: 'unreadable', issues: text.issues };
    return { kind: 'cql', cql: text.value, expression: `${cql.expression}.data`, ...(elm?.ok === true ? { elm: elm.value } : {}) };
  }
  if (elm && json) {
    return elm.ok ? { kind: 'elm', library: elm.value, expression: `${json.expression}.data` } : { kind: 'unreadable', issues: elm.issues };
  }
  if (!xml) return { kind: 'none' };
  return {
    kind: 'unreadable',
    issues: [issue('not-supported', 'library-elm-xml', libraryText.elmXml, { expression: `${xml.expression}.contentType` })],
  };
}

function attachmentOf(attachment: unknown, index: number): readonly Attachment[] {
  if (!isObject(attachment) || typeof attachment.data !== 'string') return [];
  const [type = ''] = String(attachment.contentType ?? '').split(';');
  return [{ type: type.trim().toLowerCase(), bytes: Buffer.from(attachment.data, 'base64'), expression: `Library.content[${index}]` }];
}

function textOf({ bytes, expression }: Attachment): Result<string> {
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, issues: [issue('value', 'library-encoding', libraryText.encoding, { expression: `${expression}.data` })] };
  }
}

function elmOf(attachment: Attachment): Result<ElmLibrary> {
  const text = textOf(attachment);
  if (!text.ok) return text;
  const expression = `${attachment.expression}.data`;
  const refused = (found: Issue): Result<ElmLibrary> => ({ ok: false, issues: [found] });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.value);
  } catch {
    return refused(issue('structure', 'library-elm', libraryText.elmShape, { expression }));
  }
  const library = isObject(parsed) ? parsed.library : undefined;
  if (!isElmLibrary(library)) return refused(issue('structure', 'library-elm', libraryText.elmShape, { expression }));
  if (!isElmWithin(library)) return refused(issue('too-costly', 'cql-depth', libraryText.elmDepth, { expression }));
  return { ok: true, value: library };
}
