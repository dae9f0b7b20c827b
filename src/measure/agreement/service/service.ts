import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Measure } from '@medplum/fhirtypes';
import { CqlError } from '../../../cql/error.js';
import type { SqlEvaluator } from '../../../cql/evaluator.js';
import type { MeasureEvaluator, MeasureProgram } from '../../../cql/program.js';
import { type Issue, issue } from '../../../fhir/outcome.js';
import type { Database } from '../../../store/database.js';
import { withObservations } from '../../observation.js';
import { canonicalOf, measureProgram } from '../../program.js';
import { type AgreementParts, measureAgreement } from '../run.js';
import { agreementKey, ownProgram } from './key.js';
import type { AgreementRecord, AgreementRecords } from './records.js';
import type { releasedMeasures } from './released.js';
import { compareStored } from './stored-persons.js';
import { agreementText } from './text.js';

/** How a measure stands: SQL may serve it only where `state` is `agreed`. */
export interface AgreementStanding {
  readonly state: 'agreed' | 'differs' | 'failed' | 'pending';
  /** Absent where nothing has been compared here; an agreement is then that of the release. */
  readonly record?: AgreementRecord;
}

/**
 * Keeps SQL from serving a measure on which the engines don't agree. A measure of our guide starts as agreed, by the tests of the release; one that a client stored, or
 * that rests on changed libraries or value sets, is compared in the background as soon as it is active, and served by the reference engine until that is done. Every
 * night all are compared on other persons. What is found stands in the database, so that every process obeys it.
 */
export interface AgreementService {
  standing(program: MeasureProgram): Promise<AgreementStanding>;
  /** Why SQL must not serve the program; empty where it may. */
  reasons(program: MeasureProgram): Promise<readonly Issue[]>;
  /** Of every active measure, by id; `refused` where the compiler doesn't take it. */
  overview(): Promise<ReadonlyArray<{ readonly measure: string; readonly state: AgreementStanding['state'] | 'refused' }>>;
  /** Compares the active measures that stand as pending, in the background, one after the other. */
  activate(): void;
  /** Compares all active measures on persons that `seed` makes. Resolves when that is done. */
  compareAll(seed: number): Promise<void>;
  /** Resolves when the background has nothing more to do. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface AgreementServiceParts {
  readonly check: AgreementParts;
  readonly database: Pick<Database, 'query'>;
  readonly records: AgreementRecords;
  readonly released: ReturnType<typeof releasedMeasures>;
  /** Over the store, for persons that are in it. */
  readonly engines: { readonly reference: MeasureEvaluator; readonly sql: () => SqlEvaluator };
  /** For keys: takes one fixed instant for now. Made anew when libraries or terminology change. */
  readonly keys: () => Pick<SqlEvaluator, 'statement'>;
  /** Every active Measure, of the guide and stored. */
  measures(): Promise<readonly Measure[]>;
  /** How many persons are generated and how many drawn from the store. */
  readonly sample: number;
  readonly timeoutMs: number;
}

const quietMs = 300;

