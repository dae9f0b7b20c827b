import { type IssueCode, issue, OperationOutcomeError, type Text } from '../../fhir/outcome.js';
import { asObject } from '../../fhir/resource.js';
import type { Draft } from './draft.js';
import { findReferences } from './references.js';

/** What a client reads about a draft that can't be written; `path` from its resource. */
export function failure(status: number, draft: Draft, code: IssueCode, rule: string, text: Text, path?: string): OperationOutcomeError {
  const expression = path === undefined ? draft.expression : `${draft.expression}.${path}`;
  return new OperationOutcomeError(status, [issue(code, rule, text, { expression })]);
}

/** Where `reference` stands in the draft's resource. */
export function placeOf(draft: Draft, reference: string): string {
  const sent = draft.operation.kind === 'delete' ? {} : asObject(draft.operation.resource);
  const found = findReferences(draft.resource ?? sent).find((one) => one.reference === reference);
  return found?.path ?? 'reference';
}
