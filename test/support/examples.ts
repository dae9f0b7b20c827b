import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FhirResource, JsonObject } from '../../src/fhir/resource.js';

const folder = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));

// Resources that define FHIR itself; what is left are the instances that show how it is used.
const definitional =
  /^(StructureDefinition|SearchParameter|ValueSet|CodeSystem|OperationDefinition|ConceptMap|CompartmentDefinition|NamingSystem)-/;

/** The ordinary instances among R4's published examples. */
export function publishedExamples(): ReadonlyArray<FhirResource & JsonObject> {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.startsWith('.') && !definitional.test(file))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as FhirResource & JsonObject)
    .filter((resource) => typeof resource.resourceType === 'string');
}

/** The published definitions of one type, by their file names: `StructureDefinition`, `SearchParameter`. */
export function publishedDefinitions<Resource>(type: string): readonly Resource[] {
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${type}-`))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Resource);
}
