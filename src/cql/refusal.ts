import { type Issue, issue } from '../fhir/outcome.js';
import { cqlText } from './text.js';

/** Thrown inside the compiler by what it can't take over to SQL, and caught by `compile.ts`: never a guess. */
export class Refusal extends Error {
  /** The ELM node's type. */
  readonly node: string;
  /** Library and line:column-line:column in the CQL. */
  readonly locator: string;
  constructor(node: string, locator: string, reason: string) {
    super(reason);
    this.name = 'Refusal';
    this.node = node;
    this.locator = locator;
  }
}

export function refusalIssue(refusal: Refusal): Issue {
  return issue('not-supported', 'cql-sql', cqlText.refused(refusal.node, refusal.locator, refusal.message), { severity: 'information' });
}
