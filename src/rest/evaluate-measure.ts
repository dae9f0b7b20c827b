import type { EvaluationRun } from '../cql/program.js';
import { OperationOutcomeError } from '../fhir/outcome.js';
import { evaluateMeasureOperation } from '../measure/operations/operation.js';
import { parseEvaluateMeasure } from '../measure/operations/request.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { operationParameters } from './parameters.js';
import type { Services } from './services.js';

/** `Measure/$evaluate-measure` and `Measure/[id]/$evaluate-measure`: the report itself. */
export async function evaluateMeasure(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const parameters = operationParameters(request);
  request.progress?.(request.id ?? parameters.find(({ name }) => name === 'measure')?.text ?? '');
  const report = await evaluateMeasureOperation(services.measures, request.context.scope, parameters, request.id, runOf(request));
  return { status: 200, body: JSON.stringify(report) };
}

/** Refuses parameters that can't be meant, before anything is evaluated. */
export function checkEvaluateMeasure(request: FhirRequest): void {
  const parsed = parseEvaluateMeasure(operationParameters(request), request.id);
  if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
}

/** An evaluation ends with the request that asked for it. */
export function runOf({ signal }: FhirRequest): EvaluationRun {
  return signal === undefined ? {} : { signal };
}
