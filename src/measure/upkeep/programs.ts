import { createHash } from 'node:crypto';
import type { Measure } from '@medplum/fhirtypes';
import type { SqlEvaluator } from '../../cql/evaluator.js';
import { libraryClosure } from '../../cql/libraries.js';
import type { MeasureProgram } from '../../cql/program.js';
import { referencedValueSets } from '../../cql/value-sets.js';
import { touchesRead } from '../../facts/touch.js';
import { chooseEngine, type EngineChoice } from '../engines.js';
import { guideMeasures } from '../find-measure.js';
import { withObservations } from '../observation.js';
import { measureProgram } from '../program.js';
import type { MeasureServices } from '../services.js';
import type { PeriodKind } from './periods.js';

/** Extension of ours on a Measure: the kinds of its periods, where they aren't months and years. */
export const periodKindUrl = 'https://lontar.id/fhir/StructureDefinition/measure-period-kind';

/** A measure that is kept, and what decides its numbers. */
export interface KeptProgram {
  readonly measure: Measure;
  readonly program: MeasureProgram;
  readonly engine: EngineChoice;
  /** Of everything beside the facts that decides the numbers: another hash, and they are computed anew. */
  readonly hash: string;
  readonly measureHash: string;
  readonly libraryHash?: string;
  /** What a write must touch to concern it (`FactWriter.touches`); absent where that can't be told: everything does. */
  readonly touches?: ReadonlySet<string>;
  /** Whether Today is asked for: the numbers change at midnight. */
  readonly followsClock: boolean;
  readonly kinds: readonly PeriodKind[];
  /** Whether members can be moved by one statement, inside the database: compiled, and no values asked for. */
  readonly inDatabase: boolean;
}

export interface KeptPrograms {
  readonly compiled: SqlEvaluator;
  members(valueSet: string): Iterable<string> | undefined;
  /** Of the fact tables that members are made from. */
  readonly factsHash: string;
}

/**
 * The measures to keep: those of `ids`, or where it is undefined every active measure of the guide that compiled SQL serves. A measure that counts something else
 * than people isn't kept, nor one that asks what time it is: its numbers change every moment.
 */
export async function keptPrograms(
  services: Pick<MeasureServices, 'engines' | 'libraries' | 'registry'>,
  parts: KeptPrograms,
  ids?: ReadonlySet<string>,
): Promise<readonly KeptProgram[]> {
  const found: KeptProgram[] = [];
  for (const measure of guideMeasures(services)) {
    if (measure.status !== 'active' || (ids !== undefined && !ids.has(measure.id ?? ''))) continue;
    const made = measureProgram(measure);
    if (!made.ok || made.value.basis !== undefined) continue;
    const program = withObservations(made.value, services.libraries);
    const engine = await chooseEngine(services.engines, program);
    const isCompiled = engine.evaluator.kind === 'sql';
    if (!isCompiled && ids === undefined) continue;
    const reads = isCompiled ? parts.compiled.reads(program) : undefined;
    if (reads?.instant === true) continue;
    const libraries = libraryClosure(services.libraries, program.library);
    const measureHash = sha256(JSON.stringify(measure));
    const libraryHash = libraries[0]?.cqlHash;
    found.push({
      measure,
      program,
      engine,
      measureHash,
      ...(libraryHash === undefined ? {} : { libraryHash }),
      hash: sha256(
        JSON.stringify([
          measureHash,
          libraries.map(({ cqlHash, stamp }) => [cqlHash, stamp]),
          libraries.flatMap(({ library }) => referencedValueSets(library)).map(({ url, version }) => expansion(parts, url, version)),
          parts.factsHash,
          engine.evaluator.kind,
        ]),
      ),
      ...(reads === undefined ? {} : { touches: touchesRead(reads) }),
      followsClock: reads === undefined || reads.clock,
      kinds: kindsOf(measure),
      inDatabase: isCompiled && program.values === undefined,
    });
  }
  return found;
}

function expansion({ members }: KeptPrograms, url: string, version: string | undefined): string {
  const name = version === undefined ? url : `${url}|${version}`;
  return `${name} ${[...(members(name) ?? [])].sort().join(' ')}`;
}

function kindsOf(measure: Measure): readonly PeriodKind[] {
  const named = (measure.extension ?? []).flatMap(({ url, valueCode }) => (url === periodKindUrl ? [valueCode] : []));
  const kinds = (['year', 'quarter', 'month'] as const).filter((kind) => named.includes(kind));
  return kinds.length > 0 ? kinds : ['year', 'month'];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
