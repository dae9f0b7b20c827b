import type { Registry } from '../definitions/registry.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { isObject, isResource, type JsonObject } from '../fhir/resource.js';
import { compileFhirPath } from '../fhirpath/compile.js';
import { FhirPathError } from '../fhirpath/error.js';
import type { TypedValue } from '../fhirpath/fhirpath.js';
import { extensionsOf, fhirPathOf, sdcUrl, valueIn } from './sdc.js';
import { questionnaireText } from './text.js';

/** What expressions of a questionnaire may look at. */
export interface Scope {
  readonly registry: Registry;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** `%resource`: the QuestionnaireResponse as far as it is filled. */
  readonly resource?: JsonObject;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The values of a FHIRPath expression of item `linkId`; 422 that names the item where it can't be computed. */
export function evaluate(expression: string, focus: unknown, scope: Scope, linkId: string): readonly TypedValue[] {
  try {
    return compileFhirPath(expression, { registry: scope.registry, type: typeOf(focus) }).evaluate(focus, {
      now: scope.now,
      // Days of forms are days of western Indonesia.
      zoneMinutes: 420,
      variables: scope.variables,
      ...(scope.resource === undefined ? {} : { resource: scope.resource }),
    });
  } catch (error) {
    if (!(error instanceof FhirPathError)) throw error;
    throw new OperationOutcomeError(422, [
      issue('invalid', 'questionnaire-expression', questionnaireText.expression(linkId), { diagnostics: error.message }),
    ]);
  }
}

/** `scope` with the variables that `element` (a Questionnaire or an item) defines. Source: R4 extension `variable`. */
export function withVariables(element: JsonObject, focus: unknown, scope: Scope): Scope {
  let variables = scope.variables;
  for (const extension of extensionsOf(element, sdcUrl.variable)) {
    const value = valueIn(extension);
    const expression = fhirPathOf(value);
    if (expression === undefined || !isObject(value) || typeof value.name !== 'string') continue;
    const found = evaluate(expression, focus, { ...scope, variables }, String(element.linkId ?? value.name));
    variables = { ...variables, [value.name]: found };
  }
  return { ...scope, variables };
}

/** An item of a response doesn't say what it is. */
function typeOf(focus: unknown): string {
  return isResource(focus) ? focus.resourceType : 'QuestionnaireResponse.item';
}
