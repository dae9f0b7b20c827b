import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { Interaction } from '../interactions.js';
import type { FhirRequest, FhirResponse } from '../message.js';
import type { Services } from '../services.js';
import { restText } from '../text.js';
import { unlessOneIsOpen } from './sole.js';

/** A create that finds its If-None-Exist met is a duplicate here, where R4 answers 200 with what is there. */
export async function createUnlessThere(interaction: Interaction, request: FhirRequest, services: Services): Promise<FhirResponse> {
  const response = await interaction.handler(unlessOneIsOpen(request), services);
  if (response.status !== 200) return response;
  throw new OperationOutcomeError(400, [
    issue('duplicate', 'conditional-duplicate', restText.alreadyThere, {
      expression: request.type ?? '',
      diagnostics: `${request.type}/${createdId(response)}`,
    }),
  ]);
}

/** Id that the answer to a create tells in its Location. */
export function createdId({ headers }: FhirResponse): string {
  return /\/([^/]+)\/_history\/\d+$/.exec(headers?.location ?? '')?.[1] ?? '';
}
