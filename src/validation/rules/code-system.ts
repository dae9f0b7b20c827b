import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { checkOwnUrl } from './canonical.js';

const text = rulesText.terminology;

/** A CodeSystem agrees with itself: count, supplements. Source: R4 CodeSystem §4.8. */
export function checkCodeSystem(value: JsonObject, path: string, context: Context): void {
  checkOwnUrl(value, path, context);
  const { content, count, supplements } = value;
  if (content === 'complete' && typeof count === 'number') {
    const found = countConcepts(value['concept'], 0);
    if (found !== count) report(context, 'error', 'invalid', 'code-system-count', text.count(count, found), `${path}.count`);
  }
  if (supplements !== undefined && content !== 'supplement')
    report(context, 'error', 'business-rule', 'code-system-supplement', text.supplementContent, `${path}.content`);
  if (supplements === undefined && content === 'supplement')
    report(context, 'warning', 'business-rule', 'code-system-supplement', text.supplementWithout, path);
}

function countConcepts(concepts: unknown, depth: number): number {
  if (!Array.isArray(concepts) || depth > 100) return 0;
  let count = 0;
  for (const concept of concepts) count += 1 + (isObject(concept) ? countConcepts(concept['concept'], depth + 1) : 0);
  return count;
}
