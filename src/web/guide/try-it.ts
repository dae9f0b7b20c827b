import { html } from 'ghtml';
import { both } from '../layout.js';
import { guideText } from './text.js';

/** The commands of a shell, one a line. */
export type Commands = readonly string[];

/** The same requests for the shells that a vendor has. In both, what stands between single quotes is taken as it is. */
export function tryIt(linux: Commands, windows: Commands): string {
  return html`<h3>!${both(guideText.linux)}</h3><pre>${linux.join('\n')}</pre><h3>!${both(guideText.windows)}</h3><pre>${windows.join('\n')}</pre>`;
}

/** Fetches an example, has it checked against its profile, and sends it. `file` is the example's address on this server. */
export function sendExample(origin: string, file: string, type: string, profile: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const check = `${origin}/fhir/${type}/$validate?profile=${profile}`;
  const commands = (curl: string): Commands => [
    `${curl} -O '${origin}${file}'`,
    `${curl} -X POST '${check}' -H 'Content-Type: application/fhir+json' --data-binary '@${name}'`,
    `${curl} -X POST '${origin}/fhir/${type}' -H 'Content-Type: application/fhir+json' --data-binary '@${name}'`,
  ];
  return tryIt(commands('curl'), commands('curl.exe'));
}

/** What the server makes of an answered questionnaire, kept in `jawaban.json`. */
export function extractOnce(origin: string): string {
  const command = (curl: string): string =>
    `${curl} -X POST '${origin}/fhir/QuestionnaireResponse/$extract' -H 'Content-Type: application/fhir+json' --data-binary '@jawaban.json'`;
  return tryIt([command('curl')], [command('curl.exe')]);
}

/** A report of a measure over an area. */
export function evaluateOnce(origin: string, measure: string): string {
  const url = `${origin}/fhir/Measure/${measure}/$evaluate-measure?periodStart=2026-01-01&periodEnd=2026-12-31&subject=6202`;
  return tryIt([`curl '${url}'`], [`curl.exe '${url}'`]);
}
