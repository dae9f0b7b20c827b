/** A class of the System model: what it derives from and its elements with their types. */
interface SystemClass {
  readonly base: string;
  readonly elements: Readonly<Record<string, string>>;
}

const simpleTypes = ['Boolean', 'Integer', 'Long', 'Decimal', 'String', 'Date', 'DateTime', 'Time'] as const;

// CQL specification, appendix B (CQL reference), section "Types": the structured types.
const classes: Readonly<Record<string, SystemClass>> = {
  Quantity: { base: 'Any', elements: { value: 'System.Decimal', unit: 'System.String' } },
  Ratio: { base: 'Any', elements: { numerator: 'System.Quantity', denominator: 'System.Quantity' } },
  Code: { base: 'Any', elements: { code: 'System.String', system: 'System.String', version: 'System.String', display: 'System.String' } },
  Concept: { base: 'Any', elements: { codes: 'list<System.Code>', display: 'System.String' } },
  Vocabulary: { base: 'Any', elements: { id: 'System.String', version: 'System.String', name: 'System.String' } },
  CodeSystem: { base: 'Vocabulary', elements: {} },
  ValueSet: { base: 'Vocabulary', elements: { codesystems: 'list<System.CodeSystem>' } },
};

/** Model info of CQL's own types, as XML for the translator, which brings none. Source: CQL specification, appendix B, "Types". */
export const systemModelInfo: string = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<modelInfo xmlns="urn:hl7-org:elm-modelinfo:r1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
  '  name="System" version="1.0.0" url="urn:hl7-org:elm-types:r1" targetQualifier="system">',
  '<typeInfo xsi:type="SimpleTypeInfo" name="System.Any"/>',
  ...simpleTypes.map((name) => `<typeInfo xsi:type="SimpleTypeInfo" name="System.${name}" baseType="System.Any"/>`),
  ...Object.entries(classes).map(([name, definition]) => classInfo(name, definition)),
  '</modelInfo>',
].join('\n');

function classInfo(name: string, { base, elements }: SystemClass): string {
  const body = Object.entries(elements).map(([element, type]) => `<element name="${element}" elementType="${type.replace('<', '&lt;')}"/>`);
  return `<typeInfo xsi:type="ClassInfo" name="System.${name}" baseType="System.${base}">${body.join('')}</typeInfo>`;
}
