import type { Registry } from '../definitions/registry.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { answerOf } from './answer.js';
import { evaluate, type Scope, withVariables } from './evaluate.js';
import { extensionsOf, extensionValue, fhirPathOf, objectsOf, sdcUrl } from './sdc.js';

// A sum of sums of sums is deeper than any form we know.
const mostRounds = 8;

/**
 * The response with the answers that the form computes (`calculatedExpression`, FHIRPath), put where the form has their items, over whatever was there.
 * Expressions see `%resource` (the response, whose Codings carry the ordinalValue of their options), `%context` (the item), `%questionnaire`, `%qitem`
 * and the form's variables. Throws OperationOutcomeError 422 where an expression can't be computed. Source: SDC, behaviour, calculations.
 */
export function calculateResponse(questionnaire: JsonObject, response: JsonObject, registry: Registry, now: number): JsonObject {
  if (!hasCalculation(questionnaire)) return response;
  let filled = response;
  for (let round = 0; round < mostRounds; round += 1) {
    const resource = withOrdinals(questionnaire, filled);
    const scope = withVariables(questionnaire, resource, { registry, now, resource, variables: { questionnaire } });
    const item = fill(objectsOf(questionnaire.item), objectsOf(filled.item), scope);
    const next = { ...filled, ...(item.length === 0 ? {} : { item }) };
    if (JSON.stringify(next) === JSON.stringify(filled)) break;
    filled = next;
  }
  return filled;
}

function hasCalculation(element: JsonObject): boolean {
  return extensionsOf(element, sdcUrl.calculatedExpression).length > 0 || objectsOf(element.item).some(hasCalculation);
}

function fill(questions: readonly JsonObject[], items: readonly JsonObject[], outer: Scope): readonly JsonObject[] {
  const known = new Set(questions.map(({ linkId }) => linkId));
  const inOrder = questions.flatMap((question) => {
    const own = items.filter(({ linkId }) => linkId === question.linkId);
    const present = own.length > 0 || !hasCalculation(question) ? own : [{ linkId: question.linkId }];
    return present.map((item) => fillItem(question, item, outer)).filter((item) => item.answer !== undefined || item.item !== undefined);
  });
  return [...inOrder, ...items.filter(({ linkId }) => !known.has(linkId))];
}

function fillItem(question: JsonObject, item: JsonObject, outer: Scope): JsonObject {
  const variables = { ...outer.variables, qitem: { type: 'Questionnaire.item', value: question } };
  const scope = withVariables(question, item, { ...outer, variables });
  const expression = fhirPathOf(extensionValue(question, sdcUrl.calculatedExpression));
  const children = objectsOf(question.item);
  if (expression !== undefined) {
    const { answer: _, ...bare } = item;
    const found = evaluate(expression, item, scope, String(question.linkId)).flatMap((value) => answerOf(value, question) ?? []);
    const answers = question.repeats === true ? found : found.slice(0, 1);
    return answers.length === 0 ? bare : { ...bare, answer: answers };
  }
  if (children.length === 0) return item;
  if (question.type !== 'group') {
    const answer = objectsOf(item.answer).map((one) => withItems(one, fill(children, objectsOf(one.item), scope)));
    return answer.length === 0 ? item : { ...item, answer };
  }
  return withItems(item, fill(children, objectsOf(item.item), scope));
}

function withItems(holder: JsonObject, items: readonly JsonObject[]): JsonObject {
  return items.length === 0 ? holder : { ...holder, item: items };
}

/** A copy whose coded answers carry the ordinalValue that the form gives to their options, so that expressions can add them up. */
function withOrdinals(questionnaire: JsonObject, response: JsonObject): JsonObject {
  const ordinals = new Map<string, JsonObject>();
  collectOrdinals(questionnaire, ordinals);
  return ordinals.size === 0 ? response : { ...response, item: objectsOf(response.item).map((item) => weighItem(item, ordinals)) };
}

function collectOrdinals(element: JsonObject, found: Map<string, JsonObject>): void {
  for (const option of objectsOf(element.answerOption)) {
    const { valueCoding } = option;
    if (!isObject(valueCoding)) continue;
    const [extension] = [...extensionsOf(valueCoding, sdcUrl.ordinalValue), ...extensionsOf(option, sdcUrl.ordinalValue)];
    if (extension !== undefined) found.set(ordinalKey(element.linkId, valueCoding), extension);
  }
  for (const item of objectsOf(element.item)) collectOrdinals(item, found);
}

function weighItem(item: JsonObject, ordinals: ReadonlyMap<string, JsonObject>): JsonObject {
  const answer = objectsOf(item.answer).map((one) => {
    const { valueCoding } = one;
    const extension = isObject(valueCoding) ? ordinals.get(ordinalKey(item.linkId, valueCoding)) : undefined;
    const weighed =
      isObject(valueCoding) && extension !== undefined ? { ...one, valueCoding: { ...valueCoding, extension: [extension] } } : one;
    return one.item === undefined ? weighed : { ...weighed, item: objectsOf(one.item).map((inner) => weighItem(inner, ordinals)) };
  });
  return {
    ...item,
    ...(item.answer === undefined ? {} : { answer }),
    ...(item.item === undefined ? {} : { item: objectsOf(item.item).map((inner) => weighItem(inner, ordinals)) }),
  };
}

function ordinalKey(linkId: unknown, { system, code }: JsonObject): string {
  return JSON.stringify([linkId, system, code]);
}
