import type { Bundle, Task } from '@medplum/fhirtypes';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { FhirResource } from '../fhir/resource.js';
import { evaluateMeasure } from '../measure/evaluate.js';
import { findMeasure } from '../measure/find-measure.js';
import { dueServices, dueSystem, plannedTasks, visitPlans } from '../measure/operations/due-plan.js';
import { parseEvaluateMeasure } from '../measure/operations/request.js';
import { subjectOf } from '../measure/subject/subject.js';
import { measureText } from '../measure/text.js';
import type { WriteOperation } from '../store/store.js';
import { condition } from './condition.js';
import { runOf } from './evaluate-measure.js';
import { judge } from './judge.js';
import type { FhirRequest, FhirResponse } from './message.js';
import type { Operation } from './operations.js';
import { operationParameters } from './parameters.js';
import type { Services } from './services.js';

/** The measure whose groups are services due, unless the request names another. */
const usualMeasure = 'JATUH-TEMPO';

const mostTasks = 5000;

/** `CarePlan/$plan-visits`: who of an area is due for what, as Tasks and, a person, as a CarePlan; asked again it adds nothing and closes what was done. */
export const planVisitsOperation: Operation = {
  name: 'plan-visits',
  definition: 'https://lontar.id/fhir/OperationDefinition/careplan-plan-visits',
  levels: ['type'],
  resourceTypes: ['CarePlan'],
  methods: ['POST'],
  handler: planVisits,
};

async function planVisits(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const { scope } = request.context;
  if (scope.kind !== 'all') throw new OperationOutcomeError(403, [issue('forbidden', 'measure-scope', measureText.scope)]);
  const given = operationParameters(request);
  const named = given.some(({ name }) => name === 'measure');
  const parsed = parseEvaluateMeasure(given, named ? undefined : usualMeasure);
  if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
  if (parsed.value.subject === undefined) {
    const text = measureText.parameterMissing('subject', '6202061001');
    throw new OperationOutcomeError(400, [
      issue('required', 'parameter-missing', text, { expression: "Parameters.parameter.where(name = 'subject')" }),
    ]);
  }
  const { period } = parsed.value;
  const measure = await findMeasure(services.measures, scope, parsed.value.measure);
  const subject = await subjectOf(services.measures, scope, parsed.value.subject);
  const due = dueServices(await evaluateMeasure(services.measures, { measure, period, subject, named: true, run: runOf(request) }));
  const now = new Date(services.clock()).toISOString();
  const tasks = plannedTasks(due, period, await openTasks(request, services), now);
  if (tasks.length > mostTasks) {
    throw new OperationOutcomeError(422, [issue('too-costly', 'plan-limit', measureText.tooManyPersons(mostTasks))]);
  }
  const resources = [...tasks, ...visitPlans(due, period, tasks)] as unknown as readonly FhirResource[];
  const writes = resources.map((resource): WriteOperation => {
    judge(resource, services);
    return { kind: 'update', type: resource.resourceType, id: resource.id ?? '', resource };
  });
  const results = writes.length === 0 ? [] : await services.store.write(writes, request.context);
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: now,
    entry: results.map(({ version }) => ({
      fullUrl: `${request.baseUrl}/${version.type}/${version.id}`,
      resource: JSON.parse(version.body ?? '{}'),
    })),
  };
  return { status: 200, body: JSON.stringify(bundle) };
}

/** Tasks of earlier plans that are still to be done. */
async function openTasks(request: FhirRequest, services: Services): Promise<readonly Task[]> {
  const search = condition(`identifier=${dueSystem}|&status=requested&_count=1000`, 'Task', services);
  const found: Task[] = [];
  for (let cursor: string | undefined, isLast = false; !isLast; ) {
    const page = await services.store.search(request.context.scope, { ...search, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.matches.flatMap(({ body }) => (body === undefined ? [] : [JSON.parse(body) as Task])));
    cursor = page.next;
    isLast = cursor === undefined;
  }
  return found;
}
