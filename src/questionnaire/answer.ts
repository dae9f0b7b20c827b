import { isObject, type JsonObject } from '../fhir/resource.js';
import type { TypedValue } from '../fhirpath/fhirpath.js';
import { extensionValue, objectsOf, sdcUrl } from './sdc.js';

type Answers = (value: TypedValue, question: JsonObject) => JsonObject | undefined;

const text: Answers = ({ value }) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? { valueString: String(value) } : undefined;

const coding: Answers = ({ value, type }, question) => {
  const options = objectsOf(question.answerOption).flatMap(({ valueCoding }) => (isObject(valueCoding) ? [valueCoding] : []));
  if (typeof value === 'string') {
    // A code alone names its option.
    const named = options.find(({ code }) => code === value);
    return named === undefined
      ? question.type === 'open-choice'
        ? { valueString: value }
        : undefined
      : { valueCoding: bareCoding(named) };
  }
  if (!isObject(value)) return undefined;
  if (type === 'CodeableConcept') {
    const codings = objectsOf(value.coding);
    const fitting = codings.find((one) => options.some(({ system, code }) => one.system === system && one.code === code));
    const found = fitting ?? (options.length === 0 ? codings[0] : undefined);
    return found === undefined ? undefined : { valueCoding: bareCoding(found) };
  }
  return value.code === undefined ? undefined : { valueCoding: bareCoding(value) };
};

// R4 item types, as answers. Source: R4 QuestionnaireResponse.item.answer.value[x], and the item types of Questionnaire.
const answers: Readonly<Record<string, Answers>> = {
  boolean: ({ value }) => (typeof value === 'boolean' ? { valueBoolean: value } : undefined),
  integer: (found) => wholeNumber(numberOf(found)),
  decimal: (found) => withNumber('valueDecimal', numberOf(found)),
  date: ({ value }) => (typeof value === 'string' && /^\d{4}/.test(value) ? { valueDate: value.slice(0, 10) } : undefined),
  dateTime: ({ value }) => (typeof value === 'string' && /^\d{4}/.test(value) ? { valueDateTime: value } : undefined),
  time: ({ value }) => (typeof value === 'string' && /^\d\d:/.test(value) ? { valueTime: value } : undefined),
  string: text,
  text,
  url: ({ value }) => (typeof value === 'string' ? { valueUri: value } : undefined),
  quantity: ({ value, type }, question) => quantityOf(value, type, question),
  choice: coding,
  'open-choice': coding,
  reference: ({ value }) => (isObject(value) && value.reference !== undefined ? { valueReference: value } : undefined),
};

/** A FHIRPath value as an answer to `question`; undefined where the item's type has no room for it. */
export function answerOf(value: TypedValue, question: JsonObject): JsonObject | undefined {
  return answers[String(question.type)]?.(value, question);
}

/** A Coding as a response has it: without the form's weights. */
function bareCoding({ extension: _, id: __, ...rest }: JsonObject): JsonObject {
  return rest;
}

function numberOf({ value }: TypedValue): number | undefined {
  const found = isObject(value) ? value.value : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

function wholeNumber(value: number | undefined): JsonObject | undefined {
  return value !== undefined && Number.isInteger(value) ? { valueInteger: value } : undefined;
}

function withNumber(name: string, value: number | undefined): JsonObject | undefined {
  return value === undefined ? undefined : { [name]: value };
}

function quantityOf(value: unknown, type: string, question: JsonObject): JsonObject | undefined {
  if (isObject(value)) {
    if (type !== 'System.Quantity') return { valueQuantity: value };
    const unit = String(value.unit).replaceAll("'", '');
    return { valueQuantity: { value: value.value, unit, system: 'http://unitsofmeasure.org', code: unit } };
  }
  return typeof value === 'number' ? { valueQuantity: inUnit(value, question) } : undefined;
}

/** A bare number in the unit that its question has. */
export function inUnit(value: number, question: JsonObject): JsonObject {
  const unit = extensionValue(question, sdcUrl.unit);
  if (!isObject(unit)) return { value };
  const { system, code, display } = unit;
  return {
    value,
    ...(display === undefined && code === undefined ? {} : { unit: display ?? code }),
    ...(system === undefined ? {} : { system }),
    ...(code === undefined ? {} : { code }),
  };
}
