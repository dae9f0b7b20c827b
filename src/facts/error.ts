import type { Text } from '../fhir/outcome.js';

/** A view that can't be compiled or run, in both languages. The surface maps it to an OperationOutcome of status 422. */
export class FactsError extends Error {
  readonly text: Text;
  constructor(text: Text) {
    super(text.en);
    this.name = 'FactsError';
    this.text = text;
  }
}
