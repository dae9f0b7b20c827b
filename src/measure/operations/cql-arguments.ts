import type { Parameters } from '@medplum/fhirtypes';
import { child, type ElmNode, text } from '../../cql/elm.js';
import { findLibrary, type Libraries } from '../../cql/libraries.js';
import { type Issue, issue, type Result } from '../../fhir/outcome.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { measureText } from '../text.js';
import { about } from './request.js';

/** Values of a library's parameters. */
export interface CqlArguments {
  /** By name, each as the ELM that stands for it. */
  readonly elm: Readonly<Record<string, ElmNode>>;
  /** As they were given, for the report. */
  readonly resource: Parameters;
}

/** Set by periodStart and periodEnd, never as a parameter. */
const periodParameter = 'Measurement Period';
const productLineParameter = 'Product Line';

/**
 * The values that a caller gives to parameters of the primary library: those of `given` (a Parameters resource) by name, and `productLine` as that of
 * "Product Line". Fails with an issue for each name that the library doesn't declare, and for each value that isn't of the declared type.
 */
export function cqlArguments(
  libraries: Libraries,
  library: string,
  given: JsonObject | undefined,
  productLine: string | undefined,
): Result<CqlArguments> {
  const declared = new Map(
    (findLibrary(libraries, library)?.library.parameters?.def ?? [])
      .filter(({ name }) => name !== periodParameter)
      .map((definition) => [definition.name, typeName(child(definition, 'parameterTypeSpecifier'))]),
  );
  const issues: Issue[] = [];
  const found: Record<string, ElmNode> = {};
  const take = (parameter: string, name: string, value: JsonObject): void => {
    const type = declared.get(name);
    if (type === undefined) {
      issues.push(
        issue('not-found', 'cql-parameter', measureText.cqlParameterUnknown(name, [...declared.keys()].join(', ')), about(parameter)),
      );
    } else if (Object.hasOwn(found, name)) {
      issues.push(issue('invalid', 'cql-parameter', measureText.parameterTwice(name), about(parameter)));
    } else {
      const node = Object.hasOwn(makers, type) ? makers[type]?.(value) : undefined;
      if (node) found[name] = node;
      else issues.push(issue('value', 'cql-parameter', measureText.cqlParameterType(name, type), about(parameter)));
    }
  };
  for (const parameter of parametersOf(given)) take('parameters', String(parameter['name'] ?? ''), parameter);
  if (productLine !== undefined) take('productLine', productLineParameter, { valueString: productLine });
  if (issues.length > 0) return { ok: false, issues };
  const parameter = [
    ...parametersOf(given),
    ...(productLine === undefined ? [] : [{ name: productLineParameter, valueString: productLine }]),
  ];
  const resource = JSON.parse(JSON.stringify({ resourceType: 'Parameters', parameter })) as Parameters;
  return { ok: true, value: { elm: found, resource } };
}

function parametersOf(given: JsonObject | undefined): readonly JsonObject[] {
  const list = given?.['parameter'];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** `Integer`, or `Interval<DateTime>`; what has no such name is told as `?`, which nothing is. */
function typeName(specifier: ElmNode | undefined): string {
  if (!specifier) return '?';
  if (specifier.type === 'IntervalTypeSpecifier') return `Interval<${typeName(child(specifier, 'pointType'))}>`;
  return specifier.type === 'NamedTypeSpecifier' ? (text(specifier, 'name') ?? '?').replace(/^\{urn:hl7-org:elm-types:r1\}/, '') : '?';
}

type Maker = (value: JsonObject) => ElmNode | undefined;

const elmTypes = '{urn:hl7-org:elm-types:r1}';

function literal(type: string, value: unknown): ElmNode {
  return { type: 'Literal', valueType: `${elmTypes}${type}`, value: String(value), resultTypeName: `${elmTypes}${type}` };
}

const dateElements = ['year', 'month', 'day'] as const;
const timeElements = ['hour', 'minute', 'second', 'millisecond'] as const;

/** A date of FHIR as CQL's Date or DateTime with the same precision; the offset is left out, since measures run on the wall clock of the person's village. */
function temporal(type: 'Date' | 'DateTime', value: unknown): ElmNode | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?$/.exec(value);
  if (!match || (type === 'Date' && match[4] !== undefined)) return undefined;
  const parts = [...dateElements, ...timeElements].flatMap((name, index) => {
    const found = match[index + 1];
    return found === undefined ? [] : [[name, literal('Integer', Number(name === 'millisecond' ? found.padEnd(3, '0') : found))] as const];
  });
  return { type, ...Object.fromEntries(parts), resultTypeName: `${elmTypes}${type}` };
}

function interval(type: 'Date' | 'DateTime', value: unknown): ElmNode | undefined {
  if (!isObject(value)) return undefined;
  const low = temporal(type, value['start']);
  const high = temporal(type, value['end']);
  if (!low || !high) return undefined;
  const pointType = { type: 'NamedTypeSpecifier', name: `${elmTypes}${type}` };
  return {
    type: 'Interval',
    low,
    high,
    lowClosed: true,
    highClosed: true,
    resultTypeSpecifier: { type: 'IntervalTypeSpecifier', pointType },
  };
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Values of FHIR as ELM, by the declared type of CQL. */
const makers: Readonly<Record<string, Maker>> = {
  Boolean: ({ valueBoolean }) => (typeof valueBoolean === 'boolean' ? literal('Boolean', valueBoolean) : undefined),
  Integer: ({ valueInteger }) => (Number.isSafeInteger(valueInteger) ? literal('Integer', valueInteger) : undefined),
  Decimal: ({ valueDecimal, valueInteger }) => {
    const value = valueDecimal ?? valueInteger;
    return isNumber(value) ? literal('Decimal', value) : undefined;
  },
  String: ({ valueString, valueCode }) => {
    const value = valueString ?? valueCode;
    return typeof value === 'string' ? literal('String', value) : undefined;
  },
  Date: ({ valueDate }) => temporal('Date', valueDate),
  DateTime: ({ valueDateTime, valueDate }) => temporal('DateTime', valueDateTime ?? valueDate),
  Quantity: ({ valueQuantity }) => {
    if (!isObject(valueQuantity) || !isNumber(valueQuantity['value'])) return undefined;
    const unit = valueQuantity['code'] ?? valueQuantity['unit'];
    return {
      type: 'Quantity',
      value: valueQuantity['value'],
      unit: typeof unit === 'string' ? unit : '1',
      resultTypeName: `${elmTypes}Quantity`,
    };
  },
  'Interval<Date>': ({ valuePeriod }) => interval('Date', valuePeriod),
  'Interval<DateTime>': ({ valuePeriod }) => interval('DateTime', valuePeriod),
};
