import { issue, type Language, OperationOutcomeError } from '../fhir/outcome.js';
import { restText } from './text.js';

export type Format = 'json' | 'xml';

/** How an answer is to be written. */
export interface Representation {
  readonly format: Format;
  readonly pretty: boolean;
}

/** Content-Type of an answer. */
export const contentType: Readonly<Record<Format, string>> = {
  json: 'application/fhir+json; charset=utf-8',
  xml: 'application/fhir+xml; charset=utf-8',
};

/** Media types and short names for each format. Source: R4 http §3.1.0.1.9-10. */
export const formatNames: Readonly<Record<Format, readonly string[]>> = {
  json: ['application/fhir+json', 'application/json', 'application/json+fhir', 'text/json', 'json'],
  xml: ['application/fhir+xml', 'application/xml', 'application/xml+fhir', 'text/xml', 'xml'],
};

const formatByName: ReadonlyMap<string, Format> = new Map(
  (['json', 'xml'] as const).flatMap((format) => formatNames[format].map((name) => [name, format] as const)),
);
const wildcards: ReadonlySet<string> = new Set(['*/*', 'application/*', 'text/*']);

/** The representation that `_format`, `_pretty` and Accept ask for; 406 where it is none of ours. `_format` outweighs Accept. */
export function negotiate(query: string, accept: string | undefined): Representation {
  const parameters = query.includes('_format') || query.includes('_pretty') ? new URLSearchParams(query) : undefined;
  const pretty = parameters?.get('_pretty') === 'true';
  // A bare "+" in a query means a space: application/fhir+json arrives as "application/fhir json".
  const asked = parameters?.get('_format')?.trim().replaceAll(' ', '+') ?? '';
  const format = asked === '' ? acceptedFormat(accept) : formatOf(asked).format;
  if (format === undefined) throw new OperationOutcomeError(406, [issue('not-supported', 'http-accept', restText.notAcceptable)]);
  return { format, pretty };
}

function acceptedFormat(accept: string | undefined): Format | undefined {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/fhir+json') return 'json';
  let best: { readonly format: Format; readonly quality: number } | undefined;
  for (const range of accept.split(',')) {
    const { format, quality } = formatOf(range);
    if (format !== undefined && quality > (best?.quality ?? 0)) best = { format, quality };
  }
  return best?.format;
}

function formatOf(text: string): { readonly format?: Format; readonly quality: number } {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const format = formatByName.get(name) ?? (wildcards.has(name) ? 'json' : undefined);
  if (format === undefined || !isR4(parameters)) return { quality: 0 };
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return { format, quality: Number.isNaN(quality) ? 0 : quality };
}

/** Whether the parameters of a media type leave it at R4. Source: R4 http §3.1.0.1.11. */
export function isR4(parameters: readonly string[]): boolean {
  const version = parameters.find((parameter) => /^fhirversion\s*=/i.test(parameter))?.split('=')[1];
  return version === undefined || ['4.0', '4.0.1'].includes(version.trim().replaceAll('"', ''));
}

/** Indonesian, unless Accept-Language ranks English higher. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'id';
  let best: { language: Language; quality: number } = { language: 'id', quality: 0 };
  for (const range of acceptLanguage.split(',')) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    const primary = tag.split('-')[0];
    // `in` is the withdrawn code of Indonesian that old Java clients still send.
    const language = primary === 'en' ? 'en' : primary === 'id' || primary === 'in' ? 'id' : undefined;
    if (language !== undefined && quality > best.quality) best = { language, quality };
  }
  return best.language;
}
