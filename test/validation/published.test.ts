import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { isResource } from '../../src/fhir/resource.js';
import { packageRoot } from '../../src/root.js';
import { createTerminology } from '../../src/terminology/create.js';
import { createValidator } from '../../src/validation/create.js';
import { loadBusinessRules } from '../../src/validation/rules/business.js';
import { errors, validatorWith } from './support.js';

// The definitions of R4 itself are the other tests' matter.
const definitional: ReadonlySet<string> = new Set([
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'SearchParameter',
  'ConceptMap',
  'OperationDefinition',
  'CompartmentDefinition',
]);

/** Published instances that are wrong by R4's own rules, each with the reason. */
const trulyWrong: Readonly<Record<string, string>> = {
  'ActivityDefinition-blood-tubes-supply.json': 'txt-2: the narrative is empty',
  'ActivityDefinition-heart-valve-replacement.json': 'txt-2: the narrative is empty',
  'Bundle-10bb101f-a121-4264-a920-67be9cb82c74.json':
    'a fullUrl names pat12, its resource is pat2 (Bundle.entry.fullUrl: shall not disagree with the id)',
  'Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe.json': 'a fullUrl names pat12, its resource is pat2',
  'Bundle-hla-1.json': 'a complex extension has the part uri where its definition names url',
  'Bundle-lri-example.json': 'fullUrls name lri-gramstain1 …, their resources gramstain1 …',
  'Bundle-dataelements.json': 'bdl-7: one fullUrl twice',
  'DeviceMetric-example.json': 'parent refers to a DeviceDefinition, only Device is allowed',
  'DeviceUseStatement-example.json': 'reasonReference refers to a Procedure, which is not among the targets',
  'EventDefinition-example.json': 'txt-2: the narrative is empty',
  'ImplementationGuide-fhir.json': 'name and status are missing',
  'Media-sound.json': 'the narrative links to #11, which does not exist',
  'MedicationRequest-medrx0301.json': 'dispenseRequest.performer refers to a Practitioner, only Organization is allowed',
  'Observation-clinical-gender.json': 'performer refers to an Encounter',
  'Organization-2.16.840.1.113883.19.5.json': 'an identifier under urn:ietf:rfc:3986 is an OID without urn:oid:',
  'Questionnaire-qs1.json': 'items without linkId',
  'Questionnaire-zika-virus-exposure-assessment.json': 'txt-2: the narrative is empty',
  'ig-r4.json': 'name and status are missing',
};

test('accepts the published instances of R4, save those that are wrong', (t) => {
  const folder = join(packageRoot, 'node_modules', 'hl7.fhir.r4.examples');
  const validator = validatorWith();
  let count = 0;
  const unexpected: Record<string, readonly string[]> = {};
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json') || name === 'package.json' || definitional.has(name.split('-')[0] ?? '')) continue;
    const text = readFileSync(join(folder, name), 'utf8');
    // Bundles of all definitions
    if (text.length > 2_000_000) continue;
    const resource: unknown = JSON.parse(text);
    if (!isResource(resource)) continue;
    count++;
    const found = errors(validator.validate(resource));
    const reason = trulyWrong[name];
    if (reason === undefined && found.length > 0) unexpected[name] = found;
    if (reason !== undefined) t.ok(found.length > 0, `${name}: ${reason}`);
  }
  t.strictSame(unexpected, {}, 'no false alarm');
  t.ok(count > 700, `${count} instances`);
  t.end();
});

test('judges the guide’s own examples as they say', (t) => {
  const folder = join(packageRoot, 'profiles', 'examples');
  const registry = loadRegistry();
  const validator = createValidator({ registry, terminology: createTerminology(registry), rules: loadBusinessRules() });
  for (const profile of readdirSync(folder)) {
    for (const kind of ['valid', 'invalid'] as const) {
      const examples = join(folder, profile, kind);
      if (!existsSync(examples)) continue;
      for (const file of readdirSync(examples)) {
        if (!file.endsWith('.json') || file.endsWith('.expected.json')) continue;
        const issues = validator.validate(JSON.parse(readFileSync(join(examples, file), 'utf8')), { now: Date.now() });
        const found = issues.filter(({ severity }) => severity === 'error');
        if (kind === 'valid') {
          t.strictSame(errors(issues), [], `${profile}/${file}`);
          continue;
        }
        const expected = JSON.parse(readFileSync(join(examples, file.replace(/\.json$/, '.expected.json')), 'utf8')) as ReadonlyArray<{
          readonly rule?: string;
          readonly expression: string;
        }>;
        for (const { rule, expression } of expected) {
          t.ok(
            found.some((issue) => issue.expression === expression && (rule === undefined || issue.rule === rule)),
            `${profile}/${file}: ${rule ?? 'an error'} @ ${expression}`,
            { found: errors(issues) },
          );
        }
      }
    }
  }
  t.end();
});
