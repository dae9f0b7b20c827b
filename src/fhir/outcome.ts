import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import { translationOf } from './translation.js';

export type Language = 'id' | 'en';

/** One sentence for a person, in both languages. */
export type Text = Readonly<Record<Language, string>>;

export type Severity = 'fatal' | 'error' | 'warning' | 'information';

/** Codes of http://hl7.org/fhir/ValueSet/issue-type that Lontar uses. */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'security'
  | 'login'
  | 'unknown'
  | 'expired'
  | 'forbidden'
  | 'suppressed'
  | 'processing'
  | 'not-supported'
  | 'duplicate'
  | 'multiple-matches'
  | 'not-found'
  | 'deleted'
  | 'too-long'
  | 'code-invalid'
  | 'extension'
  | 'too-costly'
  | 'business-rule'
  | 'conflict'
  | 'transient'
  | 'lock-error'
  | 'no-store'
  | 'exception'
  | 'timeout'
  | 'incomplete'
  | 'throttled'
  | 'informational';

/** A finding about what a client sent, before it is put into one language. */
export interface Issue {
  readonly severity: Severity;
  readonly code: IssueCode;
  /** Stable id of the rule, e.g. `min-cardinality`, `dom-6`, `ilp-anc-3`; becomes `details.coding[0].code`. */
  readonly rule: string;
  /** What is wrong and how to mend it. */
  readonly text: Text;
  /** What was found, what is allowed, profile|version: for developers, English. Never a name, a NIK or an address. */
  readonly diagnostics?: string;
  /** FHIRPath of the deepest element at fault, with indexes: `Patient.name[0].given[1]`. */
  readonly expression?: string;
}

export type Result<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly issues: readonly Issue[] };

/** The system of `details.coding` for Lontar's own rule ids. */
const ruleSystem = 'https://lontar.id/fhir/CodeSystem/rule';

/** An error about `expression`; `severity` and the rest in `more`. */
export function issue(
  code: IssueCode,
  rule: string,
  text: Text,
  more: { readonly severity?: Severity; readonly diagnostics?: string; readonly expression?: string } = {},
): Issue {
  return { severity: 'error', code, rule, text, ...more };
}

export function isFailure(found: Issue): boolean {
  return found.severity === 'error' || found.severity === 'fatal';
}

/** Carries issues to the surface, where `rest/errors.ts` turns it into an OperationOutcome with `status`. */
export class OperationOutcomeError extends Error {
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, issues: readonly Issue[], headers: Readonly<Record<string, string>> = {}) {
    super(issues[0]?.text.en ?? 'failed');
    this.name = 'OperationOutcomeError';
    this.status = status;
    this.issues = issues;
    this.headers = headers;
  }
}

/** The issues as a resource: `details.text` in `language`, the other language beside it as the translation extension. */
export function operationOutcome(issues: readonly Issue[], language: Language = 'id'): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: issues.map((found) => toOutcomeIssue(found, language)) };
}

function toOutcomeIssue(found: Issue, language: Language): OperationOutcomeIssue {
  const details = {
    coding: [{ system: ruleSystem, code: found.rule }],
    text: found.text[language],
    _text: translationOf(found.text, language),
  };
  return {
    severity: found.severity,
    code: found.code as OperationOutcomeIssue['code'],
    details,
    ...(found.diagnostics === undefined ? {} : { diagnostics: found.diagnostics }),
    ...(found.expression === undefined ? {} : { expression: [found.expression] }),
  } as OperationOutcomeIssue;
}
