import type { ValueSet } from '@medplum/fhirtypes';
import { temporalRange } from '../../fhir/date.js';
import type { IssueCode } from '../../fhir/outcome.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { boundedPattern } from '../../terminology/bounded-pattern.js';
import { createTerminology } from '../../terminology/create.js';
import type { CodeVerdict } from '../../terminology/terminology.js';
import { compareValues } from '../bounds.js';
import { report } from '../context.js';
import { contains } from '../match.js';
import { rulesText } from '../rules-text.js';
import { extensionValue, type ResponseState } from './questionnaire-response.js';

const text = rulesText.questionnaire;

// R4 item types and the types of the answers that they take (valueset-item-type)
const answerTypes: Readonly<Record<string, readonly string[]>> = Object.assign(Object.create(null), {
  boolean: ['boolean'],
  decimal: ['decimal'],
  integer: ['integer'],
  date: ['date'],
  dateTime: ['dateTime', 'date'],
  time: ['time'],
  string: ['string'],
  text: ['string'],
  url: ['uri'],
  choice: ['Coding', 'string', 'date', 'time', 'integer', 'Reference'],
  'open-choice': ['Coding', 'string', 'date', 'time', 'integer', 'Reference'],
  attachment: ['Attachment'],
  reference: ['Reference'],
  quantity: ['Quantity'],
});

/** One answer to one question: type, options, value set, limits. */
export function checkAnswer(state: ResponseState, question: JsonObject, answer: JsonObject, path: string): void {
  const key = Object.keys(answer).find((name) => /^value[A-Z]/.test(name));
  if (key === undefined) return;
  const value = answer[key];
  const type = typeNamed(key.slice(5));
  const at = `${path}.value.ofType(${type})`;
  const kind = String(question['type']);
  const allowed = answerTypes[kind];
  if (!allowed) return;
  if (!allowed.includes(type)) {
    fail('value', 'questionnaire-answer-type', text.answerType(allowed, type), at);
    return;
  }
  checkOptions(question, kind, type, value, path, at);
  checkLimits(question, value, at);

  function fail(code: IssueCode, rule: string, said: ReturnType<typeof text.oneItem>, where: string): void {
    report(state.context, 'error', code, rule, said, where);
  }

  function checkOptions(
    asked: JsonObject,
    itemType: string,
    answerType: string,
    found: unknown,
    holderPath: string,
    valuePath: string,
  ): void {
    const options = asked['answerOption'];
    const open = itemType === 'open-choice';
    if (Array.isArray(options) && options.length > 0) {
      if (open && answerType === 'string') return;
      const ofType = options.filter((option) => isObject(option) && option[`value${capital(answerType)}`] !== undefined);
      if (ofType.length === 0) {
        fail('invariant', 'questionnaire-option', text.noOptionOfType(answerType), holderPath);
        return;
      }
      const fits = ofType.some((option) => isObject(option) && optionFits(found, option[`value${capital(answerType)}`]));
      if (!fits)
        fail('invariant', 'questionnaire-option', text.notAnOption(shown(found)), answerType === 'Coding' ? holderPath : valuePath);
      return;
    }
    const canonical = asked['answerValueSet'];
    if (typeof canonical !== 'string') {
      if (itemType === 'choice' && answerType === 'string')
        fail('invariant', 'questionnaire-option', text.noOptionOfType(answerType), holderPath);
      return;
    }
    const verdict = memberVerdict(canonical, answerType, found);
    if (verdict.valid !== false || (open && answerType === 'string')) return;
    if (open)
      report(state.context, 'warning', 'code-invalid', 'questionnaire-value-set', text.notInValueSet(shown(found), canonical), holderPath);
    else
      fail(
        'code-invalid',
        'questionnaire-value-set',
        text.notInValueSet(shown(found), canonical),
        answerType === 'Coding' ? holderPath : valuePath,
      );
  }

  function memberVerdict(canonical: string, answerType: string, found: unknown): CodeVerdict {
    const coding = isObject(found)
      ? {
          ...(typeof found['system'] === 'string' ? { system: found['system'] } : {}),
          ...(typeof found['code'] === 'string' ? { code: found['code'] } : {}),
        }
      : { code: String(found) };
    if (answerType !== 'Coding' && answerType !== 'string') return { valid: undefined };
    if (!canonical.startsWith('#')) return state.context.engine.terminology.validateInValueSet(canonical, coding);
    const contained = state.questionnaire['contained'];
    const valueSet = Array.isArray(contained) ? contained.find((item) => isObject(item) && item['id'] === canonical.slice(1)) : undefined;
    return isObject(valueSet) ? validateInContained(valueSet, coding) : { valid: undefined };
  }

  /** A contained value set has no canonical of its own that the registry could find. */
  function validateInContained(valueSet: JsonObject, coding: { readonly system?: string; readonly code?: string }): CodeVerdict {
    const named = { ...valueSet, resourceType: 'ValueSet', url: 'urn:contained' };
    const registry = state.context.engine.registry.with([named]);
    return createTerminology({
      ...registry,
      valueSet: (url) => (url === 'urn:contained' ? (named as unknown as ValueSet) : registry.valueSet(url)),
    }).validateInValueSet('urn:contained', coding);
  }

  function checkLimits(asked: JsonObject, found: unknown, where: string): void {
    const minimum = limitOf(asked, 'http://hl7.org/fhir/StructureDefinition/minValue');
    if (minimum !== undefined && orderOf(found, minimum) < 0)
      fail('invariant', 'questionnaire-limit', text.belowLimit(shown(minimum)), where);
    const maximum = limitOf(asked, 'http://hl7.org/fhir/StructureDefinition/maxValue');
    if (maximum !== undefined && orderOf(found, maximum) > 0)
      fail('invariant', 'questionnaire-limit', text.aboveLimit(shown(maximum)), where);
    checkQuantity(asked, found, where);
    checkTextLimits(asked, found, where);
    const places = extensionValue(asked, 'http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces', 'valueInteger');
    if (typeof places === 'number' && typeof found === 'number' && decimalPlaces(found) > places)
      fail('invariant', 'questionnaire-limit', text.decimalPlaces(places), where);
  }

  function checkTextLimits(asked: JsonObject, found: unknown, where: string): void {
    if (typeof found !== 'string') return;
    const maxLength = asked['maxLength'];
    if (typeof maxLength === 'number' && found.length > maxLength) fail('invariant', 'questionnaire-limit', text.tooLong(maxLength), where);
    const minLength = extensionValue(asked, 'http://hl7.org/fhir/StructureDefinition/minLength', 'valueInteger');
    if (typeof minLength === 'number' && found.length < minLength)
      fail('invariant', 'questionnaire-limit', text.tooShort(minLength), where);
    const pattern = extensionValue(asked, 'http://hl7.org/fhir/StructureDefinition/regex', 'valueString');
    if (typeof pattern === 'string' && boundedPattern(pattern)?.test(found) === false) {
      const format = extensionValue(asked, 'http://hl7.org/fhir/StructureDefinition/entryFormat', 'valueString');
      fail('invariant', 'questionnaire-limit', text.wrongFormat(typeof format === 'string' ? format : pattern), where);
    }
  }

  function checkQuantity(asked: JsonObject, found: unknown, where: string): void {
    if (!isObject(found)) return;
    const sdc = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-';
    for (const [name, side] of [
      ['minQuantity', -1],
      ['maxQuantity', 1],
    ] as const) {
      const limit = extensionValue(asked, sdc + name, 'valueQuantity');
      if (!isObject(limit)) continue;
      const order = compareValues(found, limit, undefined);
      if (order === undefined) fail('invariant', 'questionnaire-limit', text.incomparable(shown(limit)), where);
      else if (Math.sign(order) === side)
        fail('invariant', 'questionnaire-limit', side < 0 ? text.belowLimit(shown(limit)) : text.aboveLimit(shown(limit)), where);
    }
    const units = (Array.isArray(asked['extension']) ? asked['extension'] : []).filter(
      (item) => isObject(item) && item['url'] === 'http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption',
    );
    if (
      units.length > 0 &&
      !units.some(
        (unit) =>
          isObject(unit) &&
          isObject(unit['valueCoding']) &&
          unit['valueCoding']['system'] === found['system'] &&
          unit['valueCoding']['code'] === found['code'],
      )
    ) {
      fail('invariant', 'questionnaire-unit', text.unitNotAllowed(shown(found)), where);
    }
    const valueSet = extensionValue(asked, 'http://hl7.org/fhir/StructureDefinition/questionnaire-unitValueSet', 'valueCanonical');
    if (typeof valueSet !== 'string') return;
    const inSet = typeof found['code'] === 'string' ? memberVerdict(valueSet, 'Coding', found).valid : false;
    if (inSet === false) fail('invariant', 'questionnaire-unit', text.unitNotInValueSet(shown(found), valueSet), where);
  }
}

