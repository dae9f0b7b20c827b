import { nearestNames } from '../fhir/nearest.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { Subset } from './subset.js';
import { restText } from './text.js';

/** A name that a client sent, shown only where it can be a parameter's name: it may be anything, a person's data too. */
export function printable(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_:.-]{0,63}$/.test(name) ? name : '(?)';
}

/** Refuses parameters that the address doesn't know, with the nearest that it does. */
export function refuseUnknownParameters(parameters: URLSearchParams, known: readonly string[]): void {
  const unknown = [...new Set(parameters.keys())].filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new OperationOutcomeError(
    400,
    unknown.map((name) => {
      const [guess] = nearestNames(name, known);
      const text = restText.unknownParameter(printable(name), guess ?? known.join(', '));
      return issue('not-supported', 'http-parameter', text, { expression: `http.${printable(name)}` });
    }),
  );
}

const summaries = ['true', 'text', 'data', 'count', 'false'] as const;

/** `_summary` and `_elements` of a read. */
export function subsetAsked(query: string): Subset {
  if (query === '') return {};
  const parameters = new URLSearchParams(query);
  refuseUnknownParameters(parameters, ['_summary', '_elements', '_format', '_pretty']);
  const summary = parameters.get('_summary');
  const elements = parameters.get('_elements');
  const known = summaries.find((one) => one === summary);
  if (summary !== null && (known === undefined || known === 'count')) {
    const expected = { id: 'true, text, data atau false', en: 'true, text, data or false' };
    throw new OperationOutcomeError(400, [issue('value', 'http-summary', restText.badParameter('_summary', expected))]);
  }
  return { ...(known === undefined ? {} : { summary: known }), ...(elements === null ? {} : { elements: elements.split(',') }) };
}
