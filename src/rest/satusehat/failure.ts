import type { Issue } from '../../fhir/outcome.js';
import type { Convention, Target } from '../convention.js';
import type { Failure } from '../failure.js';
import { idPattern } from '../update.js';
import type { RuleTexts } from './text.js';

type Values = (found: Issue, target: Target) => readonly string[];

const nothing: Values = () => [];
const typeOf: Values = (found, target) => [found.diagnostics?.split('/')[0] ?? target.type ?? ''];
const typeAndId: Values = (_found, { type = '', id = '' }) => [type, idPattern.test(id) ? id : ''];

const asked: Values = (_found, { type = '' }) => [type];

const named: Values = ({ diagnostics = '' }) => diagnostics.split('/', 2);

/** The platform's number for what the exchange itself finds, by our rule (and what it was about), and what fills its sentence. */
const numbers: Readonly<Record<string, readonly [number: string, values: Values]>> = {
  'identifier-duplicate': ['20002', typeOf],
  'conditional-duplicate': ['20002', typeOf],
  'http-not-found': ['20007', typeAndId],
  'reference-target': ['20007', named],
  'http-unknown-operation $everything': ['20014', asked],
  'http-no-body': ['20005', nothing],
  'http-utf8': ['20005', nothing],
  'json-utf8': ['20005', nothing],
  'json-depth': ['20005', nothing],
  'json-syntax': ['20006', nothing],
  'json-duplicate-name': ['20006', nothing],
  'json-forbidden-name': ['20006', nothing],
  'json-nul': ['20006', nothing],
  'json-surrogate': ['20006', nothing],
  'http-not-a-resource': ['20008', nothing],
  'http-type-mismatch': ['20008', nothing],
};

/** The platform refuses what it finds invalid, and duplicates, with 400; R4 has 422 and 409 for them. */
const statuses: Readonly<Record<number, number>> = { 409: 400, 422: 400 };

/** Failures with the platform's status, sentence and number. */
export function failureTelling(texts: RuleTexts): Convention['failure'] {
  return (failure: Failure, target: Target): Failure => {
    const isLocked = failure.issues.some(({ code }) => code === 'lock-error');
    return {
      ...failure,
      status: isLocked ? failure.status : (statuses[failure.status] ?? failure.status),
      issues: failure.issues.map((found) => {
        const [number, values = nothing] = numbers[found.rule] ?? numbers[`${found.rule} ${found.diagnostics}`] ?? [];
        return number === undefined ? found : { ...found, text: texts(number, values(found, target), found.text) };
      }),
    };
  };
}
