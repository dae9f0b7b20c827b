import cqlExecution from 'cql-execution';
import { issue } from '../fhir/outcome.js';
import { CqlError } from './error.js';
import { evidenceOf } from './evidence.js';
import { addLibrary, findLibrary, type PackedLibrary } from './libraries.js';
import { wallClockOffset } from './local-time.js';
import type { CqlValue } from './program.js';
import { isMember, periodInterval, type ReferenceLibrary, type ReferencePerson, referenceLibrary } from './reference.js';
import { definitionNames, type JobMessage, type JobParameter, type JobResult, type ReferenceJob } from './reference-job.js';
import { cqlText } from './text.js';

interface Prepared {
  readonly job: ReferenceJob;
  readonly engine: ReferenceLibrary;
  readonly values: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

let prepared: Prepared | undefined;

// Entry point of the reference engine's process: a job, then its persons in batches; one answer to each message.
process.on('message', async (message: JobMessage) => {
  try {
    if (message.kind === 'job') {
      prepared = prepare(message.job);
      process.send?.({ results: [] });
    } else process.send?.({ results: prepared ? await evaluate(prepared, message.persons) : [] });
  } catch (error) {
    const issues = error instanceof CqlError ? error.issues : undefined;
    process.send?.({ issues, failure: error instanceof Error ? error.message : String(error) });
  }
});

// Without the server there is nobody to answer.
process.on('disconnect', () => process.exit(0));

function prepare(job: ReferenceJob): Prepared {
  const libraries = new Map<string, PackedLibrary>();
  for (const library of job.libraries) addLibrary(libraries, library);
  const engine = referenceLibrary({ libraries, members: (valueSet) => job.valueSets.get(valueSet) }, job.library);
  const library = findLibrary(libraries, job.library)?.library;
  const values = job.values === 'all' ? (library ? definitionNames(library) : []) : job.values;
  for (const name of [...job.criteria, ...values]) {
    if (!engine.has(name)) throw new CqlError([issue('not-found', 'cql', cqlText.missingDefinition(job.library, name))]);
  }
  const parameters = Object.fromEntries(Object.entries(job.parameters).map(([name, value]) => [name, parameterValue(value)]));
  return { job, engine, values, parameters };
}

async function evaluate({ job, engine, values, parameters }: Prepared, persons: readonly ReferencePerson[]): Promise<readonly JobResult[]> {
  const names = [...new Set([...job.criteria, ...values])];
  const results: JobResult[] = [];
  for (const person of persons) {
    const found = await engine.evaluate(person, names, parameters, job.now);
    const evidence: Record<string, CqlValue> = {};
    for (const name of values) evidence[name] = evidenceOf(found.get(name));
    results.push({
      person: person.id,
      ...(person.area === undefined ? {} : { area: person.area }),
      criteria: job.criteria.map((name) => isMember(found.get(name))),
      values: evidence,
    });
  }
  return results;
}

function parameterValue(parameter: JobParameter): unknown {
  switch (parameter.kind) {
    case 'plain':
      return parameter.value;
    case 'period':
      return periodInterval(parameter.period);
    case 'date':
      return cqlExecution.Date.parse(parameter.text);
    case 'dateTime':
      return cqlExecution.DateTime.parse(/T/.test(parameter.text) ? `${parameter.text}${wallClockOffset()}` : parameter.text);
    case 'quantity':
      return new cqlExecution.Quantity(parameter.value, parameter.unit);
    case 'code':
      return new cqlExecution.Code(parameter.code, parameter.system ?? '', undefined, parameter.display);
  }
}
