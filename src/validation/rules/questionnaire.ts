import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { checkOwnUrl } from './canonical.js';
import { itemsOf } from './questionnaire-response.js';

const text = rulesText.questionnaire;

/** The enableWhen of a Questionnaire refer to questions that are asked elsewhere and, best, before. Source: R4 Questionnaire §4.5.5. */
export function checkQuestionnaire(value: JsonObject, path: string, context: Context): void {
  checkOwnUrl(value, path, context);
  const order = new Map<unknown, number>();
  number(itemsOf(value), order, 0);
  checkItems(itemsOf(value), path, order, context, 0);
}

function number(items: readonly JsonObject[], order: Map<unknown, number>, depth: number): void {
  if (depth > 50) return;
  for (const item of items) {
    if (!order.has(item['linkId'])) order.set(item['linkId'], order.size);
    number(itemsOf(item), order, depth + 1);
  }
}

function checkItems(
  items: readonly JsonObject[],
  parent: string,
  order: ReadonlyMap<unknown, number>,
  context: Context,
  depth: number,
): void {
  if (depth > 50) return;
  items.forEach((item, index) => {
    const path = `${parent}.item[${index}]`;
    const conditions = item['enableWhen'];
    if (Array.isArray(conditions))
      for (const condition of conditions) if (isObject(condition)) checkCondition(item, condition['question'], path, order, context);
    checkItems(itemsOf(item), path, order, context, depth + 1);
  });
}

function checkCondition(item: JsonObject, question: unknown, path: string, order: ReadonlyMap<unknown, number>, context: Context): void {
  if (typeof question !== 'string') return;
  const position = order.get(question);
  if (question === item['linkId']) report(context, 'error', 'business-rule', 'questionnaire-enable-when', text.enableWhenSelf, path);
  else if (position === undefined)
    report(context, 'error', 'business-rule', 'questionnaire-enable-when', text.enableWhenUnknown(question), path);
  else if (isWithin(item, question, 0))
    report(context, 'error', 'business-rule', 'questionnaire-enable-when', text.enableWhenInner(question), path);
  else if (position > (order.get(item['linkId']) ?? 0))
    report(context, 'warning', 'business-rule', 'questionnaire-enable-when', text.enableWhenLater(question), path);
}

function isWithin(item: JsonObject, linkId: string, depth: number): boolean {
  return depth < 50 && itemsOf(item).some((inner) => inner['linkId'] === linkId || isWithin(inner, linkId, depth + 1));
}