export function createAgreementService(parts: AgreementServiceParts): AgreementService {
  const { check, records, released, engines, sample } = parts;
  // What is worked out of a program holds as long as the evaluator that it was worked out with.
  const keys = new WeakMap<object, Map<string, string>>();
  const served = new WeakMap<object, Map<string, boolean>>();
  let work: Promise<void> = Promise.resolve();
  let isWaiting = false;
  let isClosed = false;
  return { standing, reasons, overview, activate, compareAll, settled: () => work, close };

  async function standing(asked: MeasureProgram): Promise<AgreementStanding> {
    const program = ownProgram(asked);
    const record = (await records.all()).get(program.measure);
    if (record && record.key === keyOf(program)) return { state: record.state, record };
    return { state: released.includes(program, check.libraries, check.terminology) ? 'agreed' : 'pending' };
  }

  async function reasons(program: MeasureProgram): Promise<readonly Issue[]> {
    const { state, record } = await standing(program);
    const severity = 'information';
    switch (state) {
      case 'agreed':
        return [];
      case 'pending':
        return [issue('informational', 'measure-agreement-pending', agreementText.pending, { severity })];
      case 'failed':
        return [issue('informational', 'measure-agreement-failed', agreementText.failed(record?.reason ?? ''), { severity })];
      case 'differs':
        return [issue('informational', 'measure-agreement', agreementText.differs(record?.criteria ?? []), { severity })];
    }
  }

  /** A statement is compiled for its key once while libraries and terminology stay. */
  function keyOf(program: MeasureProgram): string {
    const evaluator = parts.keys();
    const known = keys.get(evaluator) ?? new Map<string, string>();
    keys.set(evaluator, known);
    const name = JSON.stringify(program);
    const key = known.get(name) ?? keyWith(program, check.libraries, evaluator);
    known.set(name, key);
    return key;
  }

  /** Of what no longer compiles no record holds. */
  function keyWith(...args: Parameters<typeof agreementKey>): string {
    try {
      return agreementKey(...args);
    } catch (error) {
      if (error instanceof CqlError) return '';
      throw error;
    }
  }

  async function overview(): ReturnType<AgreementService['overview']> {
    const found: Array<{ readonly measure: string; readonly state: AgreementStanding['state'] | 'refused' }> = [];
    for (const measure of await parts.measures()) {
      const program = programOf(measure);
      if (!program) continue;
      // Compiled for the first time each measure takes some milliseconds.
      await setImmediate();
      found.push({ measure: measure.id ?? program.measure, state: isServedBySql(program) ? (await standing(program)).state : 'refused' });
    }
    return found;
  }

  function activate(): void {
    // Changes that come while a round waits for its turn are part of it.
    if (isWaiting || isClosed) return;
    isWaiting = true;
    work = work.then(async () => {
      // Who sends one definition often sends more.
      await setTimeout(quietMs, undefined, { ref: false });
      isWaiting = false;
      await each(async (program) => (await standing(program)).state === 'pending', 1);
    });
  }

  function compareAll(seed: number): Promise<void> {
    work = work.then(() => each(async () => true, seed));
    return work;
  }

  async function each(isDue: (program: MeasureProgram) => Promise<boolean>, seed: number): Promise<void> {
    if (isClosed) return;
    try {
      const measures = await parts.measures();
      for (const measure of measures) {
        await setImmediate();
        const program = programOf(measure);
        if (isClosed) return;
        // Whether it is due costs less to tell than whether it compiles.
        if (program && (await isDue(program)) && isServedBySql(program)) await compare(measure, program, seed);
      }
      await forgetGone(measures);
    } catch {
      // The database is away, or going: the next round finds what is due.
    }
  }

  /** Records of measures that are no longer active would stand in the metrics for ever. */
  async function forgetGone(measures: readonly Measure[]): Promise<void> {
    const active = new Set(measures.map(canonicalOf));
    for (const measure of (await records.all()).keys()) if (!active.has(measure)) await records.forget(measure);
  }

  function programOf(measure: Measure): MeasureProgram | undefined {
    const made = measureProgram(measure);
    return made.ok ? withObservations(made.value, check.libraries) : undefined;
  }

  function isServedBySql(program: MeasureProgram): boolean {
    if (program.basis !== undefined) return false;
    const compiler = engines.sql();
    const known = served.get(compiler) ?? new Map<string, boolean>();
    served.set(compiler, known);
    const name = JSON.stringify(program);
    const is = known.get(name) ?? compiler.refusal(program) === undefined;
    known.set(name, is);
    return is;
  }

  async function compare(measure: Measure, program: MeasureProgram, seed: number): Promise<void> {
    const key = keyOf(program);
    const common = { measure: program.measure, key, checkedAt: new Date(check.now()).toISOString() };
    try {
      const grown = await measureAgreement(check, measure, { persons: sample, seed, run: { timeoutMs: parts.timeoutMs } });
      // Compiled for everybody and refused here: nothing has been compared.
      if (grown.refusals.length > 0) return;
      const [first] = grown.disagreements;
      const year = common.checkedAt.slice(0, 4);
      const period = { start: `${year}-01-01`, end: `${year}-12-31` };
      const stored = await compareStored(parts.database, { reference: engines.reference, sql: engines.sql() }, program, period, sample);
      const { difference } = stored;
      await records.keep({
        ...common,
        state: first || difference ? 'differs' : 'agreed',
        generated: grown.persons,
        stored: stored.persons,
        criteria: first?.criteria ?? difference?.criteria ?? [],
        ...(first ? { smallest: first.smallest } : {}),
        ...(difference ? { person: difference.person } : {}),
      });
    } catch (error) {
      if (isClosed) return;
      // What the CQL raises is told; anything else may quote data.
      const reason = error instanceof CqlError ? error.message : 'the comparison ended with a fault';
      await records.keep({ ...common, state: 'failed', generated: 0, stored: 0, criteria: [], reason });
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    await check.pool.close();
    await work;
  }
}
