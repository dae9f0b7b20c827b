import type { JsonObject } from '../../fhir/resource.js';
import type { Context } from '../context.js';
import { checkAttachment } from './attachment.js';
import { checkBundle } from './bundle.js';
import { checkCanonical, checkOwnUrl, checkUri } from './canonical.js';
import { checkCapabilityStatement } from './capability-statement.js';
import { checkCodeSystem } from './code-system.js';
import { checkCoding, checkQuantity } from './coding.js';
import { checkConceptMap } from './concept-map.js';
import { checkIdentifier } from './identifier.js';
import { checkMeasure, checkMeasureReport } from './measure.js';
import { checkNarrative } from './narrative.js';
import { checkQuestionnaire } from './questionnaire.js';
import { checkQuestionnaireResponse } from './questionnaire-response.js';
import { checkSearchParameter } from './search-parameter.js';
import { checkStructureDefinition } from './structure-definition.js';
import { checkValueSet } from './value-set.js';

/** What a type demands beyond its StructureDefinition; runs after the type's own checks. */
export type TypeRule = (value: JsonObject, path: string, context: Context) => void;

/** Rules by type. The functions of these types end by calling them. */
export const typeRules: Readonly<Record<string, TypeRule>> = Object.assign(Object.create(null), {
  Attachment: checkAttachment,
  Bundle: checkBundle,
  CapabilityStatement: checkCapabilityStatement,
  CodeSystem: checkCodeSystem,
  Coding: checkCoding,
  ConceptMap: checkConceptMap,
  Identifier: checkIdentifier,
  Measure: checkMeasure,
  MeasureReport: checkMeasureReport,
  Narrative: checkNarrative,
  Quantity: checkQuantity,
  Questionnaire: checkQuestionnaire,
  QuestionnaireResponse: checkQuestionnaireResponse,
  SearchParameter: checkSearchParameter,
  StructureDefinition: checkStructureDefinition,
  ValueSet: checkValueSet,
  // other definitions have a canonical url, too
  ActivityDefinition: checkOwnUrl,
  ImplementationGuide: checkOwnUrl,
  Library: checkOwnUrl,
  OperationDefinition: checkOwnUrl,
  PlanDefinition: checkOwnUrl,
} satisfies Record<string, TypeRule>);

/** Rules for the values of primitive types. */
export const primitiveRules: Readonly<Record<string, (value: unknown, path: string, context: Context) => void>> = Object.assign(
  Object.create(null),
  {
    canonical: checkCanonical,
    uri: checkUri,
    url: checkUri,
  },
);
