import cqlExecFhir from 'cql-exec-fhir';
import cqlExecution from 'cql-execution';
import { type Libraries, libraryClosure } from '../../src/cql/libraries.js';
import type { MeasurementPeriod, MeasureProgram } from '../../src/cql/program.js';
import { isMember, periodInterval } from '../../src/cql/reference.js';
import { referencedValueSets } from '../../src/cql/value-sets.js';
import type { FhirResource } from '../../src/fhir/resource.js';

/**
 * cql-execution as its users run it, on the objects of cql-exec-fhir (our reference engine makes its own, which cost a fraction); what comes back evaluates a measure's
 * criteria for persons and says how many members the first has.
 */
export function stockEvaluator(
  program: MeasureProgram,
  libraries: Libraries,
  members: (valueSet: string) => Iterable<string> | undefined,
): (persons: ReadonlyArray<readonly FhirResource[]>, period: MeasurementPeriod) => Promise<number> {
  const closure = libraryClosure(libraries, program.library).map(({ library }) => library);
  const [main] = closure;
  const repository = new cqlExecution.Repository(closure.map((library) => ({ library })));
  const library = new cqlExecution.Library({ library: main }, repository);
  const codes = new cqlExecution.CodeService(
    Object.fromEntries(
      closure.flatMap(referencedValueSets).map(({ url, version }) => {
        const keys = [...(members(version === undefined ? url : `${url}|${version}`) ?? [])];
        const list = keys.map((key) => ({ system: key.slice(0, key.lastIndexOf('|')), code: key.slice(key.lastIndexOf('|') + 1) }));
        return [url, { [version ?? '']: list }];
      }),
    ),
  );
  const criteria = [...new Set(program.groups.flatMap(({ populations }) => populations.map(({ expression }) => expression)))];
  return async (persons, period) => {
    const source = cqlExecFhir.PatientSource.FHIRv401();
    source.loadBundles(
      persons.map((resources) => ({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) })),
    );
    const parameters = { 'Measurement Period': periodInterval(period) };
    let counted = 0;
    for (let person = source.currentPatient(); person; person = source.nextPatient()) {
      const context = new cqlExecution.PatientContext(library, person, codes, parameters);
      const values: unknown[] = [];
      for (const name of criteria) values.push(await library.expressions[name].execute(context));
      if (isMember(values[0])) counted += 1;
    }
    return counted;
  };
}
