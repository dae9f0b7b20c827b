import type { Registry } from '../definitions/registry.js';
import { temporalRange } from '../fhir/date.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import type { TypedValue } from '../fhirpath/fhirpath.js';
import { answerOf } from './answer.js';
import { evaluate, type Scope, withVariables } from './evaluate.js';
import { extensionValue, fhirPathOf, objectsOf, sdcUrl, valueIn, valueKey } from './sdc.js';

const dayMs = 86_400_000;

// UCUM periods; a month and a year as long as they can be, since a form asks for what is recent enough.
const periodDays: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, wk: 7, mo: 31, a: 366 };

/** What is known of the person that a form is filled for. */
export interface Known {
  /** `Patient/x`, as the response shall name it. */
  readonly subject: JsonObject;
  /** Resources by the name of their variable: `patient`, `encounter`. */
  readonly contexts: Readonly<Record<string, JsonObject>>;
  /** Observations of the codes of `linkedCodes`, the newest first. */
  readonly observations: readonly JsonObject[];
}

/** The codes of items that take their answer from a stored Observation, with how far back the longest of them looks; undefined where there are none. */
export function linkedCodes(questionnaire: JsonObject): { readonly codes: readonly JsonObject[]; readonly days: number } | undefined {
  const linked = allItems(questionnaire).filter((item) => linkDays(item) !== undefined);
  const codes = linked.flatMap(({ code }) => objectsOf(code));
  return codes.length === 0 ? undefined : { codes, days: Math.max(...linked.map((item) => linkDays(item) ?? 0)) };
}

/**
 * A response in progress with the answers that are known: `initialExpression` first, then the newest Observation within `observationLinkPeriod`, then
 * `initial`. Items without an answer are left out. Throws OperationOutcomeError 422 where an expression can't be computed. Source: SDC, form population.
 */
export function populateResponse(questionnaire: JsonObject, known: Known, registry: Registry, now: number): JsonObject {
  const bare = {
    resourceType: 'QuestionnaireResponse',
    ...(typeof questionnaire.url === 'string' ? { questionnaire: questionnaire.url } : {}),
    status: 'in-progress',
    subject: known.subject,
    authored: new Date(now).toISOString(),
  };
  const variables = { questionnaire, ...known.contexts };
  const scope = withVariables(questionnaire, bare, { registry, now, resource: bare, variables });
  const item = objectsOf(questionnaire.item).flatMap((question) => fillItem(question, scope));
  return { ...bare, ...(item.length === 0 ? {} : { item }) };

  function fillItem(question: JsonObject, outer: Scope): readonly JsonObject[] {
    const inner = withVariables(question, bare, {
      ...outer,
      variables: { ...outer.variables, qitem: { type: 'Questionnaire.item', value: question } },
    });
    const all = answersOf(question, inner);
    const answers = question.repeats === true ? all : all.slice(0, 1);
    const children = objectsOf(question.item).flatMap((child) => fillItem(child, inner));
    const [first, ...more] = answers;
    if (question.type === 'group') return children.length === 0 ? [] : [{ linkId: question.linkId, item: children }];
    if (first === undefined) return [];
    // What is asked further about an answer stands in it.
    return [{ linkId: question.linkId, answer: [children.length === 0 ? first : { ...first, item: children }, ...more] }];
  }

  function answersOf(question: JsonObject, inner: Scope): readonly JsonObject[] {
    const expression = fhirPathOf(extensionValue(question, sdcUrl.initialExpression));
    const computed = expression === undefined ? [] : evaluate(expression, bare, inner, String(question.linkId));
    const candidates: ReadonlyArray<readonly JsonObject[]> = [computed, observedOf(question)].map((values) =>
      values.map((value) => answerOf(value, question)).filter((answer) => answer !== undefined),
    );
    const initial: readonly JsonObject[] = objectsOf(question.initial).map(({ id: _, extension: __, ...value }) => value);
    return candidates.find((values) => values.length > 0) ?? initial;
  }

  function observedOf(question: JsonObject): readonly TypedValue[] {
    const days = linkDays(question);
    if (days === undefined) return [];
    const wanted = objectsOf(question.code);
    const newest = known.observations.find((observation) => {
      const since = typeof observation.effectiveDateTime === 'string' ? temporalRange(observation.effectiveDateTime)?.low : undefined;
      if (since === undefined || since < now - days * dayMs || since > now) return false;
      const codings = isObject(observation.code) ? objectsOf(observation.code.coding) : [];
      return codings.some(({ system, code }) => wanted.some((one) => one.system === system && one.code === code));
    });
    const key = newest === undefined ? undefined : valueKey(newest);
    return newest === undefined || key === undefined ? [] : [{ type: key.slice('value'.length), value: valueIn(newest) }];
  }
}

function linkDays(item: JsonObject): number | undefined {
  const period = extensionValue(item, sdcUrl.observationLinkPeriod);
  if (!isObject(period) || typeof period.value !== 'number') return undefined;
  const unit = periodDays[String(period.code ?? period.unit)];
  return unit === undefined ? undefined : unit * period.value;
}

function allItems(element: JsonObject): readonly JsonObject[] {
  return objectsOf(element.item).flatMap((item) => [item, ...allItems(item)]);
}
