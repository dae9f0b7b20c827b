import type { CodeSystem, Coding, Parameters, ValueSet } from '@medplum/fhirtypes';
import { issue, type Language, type Result, type Text } from '../../fhir/outcome.js';
import type { TerminologyParts } from '../create.js';
import type { CodeVerdict } from '../terminology.js';
import { text } from '../text.js';
import { givenResource } from './given.js';
import type { Inputs } from './inputs.js';

/**
 * `ValueSet/$validate-code`: is the code (or one coding of the concept) in the value set? Fails with `not-found` where the value set isn't on board;
 * a code that can't be decided is answered with `result` false and a message that says so. Source: R4 ValueSet-operation-validate-code.
 */
export function validateCodeInValueSet(terminology: TerminologyParts, inputs: Inputs, language: Language = 'id'): Result<Parameters> {
  const sent = givenResource<ValueSet>(terminology, inputs, 'valueSet', 'ValueSet');
  if (!sent.ok) return sent;
  const given = sent.resource;
  const url = given ? given.url : versioned(inputs.text('url'), inputs.text('valueSetVersion'));
  if (url === undefined) return { ok: false, issues: [issue('required', 'validate-code-url', text.missing('url'))] };
  const used = given ? terminology.with([given]) : terminology;
  if (!used.context.valueSet(url)) return { ok: false, issues: [issue('not-found', 'unknown-value-set', text.unknownValueSet(url))] };
  return judge(inputs, language, url, (coding) => used.validateInValueSet(url, coding));
}

/** `CodeSystem/$validate-code`: is it a code of the system? Source: R4 CodeSystem-operation-validate-code. */
export function validateCodeInCodeSystem(terminology: TerminologyParts, inputs: Inputs, language: Language = 'id'): Result<Parameters> {
  const sent = givenResource<CodeSystem>(terminology, inputs, 'codeSystem', 'CodeSystem');
  if (!sent.ok) return sent;
  const given = sent.resource;
  const url = given ? given.url : (inputs.text('url') ?? inputs.text('system') ?? inputs.coding('coding')?.system);
  if (url === undefined) return { ok: false, issues: [issue('required', 'validate-code-url', text.missing('url'))] };
  const used = given ? terminology.with([given]) : terminology;
  const version = inputs.text('version');
  if (!used.context.source(url, version)) return { ok: false, issues: [issue('not-found', 'unknown-system', text.unknownSystem(url))] };
  return judge(inputs, language, url, (coding) =>
    coding.system !== undefined && coding.system !== url
      ? { valid: false, reason: 'unknown-code' }
      : used.validateInCodeSystem({ ...coding, system: url, ...(version === undefined ? {} : { version }) }),
  );
}

function versioned(url: string | undefined, version: string | undefined): string | undefined {
  return url === undefined || version === undefined || url.includes('|') ? url : `${url}|${version}`;
}

function judge(inputs: Inputs, language: Language, url: string, validate: (coding: Coding) => CodeVerdict): Result<Parameters> {
  const codings = codingsOf(inputs);
  if (codings.length === 0) return { ok: false, issues: [issue('required', 'validate-code-code', text.missing('code'))] };
  const answers = codings.map((coding) => answer(coding, validate(coding), url, inputs.flag('abstract')));
  const best = answers.find(({ result }) => result) ?? answers[0];
  const parameter = [
    { name: 'result', valueBoolean: best?.result === true },
    ...(best?.message === undefined ? [] : [{ name: 'message', valueString: best.message[language] }]),
    ...(best?.display === undefined ? [] : [{ name: 'display', valueString: best.display }]),
  ];
  return { ok: true, value: { resourceType: 'Parameters', parameter } };
}

function codingsOf(inputs: Inputs): readonly Coding[] {
  const concept = inputs.concept('codeableConcept');
  if (concept) return concept.coding ?? [];
  const coding = inputs.coding('coding');
  if (coding) return [coding];
  const code = inputs.text('code');
  if (code === undefined) return [];
  const system = inputs.text('system');
  const version = inputs.text('systemVersion');
  const display = inputs.text('display');
  return [
    {
      code,
      ...(system === undefined ? {} : { system }),
      ...(version === undefined ? {} : { version }),
      ...(display === undefined ? {} : { display }),
    },
  ];
}

interface Answer {
  readonly result: boolean;
  readonly message?: Text;
  readonly display?: string;
}

function answer(coding: Coding, verdict: CodeVerdict, url: string, abstractAllowed: boolean | undefined): Answer {
  const code = coding.code ?? '';
  const display = verdict.display === undefined ? {} : { display: verdict.display };
  if (verdict.valid === undefined) return { result: false, message: text.undecided(code, coding.system ?? url) };
  if (!verdict.valid) {
    const near = verdict.suggestions ?? [];
    const message =
      verdict.reason === 'unknown-code' ? text.unknownCode(code, coding.system ?? url, near) : text.notInValueSet(code, url, near);
    return { result: false, message };
  }
  if (verdict.reason === 'wrong-display') {
    return { result: false, message: text.wrongDisplay(coding.display ?? '', verdict.display ?? ''), ...display };
  }
  if (verdict.reason === 'abstract' && abstractAllowed === false) return { result: false, message: text.abstract(code), ...display };
  return verdict.reason === 'inactive' ? { result: true, message: text.inactive(code), ...display } : { result: true, ...display };
}
