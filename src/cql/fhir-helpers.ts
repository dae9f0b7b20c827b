/** Conversions that the model info declares, as `[function, from, to]` without model names: `['ToString', 'ObservationStatus', 'String']`. */
function conversions(modelInfo: string): ReadonlyArray<readonly [string, string]> {
  const found = modelInfo.matchAll(/<conversionInfo functionName="FHIRHelpers\.(\w+)" fromType="FHIR\.([^"]+)"/g);
  return [...found].map(([, name = '', from = '']) => [name, from] as const);
}

// The conversions that are more than the element's value. A quantity with a comparator (`< 5`) isn't a number; a period without a start began at an
// unknown time, one without an end goes on (R4 datatypes §2.24.0.13).
const structured: Readonly<Record<string, string>> = {
  'ToCode Coding': 'System.Code { code: v.code.value, system: v.system.value, version: v.version.value, display: v.display.value }',
  'ToConcept CodeableConcept': 'System.Concept { codes: v.coding C return all ToCode(C), display: v.text.value }',
  'ToQuantity Quantity':
    "if v.value is null or v.comparator is not null then null else System.Quantity { value: v.value.value, unit: Coalesce(v.code.value, v.unit.value, '1') }",
  'ToInterval Period': 'if v."start" is null then Interval(v."start".value, v."end".value] else Interval[v."start".value, v."end".value]',
  'ToInterval Range':
    'if v.low is null then Interval(ToQuantity(v.low), ToQuantity(v.high)] else Interval[ToQuantity(v.low), ToQuantity(v.high)]',
  'ToRatio Ratio': 'System.Ratio { numerator: ToQuantity(v.numerator), denominator: ToQuantity(v.denominator) }',
};

// A conversion comes after the ones that it calls.
const order = ['ToCode', 'ToConcept', 'ToQuantity', 'ToInterval', 'ToRatio'];

/** The library FHIRHelpers as CQL: one function for each conversion that the FHIR model info declares. Throws where it declares one that we don't know. */
export function fhirHelpers(modelInfo: string, version: string): string {
  const functions = [...conversions(modelInfo)].sort((a, b) => rank(a[0]) - rank(b[0])).map(([name, from]) => helper(name, from));
  return [`library FHIRHelpers version '${version}'`, `using FHIR version '${version}'`, 'context Patient', ...functions, ''].join('\n');
}

function helper(name: string, from: string): string {
  const type = `FHIR.${from
    .split('.')
    .map((part) => `"${part}"`)
    .join('.')}`;
  const body = structured[`${name} ${from}`];
  if (body === undefined && order.includes(name))
    throw new Error(`the model info declares ${name}(${from}), which FHIRHelpers doesn't have`);
  return `define function ${name}(v ${type}): ${body === undefined ? 'v.value' : `if v is null then null else ${body}`}`;
}

function rank(name: string): number {
  const place = order.indexOf(name);
  return place < 0 ? order.length : place;
}
