import { temporalRange } from '../../fhir/date.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { compareValues } from '../bounds.js';
import type { Context } from '../context.js';
import { contains } from '../match.js';
import { answersOf, itemsOf } from './questionnaire-response.js';

/** Does the question apply, given what has been answered? `around` are the items and answers that hold it, outermost first. Source: R4 Questionnaire.item.enableWhen. */
export function isEnabled(question: JsonObject, around: readonly JsonObject[], response: JsonObject, context: Context): boolean {
  if (!meetsExpressions(question, response, context)) return false;
  const conditions = question['enableWhen'];
  if (!Array.isArray(conditions) || conditions.length === 0) return true;
  const met = (condition: unknown) => isObject(condition) && isMet(condition, around, response);
  return question['enableBehavior'] === 'all' ? conditions.every(met) : conditions.some(met);
}

const expressionUrls: ReadonlySet<unknown> = new Set([
  'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression',
  'http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen',
]);

/** Conditions that extensions give as FHIRPath on the response. What can't be evaluated doesn't disable. */
function meetsExpressions(question: JsonObject, response: JsonObject, context: Context): boolean {
  const extensions = question['extension'];
  if (!Array.isArray(extensions)) return true;
  return extensions.every((extension) => {
    if (!isObject(extension) || !expressionUrls.has(extension['url'])) return true;
    const expression = isObject(extension['valueExpression']) ? extension['valueExpression']['expression'] : extension['valueString'];
    const compiled = typeof expression === 'string' ? context.engine.expression(expression, 'QuestionnaireResponse') : undefined;
    if (!compiled) return true;
    try {
      const found = compiled.evaluate(response, context.scope.fhirPath);
      return found.length > 0 && found.every(({ value }) => value !== false);
    } catch {
      return true;
    }
  });
}

function isMet(condition: JsonObject, around: readonly JsonObject[], response: JsonObject): boolean {
  const answers = answersTo(condition['question'], around, response);
  const operator = condition['operator'];
  if (operator === 'exists') return answers.length > 0 === condition['answerBoolean'];
  const wanted = choiceOf(condition, 'answer');
  if (operator === '!=') return answers.length > 0 && answers.every((answer) => !same(answer, wanted));
  return answers.some((answer) => compare(answer, wanted, String(operator)));
}

function compare(answer: unknown, wanted: unknown, operator: string): boolean {
  if (operator === '=') return same(answer, wanted);
  const order = compareValues(answer, wanted, undefined);
  if (order === undefined) return false;
  switch (operator) {
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    default:
      return false;
  }
}

function same(answer: unknown, wanted: unknown): boolean {
  if (isObject(wanted) && isObject(answer)) {
    if (wanted['code'] !== undefined && wanted['value'] === undefined)
      return wanted['system'] === answer['system'] && wanted['code'] === answer['code'];
    return contains(answer, wanted);
  }
  if (answer === wanted) return true;
  if (typeof answer !== 'string' || typeof wanted !== 'string') return false;
  const a = temporalRange(answer);
  const b = temporalRange(wanted);
  return a !== undefined && b !== undefined && a.low === b.low && a.high === b.high;
}

/** Answers to the question, from the nearest place around that has any. */
function answersTo(linkId: unknown, around: readonly JsonObject[], response: JsonObject): readonly unknown[] {
  for (const holder of [...around].reverse()) {
    const found = collect(holder, linkId, 0);
    if (found.length > 0) return found;
  }
  return collect(response, linkId, 0);
}

function collect(holder: JsonObject, linkId: unknown, depth: number): readonly unknown[] {
  if (depth > 50) return [];
  return [...itemsOf(holder), ...(holder['linkId'] === linkId ? [holder] : [])].flatMap((item) => {
    const answers = answersOf(item);
    const own = item['linkId'] === linkId ? answers.map((answer) => choiceOf(answer, 'value')).filter((value) => value !== undefined) : [];
    if (item === holder) return own;
    return [...own, ...collectBelow(item, linkId, depth + 1), ...answers.flatMap((answer) => collectBelow(answer, linkId, depth + 1))];
  });
}

function collectBelow(holder: JsonObject, linkId: unknown, depth: number): readonly unknown[] {
  return collect({ item: holder['item'] }, linkId, depth);
}

/** The `stem[x]` of an object, whatever its type. */
export function choiceOf(holder: JsonObject, stem: string): unknown {
  for (const key in holder)
    if (key.startsWith(stem) && key.length > stem.length && /[A-Z]/.test(key.charAt(stem.length))) return holder[key];
  return undefined;
}
