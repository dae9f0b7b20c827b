import { type Issue, issue, type Language, operationOutcome, type Severity } from '../fhir/outcome.js';
import { withoutNik } from './nik.js';
import { restText } from './text.js';

/** Extension of OperationOutcome that names the request, as in the log and the X-Request-Id header. */
const requestIdUrl = 'https://lontar.id/fhir/StructureDefinition/request-id';

/** Issues that one outcome lists; a resource can have hundreds of thousands. */
const maximumIssues = 500;

const rank: Readonly<Record<Severity, number>> = { fatal: 0, error: 1, warning: 2, information: 3 };

/** JSON text of an OperationOutcome in `language` that carries the request's id: what is worst first, and at the end how much was left out. */
export function outcomeText(issues: readonly Issue[], language: Language, requestId: string): string {
  const sorted = issues.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
  const shown = sorted.slice(0, maximumIssues);
  const hidden = sorted.length - shown.length;
  if (hidden > 0) shown.push(issue('incomplete', 'more-issues', restText.moreIssues(hidden), { severity: 'information' }));
  const outcome = operationOutcome(shown, language);
  const text = JSON.stringify({
    resourceType: outcome.resourceType,
    extension: [{ url: requestIdUrl, valueString: requestId }],
    issue: outcome.issue,
  });
  // What a client sent may be quoted, but never a person's number: answers end up in logs and tickets.
  return withoutNik(text);
}
