import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { SqlEvaluator } from '../../cql/evaluator.js';
import type { Libraries } from '../../cql/libraries.js';
import type { MeasureEvaluator, MeasureProgram } from '../../cql/program.js';
import type { FactTable } from '../../store/facts.js';
import type { MeasureServices } from '../services.js';
import { type KeptProgram, keptPrograms, programHash } from './programs.js';
import { keptAreas, type ReadParts } from './read-kept.js';

/** Measures that are kept, for whoever reads their counters or keeps them. */
export interface Kept {
  readonly parts: ReadParts;
  /** Answers whole areas out of counters where it can, the rest as the compiled evaluator does. */
  readonly evaluator: MeasureEvaluator;
  /** The measures to keep, as definitions stand now: the same list while nothing has changed. */
  programs(services: MeasureServices, ids?: ReadonlySet<string>): Promise<readonly KeptProgram[]>;
}

export interface KeptParts {
  readonly database: ReadParts['database'];
  readonly libraries: Libraries;
  compiled(): SqlEvaluator;
  members(valueSet: string): Iterable<string> | undefined;
  readonly factTables: readonly FactTable[];
  /** Another text whenever libraries or value sets are others. */
  definitions(): string;
  /** Epoch milliseconds. */
  clock(): number;
}

/** Engines may change their mind about a measure without a definition changing: they are asked again after this. */
const programsLastMs = 300_000;

export function createKept({ factTables, definitions, ...given }: KeptParts): Kept {
  const factsHash = createHash('sha256')
    .update(JSON.stringify(factTables.map(({ name, signature }) => [name, signature])))
    .digest('hex');
  const hashes = new Map<string, string>();
  const tables = factTables.flatMap(({ name, versioned, columns }) =>
    versioned !== false && columns.some((column) => column.name === 'person') ? [name] : [],
  );
  const parts: ReadParts = {
    ...given,
    factTables: tables,
    factsHash,
    hashOf(program: MeasureProgram) {
      const key = `${definitions()} ${JSON.stringify(program)}`;
      let hash = hashes.get(key);
      if (hash === undefined) {
        if (hashes.size > hashesLimit) hashes.clear();
        hash = programHash(parts, program, 'sql');
        hashes.set(key, hash);
      }
      return hash;
    },
  };
  let known: { readonly state: string; readonly at: number; readonly list: readonly KeptProgram[] } | undefined;
  return {
    parts,
    evaluator: {
      kind: 'sql',
      areas: async (program, period, subjects, run) =>
        (await keptAreas(parts, program, period, subjects)) ?? parts.compiled().areas(program, period, subjects, run),
      persons: (program, period, subjects, run) => parts.compiled().persons(program, period, subjects, run),
    },
    async programs(services, ids) {
      const state = `${definitions()} ${[...(ids ?? [])].join(' ')}`;
      const now = given.clock();
      if (known?.state === state && now - known.at < programsLastMs) return known.list;
      await turn();
      const list = await keptPrograms(services, parts, ids);
      const isSame = known?.list.length === list.length && list.every(({ hash }, index) => hash === known?.list[index]?.hash);
      known = { state, at: now, list: isSame && known ? known.list : list };
      return known.list;
    },
  };
}

const hashesLimit = 1000;
