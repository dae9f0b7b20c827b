import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report, resolveReference } from '../context.js';
import { rulesText } from '../rules-text.js';
import { checkAnswer } from './questionnaire-answer.js';
import { isEnabled } from './questionnaire-enable.js';

const text = rulesText.questionnaire;

/** One response and the questionnaire that it answers. */
export interface ResponseState {
  readonly response: JsonObject;
  readonly questionnaire: JsonObject;
  readonly inProgress: boolean;
  readonly context: Context;
  /** Every linkId of the questionnaire. */
  readonly links: ReadonlySet<unknown>;
}

/** A QuestionnaireResponse beside its Questionnaire, where that is at hand. Source: R4 QuestionnaireResponse §14.5.4. */
export function checkQuestionnaireResponse(value: JsonObject, path: string, context: Context): void {
  const canonical = value['questionnaire'];
  if (typeof canonical !== 'string') return;
  const questionnaire = findQuestionnaire(canonical, context);
  if (questionnaire?.['resourceType'] !== 'Questionnaire') {
    report(context, 'warning', 'not-found', 'questionnaire-unknown', text.unknown(canonical.slice(0, 200)), path);
    return;
  }
  const inProgress = value['status'] === 'in-progress';
  const state: ResponseState = {
    response: value,
    questionnaire,
    inProgress,
    context,
    links: collectLinks(itemsOf(questionnaire), new Set(), 0),
  };
  checkItems(state, itemsOf(questionnaire), [{ holder: value, path }], path, [value], 0);
}

function findQuestionnaire(canonical: string, context: Context): JsonObject | undefined {
  if (canonical.startsWith('#')) return resolveReference(canonical, context.scope, context)?.resource;
  const found = context.engine.registry.canonical(canonical) ?? resolveReference(canonical, context.scope, context)?.resource;
  return isObject(found) ? found : undefined;
}

interface Holder {
  readonly holder: JsonObject;
  readonly path: string;
}

interface Placed {
  readonly item: JsonObject;
  readonly path: string;
}

/** The items of one place in the response beside the questions of one place in the questionnaire. */
function checkItems(
  state: ResponseState,
  questions: readonly JsonObject[],
  holders: readonly Holder[],
  parentPath: string,
  around: readonly JsonObject[],
  depth: number,
): void {
  if (depth > 50) return;
  const { context } = state;
  const byLink = new Map<unknown, Placed[]>();
  const order = new Map(questions.map((question, index) => [question['linkId'], index] as const));
  for (const { holder, path } of holders) {
    let last = -1;
    const items = itemsOf(holder);
    items.forEach((item, index) => {
      const linkId = item['linkId'];
      const position = order.get(linkId) ?? -1;
      const placed = { item, path: `${path}.item[${index}]` };
      if (linkId === undefined) return;
      if (position < 0) {
        const elsewhere = state.links.has(linkId);
        const said = elsewhere ? text.wrongPlace(String(linkId)) : text.unknownLink(String(linkId));
        report(context, 'error', elsewhere ? 'structure' : 'not-found', 'questionnaire-link', said, path);
        return;
      }
      if (position < last) report(context, 'error', 'structure', 'questionnaire-order', text.outOfOrder(String(linkId)), placed.path);
      last = Math.max(last, position);
      const list = byLink.get(linkId);
      if (list) list.push(placed);
      else byLink.set(linkId, [placed]);
    });
  }
  for (const question of questions) checkQuestion(state, question, byLink.get(question['linkId']) ?? [], parentPath, around, depth);
}

