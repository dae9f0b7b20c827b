import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { FhirRequest } from './message.js';
import { restText } from './text.js';

/** A form of an answer that is no resource. */
export interface OwnForm {
  /** Of the answer; `_format` and Accept may name it, without its parameters. */
  readonly mediaType: string;
  readonly alsoKnownAs?: readonly string[];
}

/** By the short names that `_format` may use. */
export type OwnForms<Name extends string> = Readonly<Record<Name, OwnForm>>;

/**
 * The form that `_format` or Accept asks for, `otherwise` where neither names one. `_format` may also come as `text`, out of a Parameters body.
 * Throws OperationOutcomeError 406 for a form that isn't among them.
 */
export function ownForm<Name extends string>(request: FhirRequest, forms: OwnForms<Name>, otherwise: Name, text?: string): Name {
  const names = Object.keys(forms) as Name[];
  const named = (wanted: string): Name | undefined => {
    const plain = plainType(wanted);
    return names.find((name) => name === plain || plainType(forms[name].mediaType) === plain || forms[name].alsoKnownAs?.includes(plain));
  };
  // A bare "+" in a query means a space: application/adx+xml arrives as "application/adx xml".
  const asked = (new URLSearchParams(request.query).get('_format') ?? text ?? '').trim().replaceAll(' ', '+');
  if (asked !== '') {
    const found = named(asked);
    if (found) return found;
    throw new OperationOutcomeError(406, [issue('not-supported', 'http-accept', restText.ownForms(names.join(', ')))]);
  }
  const { accept = '' } = request.headers;
  for (const range of accept.split(',')) {
    const found = named(range);
    if (found) return found;
  }
  return otherwise;
}

function plainType(mediaType: string): string {
  return mediaType.split(';')[0]?.trim().toLowerCase() ?? '';
}