function limitOf(question: JsonObject, url: string): unknown {
  const extensions = question['extension'];
  if (!Array.isArray(extensions)) return undefined;
  const found = extensions.find((extension) => isObject(extension) && extension['url'] === url);
  const key = isObject(found) ? Object.keys(found).find((name) => name.startsWith('value')) : undefined;
  return isObject(found) && key !== undefined ? found[key] : undefined;
}

/** Dates are ordered by the moments at which they begin. */
function orderOf(value: unknown, limit: unknown): number {
  if (typeof value === 'string' && typeof limit === 'string') {
    const a = temporalRange(value);
    const b = temporalRange(limit);
    if (a && b) return a.low - b.low;
  }
  return compareValues(value, limit, undefined) ?? 0;
}

function optionFits(value: unknown, option: unknown): boolean {
  if (isObject(value) && isObject(option) && option['code'] !== undefined)
    return value['code'] === option['code'] && value['system'] === option['system'];
  return contains(value, option);
}

function decimalPlaces(value: number): number {
  const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

function typeNamed(suffix: string): string {
  return ['Coding', 'Attachment', 'Reference', 'Quantity'].includes(suffix) ? suffix : suffix.charAt(0).toLowerCase() + suffix.slice(1);
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function shown(value: unknown): string {
  if (!isObject(value)) return String(value).slice(0, 100);
  if (value['value'] !== undefined) return `${value['value']} ${value['unit'] ?? value['code'] ?? ''}`.trim();
  return `${value['system'] ?? ''}|${value['code'] ?? value['display'] ?? value['reference'] ?? ''}`.slice(0, 200);
}
