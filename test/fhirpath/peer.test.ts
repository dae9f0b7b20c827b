import { evalFhirPathTyped, indexStructureDefinitionBundle, toTypedValue } from '@medplum/core';
import type { Resource, SearchParameter, StructureDefinition } from '@medplum/fhirtypes';
import { test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { compileFhirPath } from '../../src/fhirpath/compile.js';
import { publishedDefinitions, publishedExamples } from '../support/examples.js';

const registry = loadRegistry();

// Where the peer errs, and how: each looked at.
const peerErrs: Readonly<Record<string, string>> = {
  'QuestionnaireResponse item-subject': 'it has no hasExtension()',
  'Condition onset-age': 'as() lets a dateTime pass',
  'Condition onset-info': 'as() lets a dateTime pass',
  'Condition onset-date': 'as() lets a string pass',
  'Condition abatement-age': 'as() lets a string pass',
  'Condition abatement-date': 'as() lets a string pass',
  'Condition abatement-string': 'as() lets an Age pass',
  'Observation combo-value-quantity': 'a union takes 1e-245 for equal to another value',
  'Observation component-value-quantity': 'a union takes 1e-245 for equal to another value',
  'Observation patient': 'resolve() knows no contained resource',
  'QuestionnaireResponse patient': 'resolve() knows no contained resource',
  'Person patient': 'resolve() knows no absolute reference',
  'Person practitioner': 'resolve() knows no absolute reference',
  'ServiceRequest patient': 'resolve() knows no absolute reference',
};

test('search values are those of @medplum/core on every published example, save where that errs', async (t) => {
  indexStructureDefinitionBundle(
    publishedDefinitions<StructureDefinition>('StructureDefinition').filter(
      ({ snapshot, derivation }) => snapshot && derivation !== 'constraint',
    ),
  );
  const parameters = publishedDefinitions<SearchParameter>('SearchParameter').flatMap((parameter) =>
    parameter.expression === undefined
      ? []
      : (parameter.base ?? []).map((base) => ({ base: String(base), code: parameter.code ?? '', expression: parameter.expression ?? '' })),
  );
  const compiled = parameters.map((parameter) => ({
    ...parameter,
    path: compileFhirPath(parameter.expression, { registry, type: parameter.base }),
  }));
  let compared = 0;
  const differences = new Set<string>();
  for (const example of publishedExamples()) {
    for (const { base, code, expression, path } of compiled) {
      if (base !== example.resourceType || `${base} ${code}` in peerErrs) continue;
      compared += 1;
      const theirs = evalFhirPathTyped(expression, [toTypedValue(example as unknown as Resource)]).map(({ value }) => value as unknown);
      const ours = path.evaluate(example).map(({ value }) => value);
      if (JSON.stringify(theirs) !== JSON.stringify(ours)) differences.add(`${base} ${code}`);
    }
  }
  t.ok(compared > 10_000);
  t.same([...differences], []);
});
