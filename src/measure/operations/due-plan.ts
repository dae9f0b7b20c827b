import { createHash } from 'node:crypto';
import type { CarePlan, CarePlanActivity, Coding, Task } from '@medplum/fhirtypes';
import type { MeasurementPeriod, PopulationCode } from '../../cql/program.js';
import type { Evaluation } from '../evaluate.js';

/** Identifiers of what a plan made: which service, of whom, in which period. */
export const dueSystem = 'https://lontar.id/fhir/sid/due';

/** A service that a measure knows, and the persons (ids) who live, for whom it is due, and who have had it. */
export interface DueService {
  readonly coding: Coding;
  readonly title: string;
  readonly living: ReadonlySet<string>;
  readonly due: ReadonlySet<string>;
  readonly done: ReadonlySet<string>;
}

/** The groups of an evaluation with named members, each as a service: its denominator is due, its numerator done, its initial population lives. */
export function dueServices({ groups, members, measure }: Evaluation): readonly DueService[] {
  return groups.map((group, at) => {
    const of = (code: PopulationCode): readonly string[] => members?.[at]?.[group.populations.indexOf(code)] ?? [];
    const spared = new Set([...of('denominator-exclusion'), ...of('denominator-exception')]);
    const code = measure.group?.[at]?.code;
    return {
      coding: code?.coding?.[0] ?? { code: group.code },
      title: code?.text ?? group.code,
      living: new Set(of('initial-population')),
      due: new Set(of('denominator').filter((person) => !spared.has(person))),
      done: new Set(of('numerator')),
    };
  });
}

/**
 * The tasks that are to be written so that each service due stands once: a new task for what is due and not done; of `open` tasks those done become
 * completed, those of an earlier period failed, those no longer due cancelled. The same due has the same id whenever it is planned; what is as it
 * should be is left out, and so are tasks of people whom the evaluation didn't see.
 */
function plannedTasks(services: readonly DueService[], period: MeasurementPeriod, open: readonly Task[], now: string): readonly Task[] {
  const standing = new Set(open.map(({ id }) => id));
  const added = services.flatMap(({ coding, title, due, done }) =>
    [...due]
      .filter((person) => !done.has(person))
      .map((person) => newTask(coding, title, person, period, now))
      .filter(({ id }) => !standing.has(id)),
  );
  const closed = open.flatMap((task): readonly Task[] => {
    const status = statusOf(task, services, period);
    return status === undefined ? [] : [{ ...task, status, lastModified: now }];
  });
  return [...added, ...closed];
}

/** Ids of the tasks that may be asked for: of all services due and not done in the period. */
export function taskIds(services: readonly DueService[], period: MeasurementPeriod): readonly string[] {
  return services.flatMap(({ coding, due, done }) =>
    [...due].filter((person) => !done.has(person)).map((person) => idOf(dueValue(coding, person, period))),
  );
}