function checkQuestion(
  state: ResponseState,
  question: JsonObject,
  items: readonly Placed[],
  parentPath: string,
  around: readonly JsonObject[],
  depth: number,
): void {
  const { context } = state;
  const linkId = String(question['linkId']);
  const enabled = isEnabled(question, around, state.response, context);
  if (!enabled) {
    for (const { item, path } of items) {
      if (answersOf(item).length > 0) report(context, 'error', 'invalid', 'questionnaire-enabled', text.notEnabled(linkId), path);
    }
    return;
  }
  const type = question['type'];
  const isGroup = type === 'group';
  if (items.length === 0) {
    if (question['required'] === true && type !== 'display') {
      report(context, state.inProgress ? 'information' : 'error', 'required', 'questionnaire-required', text.required(linkId), parentPath);
    }
    return;
  }
  if (items.length > 1 && (!isGroup || question['repeats'] !== true)) {
    report(context, 'error', 'invalid', 'questionnaire-repeats', text.oneItem(linkId), items[1]?.path ?? parentPath);
  }
  for (const { item, path } of items) {
    checkText(question, item, path, context);
    const answers = answersOf(item);
    if (isGroup) {
      if (answers.length > 0) report(context, 'error', 'structure', 'questionnaire-group', text.groupAnswered(linkId), path);
      checkItems(state, itemsOf(question), [{ holder: item, path }], path, [...around, item], depth + 1);
      continue;
    }
    if (type === 'display') {
      if (answers.length > 0) report(context, 'error', 'structure', 'questionnaire-display', text.displayAnswered(linkId), path);
      continue;
    }
    if (type === 'question') {
      if (answers.length > 0) report(context, 'error', 'structure', 'questionnaire-group', text.questionAnswered(linkId), path);
      continue;
    }
    checkAnswers(state, question, item, answers, path, around, depth);
  }
}

function checkAnswers(
  state: ResponseState,
  question: JsonObject,
  item: JsonObject,
  answers: readonly JsonObject[],
  path: string,
  around: readonly JsonObject[],
  depth: number,
): void {
  const { context } = state;
  const linkId = String(question['linkId']);
  if (answers.length === 0 && question['required'] === true) {
    report(context, state.inProgress ? 'information' : 'error', 'required', 'questionnaire-required', text.required(linkId), path);
  }
  if (answers.length > 1 && question['repeats'] !== true)
    report(context, 'error', 'invalid', 'questionnaire-repeats', text.oneAnswer(linkId), path);
  const max = extensionValue(question, 'http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs', 'valueInteger');
  if (typeof max === 'number' && answers.length > max)
    report(context, 'error', 'invalid', 'questionnaire-occurs', text.tooManyAnswers(max, answers.length), path);
  const min = extensionValue(question, 'http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs', 'valueInteger');
  if (typeof min === 'number' && answers.length < min && !state.inProgress)
    report(context, 'error', 'invalid', 'questionnaire-occurs', text.tooFewAnswers(min, answers.length), path);
  if (item['item'] !== undefined) report(context, 'error', 'structure', 'questionnaire-nesting', text.itemsBelongToAnswer(linkId), path);
  const holders = answers.map((answer, index) => ({ holder: answer, path: `${path}.answer[${index}]` }));
  holders.forEach(({ holder, path: at }) => {
    checkAnswer(state, question, holder, at);
    checkItems(state, itemsOf(question), [{ holder, path: at }], at, [...around, holder], depth + 1);
  });
}

function checkText(question: JsonObject, item: JsonObject, path: string, context: Context): void {
  if (typeof item['text'] === 'string' && typeof question['text'] === 'string' && item['text'] !== question['text'])
    report(context, 'error', 'invalid', 'questionnaire-text', text.textDiffers(String(question['linkId'])), path);
}

export function itemsOf(holder: JsonObject): readonly JsonObject[] {
  const items = holder['item'];
  return Array.isArray(items) ? items.filter(isObject) : [];
}

export function answersOf(item: JsonObject): readonly JsonObject[] {
  const answers = item['answer'];
  return Array.isArray(answers) ? answers.filter(isObject) : [];
}

export function extensionValue(holder: JsonObject, url: string, name: string): unknown {
  const extensions = holder['extension'];
  if (!Array.isArray(extensions)) return undefined;
  const found = extensions.find((extension) => isObject(extension) && extension['url'] === url);
  return isObject(found) ? found[name] : undefined;
}

function collectLinks(questions: readonly JsonObject[], into: Set<unknown>, depth: number): ReadonlySet<unknown> {
  if (depth > 50) return into;
  for (const question of questions) {
    into.add(question['linkId']);
    collectLinks(itemsOf(question), into, depth + 1);
  }
  return into;
}
