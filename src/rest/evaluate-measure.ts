import type { EvaluationRun } from '../cql/program.js';
import { evaluateMeasureOperation } from '../measure/operation.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { operationParameters } from './parameters.js';
import type { Services } from './services.js';

/** `Measure/$evaluate-measure` and `Measure/[id]/$evaluate-measure`: the report itself. */
export async function evaluateMeasure(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const report = await evaluateMeasureOperation(
    services.measures,
    request.context.scope,
    operationParameters(request),
    request.id,
    runOf(request),
  );
  return { status: 200, body: JSON.stringify(report) };
}

/** An evaluation ends with the request that asked for it. */
export function runOf({ signal }: FhirRequest): EvaluationRun {
  return signal === undefined ? {} : { signal };
}
