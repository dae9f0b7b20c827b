import { test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { parseJson, stringifyJson } from '../../src/fhir/json.js';
import { parseXml } from '../../src/fhir/xml.js';
import { printXml } from '../../src/fhir/xml-print.js';
import { publishedExamples } from '../support/examples.js';

const registry = loadRegistry();

function rules(xml: string): readonly string[] {
  const read = parseXml(xml, registry);
  return read.ok ? [] : read.issues.map(({ rule }) => rule);
}

function patient(inner: string): string {
  return `<Patient xmlns="http://hl7.org/fhir">${inner}</Patient>`;
}

/** A narrative's text apart from how its empty elements and entities are written. */
function withoutNarrative(resource: unknown): unknown {
  return JSON.parse(JSON.stringify(resource, (key, value: unknown) => (key === 'div' ? undefined : value)));
}

test('every published example goes to XML and back without loss', async (t) => {
  let count = 0;
  for (const example of publishedExamples()) {
    if (JSON.stringify(example).length > 300_000) continue;
    const printed = printXml(example, registry);
    if (!printed.ok) t.fail(`${example.resourceType}/${example.id}: ${printed.issues[0]?.text.en}`);
    const read = printed.ok ? parseXml(printed.value, registry) : printed;
    if (!read.ok || canonical(withoutNarrative(read.value)) !== canonical(withoutNarrative(example)))
      t.fail(`${example.resourceType}/${example.id}`);
    // A narrative once normalized stays as it is.
    const again = read.ok ? printXml(read.value, registry) : read;
    if (!again.ok || !printed.ok || again.value !== printed.value)
      t.fail(`${example.resourceType}/${example.id} prints otherwise the second time`);
    count += 1;
  }
  t.ok(count > 700);
});

test('extensions, ids and gaps of primitives survive', async (t) => {
  const resource = {
    resourceType: 'Patient',
    id: 'a',
    contained: [{ resourceType: 'Organization', id: 'o', name: 'x & <y>' }],
    extension: [{ id: 'e', url: 'http://u', valueString: 'line\nnext\ttab "quoted"' }],
    name: [{ given: ['Siti', null, 'Nur'], _given: [null, { extension: [{ url: 'http://u', valueCode: 'unknown' }] }, { id: 'n' }] }],
    _birthDate: { extension: [{ url: 'http://u', valueBoolean: false }] },
    multipleBirthInteger: 2,
  };
  const printed = printXml(resource, registry);
  t.ok(printed.ok);
  if (printed.ok) t.same(parseXml(printed.value, registry), { ok: true, value: resource });
});

test('numbers keep their digits between the two formats', async (t) => {
  const xml =
    '<Observation xmlns="http://hl7.org/fhir"><status value="final"/><code><text value="x"/></code><valueQuantity><value value="1.50"/></valueQuantity></Observation>';
  const read = parseXml(xml, registry);
  t.ok(read.ok && stringifyJson(read.value).includes('"value":1.50'));
  const json = parseJson('{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":2.500}}');
  const printed = json.ok ? printXml(json.value as { resourceType: string }, registry) : json;
  t.ok(printed.ok && printed.value.includes('<value value="2.500"/>'));
});

test('a narrative keeps its content whatever prefixes its document has', async (t) => {
  const read = parseXml(
    '<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><f:text><f:status value="generated"/><h:div><h:p class="a">x &lt; y &#160;<h:br/></h:p><!-- c --></h:div></f:text></f:Patient>',
    registry,
  );
  t.same(read.ok && read.value['text'], {
    status: 'generated',
    div: '<div xmlns="http://www.w3.org/1999/xhtml"><p class="a">x &lt; y \u00a0<br/></p><!-- c --></div>',
  });
});

test('what is no R4 XML is refused by rule, all faults at once', async (t) => {
  t.same(rules('<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir"/>'), ['xml-dtd']);
  t.same(
    rules(
      '\ufeff<Patient xmlns="http://hl7.org/fhir" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="a b"><id value="a"/></Patient>',
    ),
    [],
  );
  t.same(rules(patient('<id value="&x;"/>')), ['xml-syntax']);
  t.same(rules(patient('<id value="a\u0000"/>')), ['xml-syntax']);
  t.same(rules(patient('<name>'.repeat(100_000))), ['xml-element', 'xml-depth']);
  t.same(rules(patient('<id value="a">')), ['xml-syntax']);
  t.same(rules('<Patient><id value="a"/></Patient>'), ['xml-namespace']);
  t.same(rules('<Nothing xmlns="http://hl7.org/fhir"/>'), ['xml-resource']);
  t.same(rules(patient('<gender value="male"/><nome value="x"/><name/><gender value="male"/>text')), [
    'xml-element',
    'xml-order',
    'xml-empty',
    'xml-repeat',
    'xml-text',
  ]);
  t.same(rules(patient('<id value="a" other="b"/>')), ['xml-attribute']);
  t.same(rules(patient('<id value=""/>')), ['xml-empty', 'xml-empty']);
  t.same(rules(patient('<__proto__ value="a"/><constructor/>')), ['xml-element', 'xml-element']);
  t.same(rules(patient(`${'<extension url="u">'.repeat(300)}${'</extension>'.repeat(300)}`)), ['xml-depth']);
  t.same(rules(`<a>${'&amp;'.repeat(10)}`), ['xml-namespace', 'xml-syntax']);
  const located = parseXml(patient('\n<name><given value="a"/><family value="b"/></name>'), registry);
  t.ok(!located.ok && located.issues[0]?.expression === 'Patient.name[0].family' && located.issues[0].diagnostics?.startsWith('line 2'));
});

test('what XML can’t say is refused when printing', async (t) => {
  const refused = (resource: { resourceType: string; [name: string]: unknown }): string | undefined => {
    const printed = printXml(resource, registry);
    return printed.ok ? undefined : printed.issues[0]?.rule;
  };
  t.equal(refused({ resourceType: 'Patient', nosuch: 1 }), 'xml-element');
  t.equal(refused({ resourceType: 'Nothing' }), 'xml-resource');
  t.equal(
    refused({ resourceType: 'Patient', text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div><x/>' } }),
    'xml-narrative',
  );
  t.equal(refused({ resourceType: 'Patient', text: { status: 'generated', div: '<!DOCTYPE x><div>a</div>' } }), 'xml-narrative');
  t.equal(refused({ resourceType: 'Patient', birthDate: { a: 1 } }), 'xml-element');
  const deep = `<div xmlns="http://www.w3.org/1999/xhtml">${'<b>'.repeat(100_000)}`;
  t.equal(refused({ resourceType: 'Patient', text: { status: 'generated', div: deep } }), 'xml-narrative');
});

/** JSON with the keys of its objects in order: XML has an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
