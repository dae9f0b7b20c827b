import { type Issue, issue, type Result, type Text } from '../fhir/outcome.js';
import { isObject } from '../fhir/resource.js';
import { daysBetween, localDay } from '../growth/age.js';
import { lastDayOfWeightForHeight, type Measurement } from '../growth/assess.js';
import { quantityIn } from '../growth/measured.js';
import type { OperationParameter } from './parameters.js';
import { restText } from './text.js';

/**
 * The inputs of `Observation/$growth` as a measurement. `today` is the day that `date` stands for where it is absent.
 * All problems at once, each an issue that names its parameter.
 */
export function readGrowthInput(parameters: readonly OperationParameter[], today: string): Result<Measurement> {
  const issues: Issue[] = [];
  const fail = (name: string, text: Text, code: Issue['code'] = 'value') => {
    issues.push(issue(code, 'growth-parameter', text, { expression: `Parameters.parameter.where(name = '${name}')` }));
  };
  const given = new Map<string, OperationParameter>();
  for (const parameter of parameters) {
    if (given.has(parameter.name)) fail(parameter.name, restText.badParameter(parameter.name, expected.once), 'invalid');
    else given.set(parameter.name, parameter);
  }
  const read = <Value>(name: keyof typeof expected, reader: (parameter: OperationParameter) => Value | undefined): Value | undefined => {
    const parameter = given.get(name);
    if (parameter === undefined) return undefined;
    const value = reader(parameter);
    if (value === undefined) fail(name, restText.badParameter(name, expected[name]));
    return value;
  };

  const sex = read('sex', oneOf('male', 'female'));
  const birthDate = read('birthDate', dayOf);
  const date = read('date', dayOf) ?? today;
  const weightKg = read('weight', amount('weight', 0.2, 100));
  const length = read('length', amount('length', 20, 150));
  const height = read('height', amount('length', 20, 150));
  const position = read('position', oneOf('lying', 'standing'));
  const headCircumferenceCm = read('headCircumference', amount('head', 10, 80));
  const oedema = read('oedema', flagOf);

  if (!given.has('sex')) fail('sex', restText.missingParameter('sex'), 'required');
  if (given.has('length') && given.has('height')) fail('height', restText.badParameter('height', expected.alone), 'invalid');
  const isMeasured = ['weight', 'length', 'height', 'headCircumference'].some((name) => given.has(name));
  if (!isMeasured) fail('weight', restText.missingParameter('weight, length, height / headCircumference'), 'required');
  // Without an age, weight for length is all that can be told.
  const isAgeNeeded = !(given.has('weight') && (given.has('length') || given.has('height')));
  if (!given.has('birthDate') && isAgeNeeded && isMeasured) fail('birthDate', restText.missingParameter('birthDate'), 'required');
  const ageDays = birthDate === undefined ? undefined : daysBetween(birthDate, date);
  if (ageDays !== undefined && ageDays < 0) {
    const name = given.has('date') ? 'date' : 'birthDate';
    fail(name, restText.badParameter(name, name === 'date' ? expected.notBeforeBirth : expected.notAfterToday));
  }
  if (ageDays !== undefined && ageDays > lastDayOfWeightForHeight)
    fail('birthDate', restText.badParameter('birthDate', expected.underFive));
  if (issues.length > 0 || sex === undefined) return { ok: false, issues };
  const lengthCm = length ?? height;
  return {
    ok: true,
    value: {
      sex,
      ...(ageDays === undefined ? {} : { ageDays }),
      ...(weightKg === undefined ? {} : { weightKg }),
      ...(lengthCm === undefined ? {} : { lengthCm }),
      ...(position === undefined ? {} : { position }),
      ...(headCircumferenceCm === undefined ? {} : { headCircumferenceCm }),
      ...(oedema === undefined ? {} : { oedema }),
    },
  };
}

const day = { id: 'tanggal sampai harinya, misalnya 2026-01-31', en: 'a date to the day, e.g. 2026-01-31' };
const length = { id: 'panjang 20 sampai 150 cm, misalnya 75.7', en: 'a length of 20 to 150 cm, e.g. 75.7' };

const expected = {
  sex: { id: 'male atau female', en: 'male or female' },
  birthDate: day,
  date: day,
  weight: { id: 'berat 0.2 sampai 100 kg, misalnya 9.6 atau 9600||g', en: 'a weight of 0.2 to 100 kg, e.g. 9.6 or 9600||g' },
  length,
  height: length,
  position: { id: 'lying (berbaring) atau standing (berdiri)', en: 'lying or standing' },
  headCircumference: { id: 'lingkar 10 sampai 80 cm, misalnya 46', en: 'a circumference of 10 to 80 cm, e.g. 46' },
  oedema: { id: 'true atau false', en: 'true or false' },
  once: { id: 'ditulis sekali saja', en: 'given once only' },
  alone: { id: 'ditulis tanpa length: keduanya sama', en: 'given without length: both mean the same' },
  notBeforeBirth: { id: 'pada atau setelah birthDate', en: 'on or after birthDate' },
  notAfterToday: { id: 'tidak setelah date, atau hari ini', en: 'not after date, or today' },
  underFive: {
    id: `paling lama ${lastDayOfWeightForHeight} hari sebelum date: baku ini untuk anak balita`,
    en: `at most ${lastDayOfWeightForHeight} days before date: the standard is for children under five`,
  },
} as const satisfies Readonly<Record<string, Text>>;

function oneOf<Word extends string>(...words: readonly Word[]): (parameter: OperationParameter) => Word | undefined {
  return ({ text }) => words.find((word) => word === text);
}

function dayOf({ text }: OperationParameter): string | undefined {
  return text !== undefined && text.length === 10 ? localDay(text, 0) : undefined;
}

function flagOf({ text }: OperationParameter): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** A number in kg or cm, `number|system|unit` as searches write it, or a Quantity. */
function amount(kind: 'weight' | 'length' | 'head', least: number, most: number): (parameter: OperationParameter) => number | undefined {
  return ({ text, value }) => {
    const found = isObject(value) ? quantityIn(value, kind) : text === undefined ? undefined : quantityOfText(text, kind);
    return found !== undefined && found >= least && found <= most ? found : undefined;
  };
}

function quantityOfText(text: string, kind: 'weight' | 'length' | 'head'): number | undefined {
  const [number = '', , code = kind === 'weight' ? 'kg' : 'cm', ...rest] = text.split('|');
  if (!/^\d{1,6}(\.\d{1,9})?$/.test(number) || rest.length > 0) return undefined;
  return quantityIn({ value: Number(number), code }, kind);
}
