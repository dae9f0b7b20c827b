import { type Issue, issue } from '../fhir/outcome.js';
import type { WriteResult } from '../store/store.js';
import { parsePrefer, versionHeaders, versionLocation } from './headers.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { outcomeText } from './outcome.js';
import { restText } from './text.js';

/** Answer to a create, update or patch, as Prefer asks: the stored bytes, nothing, or what validation found. Source: R4 http §3.1.0.1.5. */
export function writeResponse(request: FhirRequest, result: WriteResult, issues: readonly Issue[]): FhirResponse {
  const created = result.outcome === 'created';
  const headers = versionHeaders(result.version);
  if (created || result.outcome === 'existing') headers.location = versionLocation(request.baseUrl, result.version);
  const status = created ? 201 : 200;
  switch (parsePrefer(request.headers.prefer).return ?? 'representation') {
    case 'minimal':
      return { status, headers };
    case 'OperationOutcome':
      return {
        status,
        headers,
        body: outcomeText(reported([...issues, ...(result.issues ?? [])]), request.language, request.context.requestId),
      };
    case 'representation':
      return { status, headers, body: result.version.body ?? '' };
  }
}

/** What validation found, or the good news where it found nothing: an OperationOutcome needs an issue. */
export function reported(issues: readonly Issue[]): readonly Issue[] {
  return issues.length > 0 ? issues : [issue('informational', 'all-fine', restText.allFine, { severity: 'information' })];
}
