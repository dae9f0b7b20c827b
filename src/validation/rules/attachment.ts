import { base64Length } from '../../fhir/primitives.js';
import type { JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';

/** The stated size of an Attachment is that of its data. Source: R4 Attachment.size. */
export function checkAttachment(value: JsonObject, path: string, context: Context): void {
  const { data, size } = value;
  if (typeof data !== 'string' || typeof size !== 'number') return;
  const length = base64Length(data);
  if (length !== undefined && length !== size)
    report(context, 'error', 'structure', 'attachment-size', rulesText.attachment.size(size, length), path);
}
