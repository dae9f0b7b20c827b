import { createHash } from 'node:crypto';
import type { Measure } from '@medplum/fhirtypes';
import type { SqlEvaluator } from '../../cql/evaluator.js';
import { type Libraries, libraryClosure } from '../../cql/libraries.js';
import type { MeasureEvaluator, MeasureProgram } from '../../cql/program.js';
import { referencedValueSets } from '../../cql/value-sets.js';
import { touchesRead } from '../../facts/touch.js';
import { chooseEngine, type EngineChoice } from '../engines.js';
import { guideMeasures } from '../find-measure.js';
import { withObservations } from '../observation.js';
import { measureProgram } from '../program.js';
import type { MeasureServices } from '../services.js';

/** A measure that is kept, and what decides its numbers. */
export interface KeptProgram {
  readonly measure: Measure;
  readonly program: MeasureProgram;
  readonly engine: EngineChoice;
  readonly hash: string;
  /** What a write must touch to concern it (`FactWriter.touches`); absent where that can't be told: everything does. */
  readonly touches?: ReadonlySet<string>;
  /** Whether Today is asked for: the numbers change at midnight. */
  readonly followsClock: boolean;
  /** Whether members can be moved by one statement, inside the database: compiled, and no values asked for. */
  readonly inDatabase: boolean;
}

export interface ProgramParts {
  readonly libraries: Libraries;
  /** Compiles measures as they stand now: another one when libraries or value sets have changed. */
  compiled(): SqlEvaluator;
  members(valueSet: string): Iterable<string> | undefined;
  /** Of the fact tables that members are made from. */
  readonly factsHash: string;
}

type ProgramServices = Pick<MeasureServices, 'engines' | 'libraries' | 'registry'>;

/**
 * The measures to keep: those of `ids`, or where it is undefined every active measure of the guide that compiled SQL serves. A measure that counts something else
 * than people isn't kept, nor one that asks what time it is: its numbers change every moment.
 */
export async function keptPrograms(
  services: ProgramServices,
  parts: ProgramParts,
  ids?: ReadonlySet<string>,
): Promise<readonly KeptProgram[]> {
  const found: KeptProgram[] = [];
  for (const measure of guideMeasures(services)) {
    if (measure.status !== 'active' || (ids !== undefined && !ids.has(measure.id ?? ''))) continue;
    const program = keptProgramOf(services, measure);
    if (program === undefined) continue;
    const engine = await chooseEngine(services.engines, program);
    const isCompiled = engine.evaluator.kind === 'sql';
    if (!isCompiled && ids === undefined) continue;
    const reads = isCompiled ? parts.compiled().reads(program) : undefined;
    if (reads?.instant === true) continue;
    found.push({
      measure,
      program,
      engine,
      hash: programHash(parts, program, engine.evaluator.kind),
      ...(reads === undefined ? {} : { touches: touchesRead(reads) }),
      followsClock: reads === undefined || reads.clock,
      inDatabase: isCompiled && program.values === undefined,
    });
  }
  return found;
}

/** What a Measure asks of its CQL, where it is one that can be kept. */
export function keptProgramOf({ libraries }: Pick<MeasureServices, 'libraries'>, measure: Measure): MeasureProgram | undefined {
  const made = measureProgram(measure);
  return made.ok && made.value.basis === undefined ? withObservations(made.value, libraries) : undefined;
}

/** Of everything beside the facts that decides a program's numbers: another hash, and they are computed anew. */
export function programHash(parts: ProgramParts, program: MeasureProgram, kind: MeasureEvaluator['kind']): string {
  const libraries = libraryClosure(parts.libraries, program.library);
  const valueSets = libraries.flatMap(({ library }) => referencedValueSets(library));
  const text = JSON.stringify([
    program,
    kind,
    parts.factsHash,
    libraries.map(({ cqlHash, stamp }) => [cqlHash, stamp]),
    valueSets.map(({ url, version }) => expansion(parts, version === undefined ? url : `${url}|${version}`)),
  ]);
  return createHash('sha256').update(text).digest('hex');
}

function expansion({ members }: ProgramParts, name: string): string {
  return `${name} ${[...(members(name) ?? [])].sort().join(' ')}`;
}
