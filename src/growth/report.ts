import type { Language, Text } from '../fhir/outcome.js';
import type { JsonObject } from '../fhir/resource.js';
import { translationOf } from '../fhir/translation.js';
import type { Assessment, Score } from './assess.js';
import { growthText } from './text.js';

const ucum = 'http://unitsofmeasure.org';

/** The answer of `$growth`: an assessment as Parameters, texts in `language` with the other language as a translation. `sources` are references to what went in. */
export function growthParameters(assessment: Assessment, language: Language, sources: readonly string[] = []): JsonObject {
  const { ageDays, length, scores } = assessment;
  return {
    resourceType: 'Parameters',
    parameter: [
      ...(ageDays === undefined ? [] : [{ name: 'ageDays', valueInteger: ageDays }]),
      ...(length === undefined
        ? []
        : [
            { name: 'length', valueQuantity: centimetres(length.cm) },
            { name: 'position', valueCode: length.position },
            { name: 'correction', valueQuantity: centimetres(length.correctionCm) },
          ]),
      ...scores.map((score) => ({ name: 'score', part: scoreParts(score, language) })),
      { name: 'standard', ...bilingual('valueString', growthText.standard, language) },
      ...sources.map((reference) => ({ name: 'source', valueReference: { reference } })),
    ],
  };
}

function scoreParts({ indicator, z, reported, category, flags }: Score, language: Language): readonly JsonObject[] {
  return [
    { name: 'indicator', valueCode: indicator.id },
    { name: 'code', valueCoding: { system: 'http://snomed.info/sct', code: indicator.code, display: indicator.display } },
    { name: 'title', ...bilingual('valueString', indicator.name, language) },
    ...(z === undefined ? [] : [{ name: 'zscore', valueDecimal: Number(z.toFixed(4)) }]),
    ...(reported === undefined
      ? []
      : [{ name: 'reported', valueQuantity: { value: reported, unit: '{Zscore}', system: ucum, code: '{Zscore}' } }]),
    ...(category === undefined
      ? []
      : [
          {
            name: 'category',
            valueCodeableConcept: {
              ...(category.coding === undefined ? {} : { coding: [{ ...category.coding, display: category.name.id }] }),
              ...bilingual('text', category.name, language),
            },
          },
        ]),
    ...flags.flatMap((flag) => [
      { name: 'flag', valueCode: flag },
      { name: 'remark', ...bilingual('valueString', growthText.flag[flag], language) },
    ]),
  ];
}

function centimetres(value: number): JsonObject {
  return { value: Number(value.toPrecision(12)), unit: 'cm', system: ucum, code: 'cm' };
}

/** A string element with the other language beside it. */
function bilingual(element: string, text: Text, language: Language): JsonObject {
  return { [element]: text[language], [`_${element}`]: translationOf(text, language) };
}
