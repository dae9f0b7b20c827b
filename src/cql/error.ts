import type { Issue } from '../fhir/outcome.js';

/** CQL that can't be evaluated as asked: a library, definition or value set is missing, or an expression is refused. The surface maps it to an OperationOutcome. */
export class CqlError extends Error {
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    super(issues[0]?.text.en ?? 'CQL can not be evaluated');
    this.name = 'CqlError';
    this.issues = issues;
  }
}