/** Undefined where the task stays as it is. */
function statusOf(task: Task, services: readonly DueService[], period: MeasurementPeriod): Task['status'] | undefined {
  const person = task.for?.reference?.replace(/^Patient\//, '') ?? '';
  const service = services.find(({ coding }) => task.reasonCode?.coding?.some(({ code }) => code === coding.code));
  if (!service?.living.has(person)) return undefined;
  if (service.due.has(person) && service.done.has(person)) return 'completed';
  if ((task.restriction?.period?.end ?? period.end) < period.start) return 'failed';
  return service.due.has(person) ? undefined : 'cancelled';
}

function newTask(coding: Coding, title: string, person: string, period: MeasurementPeriod, now: string): Task {
  const value = dueValue(coding, person, period);
  return {
    resourceType: 'Task',
    id: idOf(value),
    meta: { profile: ['https://lontar.id/fhir/StructureDefinition/task-follow-up'] },
    identifier: [{ system: dueSystem, value }],
    status: 'requested',
    intent: 'order',
    code: {
      coding: [
        { system: 'https://lontar.id/fhir/CodeSystem/follow-up-reason', code: 'missing-service', display: 'Tidak mengakses layanan' },
      ],
    },
    description: title,
    for: { reference: `Patient/${person}` },
    authoredOn: now,
    reasonCode: { coding: [coding], text: title },
    restriction: { period: { ...period } },
  };
}

/** What earlier plans left: tasks and plans that are still open, and ids of tasks that somebody has closed by hand. */
export interface EarlierPlans {
  readonly tasks: readonly Task[];
  readonly plans: readonly CarePlan[];
  readonly closed: ReadonlySet<string>;
}

/** Resources to be written, those of one person together. */
export interface PlannedChanges {
  readonly resources: ReadonlyArray<Task | CarePlan>;
  /** False where there was more to write than asked for: planning again writes on. */
  readonly isWhole: boolean;
}

/** Tasks and plans that bring what is planned up to date: about `most` of them, whole persons always. */
export function plannedChanges(
  services: readonly DueService[],
  period: MeasurementPeriod,
  earlier: EarlierPlans,
  now: string,
  most: number,
): PlannedChanges {
  const tasks = plannedTasks(services, period, earlier.tasks, now).filter(({ id }) => !earlier.closed.has(id ?? ''));
  const plans = [...supersededPlans(services, period, earlier.plans), ...visitPlans(services, period, tasks)];
  const persons = new Map<string, (Task | CarePlan)[]>();
  for (const resource of [...tasks, ...plans]) {
    const { reference = '' } = (resource.resourceType === 'Task' ? resource.for : resource.subject) ?? {};
    persons.set(reference, [...(persons.get(reference) ?? []), resource]);
  }
  const resources: (Task | CarePlan)[] = [];
  for (const own of persons.values()) if (resources.length < most) resources.push(...own);
  return { resources, isWhole: resources.length === tasks.length + plans.length };
}

/** Plans whose period is over, closed: completed where all of it was done, else revoked with what wasn't done stopped. */
function supersededPlans(services: readonly DueService[], period: MeasurementPeriod, open: readonly CarePlan[]): readonly CarePlan[] {
  return open
    .filter(({ subject, period: planned }) => {
      const person = subject.reference?.replace(/^Patient\//, '') ?? '';
      return (planned?.end ?? period.end) < period.start && services.some(({ living }) => living.has(person));
    })
    .map((plan) => {
      const activity = (plan.activity ?? []).map(({ detail, ...rest }) =>
        detail === undefined || detail.status === 'completed'
          ? { ...rest, ...(detail && { detail }) }
          : { ...rest, detail: stopped(detail) },
      );
      const isDone = activity.every(({ detail }) => detail?.status === 'completed');
      return { ...plan, status: isDone ? 'completed' : 'revoked', activity };
    });
}

function stopped(detail: NonNullable<CarePlanActivity['detail']>): NonNullable<CarePlanActivity['detail']> {
  return { ...detail, status: 'stopped' };
}

/** The plan of each person of whom a task was written: one activity a service due in the period, done or still to be done. */
function visitPlans(services: readonly DueService[], period: MeasurementPeriod, tasks: readonly Task[]): readonly CarePlan[] {
  const persons = new Set(tasks.flatMap((task) => task.for?.reference?.replace(/^Patient\//, '') ?? []));
  return [...persons].flatMap((person): readonly CarePlan[] => {
    const activity = services.filter(({ due }) => due.has(person)).map((service) => activityOf(service, person, period));
    if (activity.length === 0) return [];
    const value = `plan|${person}|${period.start}`;
    return [
      {
        resourceType: 'CarePlan',
        id: idOf(value),
        meta: { profile: ['https://lontar.id/fhir/StructureDefinition/careplan-home-visit'] },
        identifier: [{ system: dueSystem, value }],
        status: activity.every(({ detail }) => detail?.status === 'completed') ? 'completed' : 'active',
        intent: 'plan',
        category: [{ text: 'Kunjungan rumah' }],
        subject: { reference: `Patient/${person}` },
        period: { ...period },
        activity,
      },
    ];
  });
}

function activityOf({ coding, title, done }: DueService, person: string, period: MeasurementPeriod): CarePlanActivity {
  return {
    detail: {
      code: { coding: [coding], text: title },
      status: done.has(person) ? 'completed' : 'scheduled',
      scheduledPeriod: { ...period },
      description: title,
    },
  };
}

function dueValue(coding: Coding, person: string, period: MeasurementPeriod): string {
  return `${coding.code}|${person}|${period.start}`;
}

/** A UUID (version 8 of RFC 9562: by our own rule) that is the same for the same words. */
function idOf(words: string): string {
  const hex = createHash('sha256').update(`${dueSystem} ${words}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
