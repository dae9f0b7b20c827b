/**
 * Invariants of R4 that are published with a slip in the expression, beside what they mean by their own words. Each was mended in a later release;
 * the HL7 validator reads them so, too.
 */
export const correctedExpressions: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  // que-12: "more than one enableWhen"
  'enableWhen.count() > 2 implies enableBehavior.exists()': 'enableWhen.count() > 1 implies enableBehavior.exists()',
  // ras-2: says nothing where there is no probability
  'probability is decimal implies (probability as decimal) <= 100':
    'probability.empty() or ((probability is decimal) implies ((probability as decimal) <= 100))',
});

/** Contexts of use that R4 publishes too narrowly for its own definitions, by extension. Later releases widened them. */
export const widenedContexts: Readonly<Record<string, readonly string[]>> = Object.assign(Object.create(null), {
  'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type': ['ElementDefinition.type'],
  'http://hl7.org/fhir/StructureDefinition/regex': ['ElementDefinition.type', 'Questionnaire.item', 'ElementDefinition'],
  'http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version': ['CanonicalResource', 'ElementDefinition'],
  'http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status': ['Element'],
  'http://hl7.org/fhir/StructureDefinition/valueset-concept-comments': ['CodeSystem.concept'],
  'http://hl7.org/fhir/StructureDefinition/translation': ['Element'],
});
