import type { Bundle, CarePlan, Task } from '@medplum/fhirtypes';
import type { MeasurementPeriod } from '../cql/program.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { FhirResource } from '../fhir/resource.js';
import { evaluateMeasure } from '../measure/evaluate.js';
import { findMeasure } from '../measure/find-measure.js';
import { type DueService, dueServices, dueSystem, type EarlierPlans, plannedChanges, taskIds } from '../measure/operations/due-plan.js';
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

/** About how many Tasks and CarePlans one call writes, as one transaction; the answer links to the next where there is more. */
const mostWrites = 5000;

/** How many ids one search names. */
const idsAtOnce = 200;

const openStatuses = 'requested,received,accepted,ready,in-progress,on-hold';
/** Closed by somebody, so not to be asked for again in the same period. */
const closedStatuses = 'completed,rejected,entered-in-error';

/** `CarePlan/$plan-visits`: who of an area is due for what, as Tasks and, a person, as a CarePlan; asked again it adds nothing and closes what was done or is over. */
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
  const earlier = await earlierPlans(due, period, request, services);
  const { resources: changed, isWhole } = plannedChanges(due, period, earlier, now, mostWrites);
  const resources = changed as unknown as readonly FhirResource[];
  const writes = resources.map((resource): WriteOperation => {
    judge(resource, services);
    return { kind: 'update', type: resource.resourceType, id: resource.id ?? '', resource };
  });
  const results = writes.length === 0 ? [] : await services.store.write(writes, request.context);
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: now,
    ...(isWhole ? {} : { link: [{ relation: 'next', url: `${request.baseUrl}/CarePlan/$plan-visits` }] }),
    entry: results.map(({ version }) => ({
      fullUrl: `${request.baseUrl}/${version.type}/${version.id}`,
      resource: JSON.parse(version.body ?? '{}'),
    })),
  };
  return { status: 200, body: JSON.stringify(bundle) };
}

/** What earlier plans left of the people at hand. */
async function earlierPlans(
  due: readonly DueService[],
  period: MeasurementPeriod,
  request: FhirRequest,
  services: Services,
): Promise<EarlierPlans> {
  const persons = new Set(due.flatMap(({ living }) => [...living]));
  const tasks: Task[] = [];
  const plans: CarePlan[] = [];
  for (const some of inChunks([...persons])) {
    const ours = `identifier=${dueSystem}|&patient=${some.map((id) => `Patient/${id}`).join()}&_count=1000`;
    tasks.push(...(await every<Task>('Task', `${ours}&status=${openStatuses}`, request, services)));
    plans.push(...(await every<CarePlan>('CarePlan', `${ours}&status=active`, request, services)));
  }
  const closed = new Set<string>();
  for (const some of inChunks(taskIds(due, period))) {
    const query = `_id=${some.join()}&status=${closedStatuses}&_count=1000`;
    for (const { id = '' } of await every<Task>('Task', query, request, services)) closed.add(id);
  }
  return { tasks, plans, closed };
}

function inChunks(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / idsAtOnce) }, (_, at) => ids.slice(at * idsAtOnce, (at + 1) * idsAtOnce));
}

/** All matches of a query, page by page. */
async function every<Resource>(type: string, query: string, request: FhirRequest, services: Services): Promise<readonly Resource[]> {
  const search = condition(query, type, services);
  const found: Resource[] = [];
  for (let cursor: string | undefined, isLast = false; !isLast; ) {
    const page = await services.store.search(request.context.scope, { ...search, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.matches.flatMap(({ body }) => (body === undefined ? [] : [JSON.parse(body) as Resource])));
    cursor = page.next;
    isLast = cursor === undefined;
  }
  return found;
}
