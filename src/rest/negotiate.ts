import { issue, type Language, OperationOutcomeError } from '../fhir/outcome.js';
import { restText } from './text.js';

/** How an answer is to be written. */
export interface Representation {
  readonly pretty: boolean;
}

/** Media types and short names that mean FHIR JSON. Source: R4 http §3.1.0.1.9-10. */
const jsonNames: ReadonlySet<string> = new Set(['json', 'application/json', 'application/fhir+json', 'application/json+fhir', 'text/json']);
const jsonRanges: ReadonlySet<string> = new Set([...jsonNames, '*/*', 'application/*', 'text/*']);

/** The representation that `_format`, `_pretty` and Accept ask for; 406 where it is none of ours. `_format` outweighs Accept. */
export function negotiate(query: string, accept: string | undefined): Representation {
  const parameters = query.includes('_format') || query.includes('_pretty') ? new URLSearchParams(query) : undefined;
  const pretty = parameters?.get('_pretty') === 'true';
  const format = parameters?.get('_format');
  if (format !== null && format !== undefined && format !== '') {
    // A bare "+" in a query means a space: application/fhir+json arrives as "application/fhir json".
    if (!isAcceptableJson(format.replaceAll(' ', '+'), jsonNames)) throw notAcceptable();
  } else if (accept !== undefined && accept !== '*/*' && accept !== 'application/fhir+json') {
    if (!accept.split(',').some((range) => isAcceptableJson(range, jsonRanges))) throw notAcceptable();
  }
  return { pretty };
}

function isAcceptableJson(text: string, names: ReadonlySet<string>): boolean {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  if (!names.has(name)) return false;
  return parameters.every((parameter) => {
    const [key, value = ''] = parameter.split('=').map((part) => part.trim().replaceAll('"', ''));
    if (key === 'fhirversion') return value === '4.0' || value === '4.0.1';
    if (key === 'q') return Number(value) > 0;
    return true;
  });
}

function notAcceptable(): OperationOutcomeError {
  return new OperationOutcomeError(406, [issue('not-supported', 'http-accept', restText.notAcceptable)]);
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
