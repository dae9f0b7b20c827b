import type { Measure } from '@medplum/fhirtypes';
import type { Libraries } from '../../cql/libraries.js';
import type { Registry } from '../../definitions/registry.js';
import { type Issue, isFailure, OperationOutcomeError } from '../../fhir/outcome.js';
import { asObject } from '../../fhir/resource.js';
import type { Scope } from '../../search/scope.js';
import type { Store, WriteContext, WriteOperation, WriteResult } from '../../store/store.js';
import type { Terminology } from '../../terminology/terminology.js';
import { type LibraryEntry, libraryEntry } from './entry.js';
import { brokenByChange, judgeLibrary, judgeMeasure } from './judge-write.js';
import { isOurs, type LaidLibraries, type LiveLibraries } from './live-libraries.js';
import { storedMeasures } from './stored-measures.js';
import { asWarning } from './translations.js';

export interface LiveLibraryStoreParts {
  readonly live: LiveLibraries;
  readonly ours: Libraries;
  readonly registry: Registry;
  readonly terminology: Pick<Terminology, 'members'>;
  /** Whether errors refuse, as VALIDATION says. */
  readonly enforces: boolean;
  /** Hears of every committed write that touched a Library, a Measure or terminology. */
  changed(): Promise<void>;
}

const watched: ReadonlySet<string> = new Set(['Library', 'Measure', 'ValueSet', 'CodeSystem']);

/**
 * The store, with libraries translated before they are written and taken into effect with their commit.
 *
 * A Library whose CQL doesn't translate is refused with 422 and every error by line and column, unless it is a draft (or VALIDATION=warn): then it is stored and the
 * errors come back as warnings. What is active is there to be computed with, and an author learns of an error at the moment of sending, not from the first report
 * that fails; a draft is what work in progress is called, and must be storable as it is. The order in a transaction doesn't matter: everything in it is judged
 * together. A deletion or change that would leave an active Measure or library without what it needs is refused with 409.
 */
export function withLiveLibraries(store: Store, parts: LiveLibraryStoreParts): Store {
  return {
    ...store,
    async write(operations, context) {
      if (!operations.some((operation) => watched.has(typeOf(operation)))) return store.write(operations, context);
      const found = await judge(operations, context);
      const results = await store.write(operations, context);
      if (results.some(({ version }) => version.type === 'Library')) await parts.live.take(results.map(({ version }) => version));
      await parts.changed();
      return found.size === 0 ? results : results.map((result, index) => withIssues(result, found.get(index)));
    },
  };

  /** Warnings by operation. Throws what refuses the write. */
  async function judge(operations: readonly WriteOperation[], context: WriteContext): Promise<ReadonlyMap<number, readonly Issue[]>> {
    const { live, ours, registry, terminology, enforces } = parts;
    if (!operations.some((operation) => typeOf(operation) === 'Library' || typeOf(operation) === 'Measure')) return new Map();
    await live.refresh();
    const before = await live.propose(live.entries);
    const proposal = await proposed(operations, context.scope);
    const after = await live.propose(proposal.entries);
    const coming = new Set(
      operations.flatMap((operation) =>
        operation.kind === 'delete' || typeOf(operation) !== 'ValueSet' ? [] : [String(asObject(operation.resource)['url'])],
      ),
    );
    const warnings = new Map<number, readonly Issue[]>();
    const errors: Issue[] = [];
    operations.forEach((operation, index) => {
      const entry = proposal.written.get(index);
      const issues = entry
        ? judgeLibrary(entry, after, { ours, registry, terminology, coming })
        : operation.kind !== 'delete' && typeOf(operation) === 'Measure'
          ? judgeMeasure(operation.resource, after)
          : [];
      const placed = issues.map((one) => ({ ...one, ...placeOf(one, operation) }));
      const refuses = enforces && entry !== undefined && entry.status !== 'draft' && placed.some(isFailure);
      if (refuses) errors.push(...placed);
      else if (placed.length > 0) warnings.set(index, placed.map(asWarning));
    });
    if (errors.length > 0) throw new OperationOutcomeError(422, errors);
    const broken = brokenByChange(before, after, proposal.touched, await measuresThatStay(before, after, operations));
    if (broken.length > 0) throw new OperationOutcomeError(409, broken);
    return warnings;
  }

  /** The stored libraries as they would be, and those among them that the operations write. */
  async function proposed(
    operations: readonly WriteOperation[],
    scope: Scope,
  ): Promise<{
    readonly entries: readonly LibraryEntry[];
    readonly written: ReadonlyMap<number, LibraryEntry>;
    readonly touched: ReadonlySet<string>;
  }> {
    const entries = new Map(parts.live.entries.map((entry) => [entry.id, entry]));
    const written = new Map<number, LibraryEntry>();
    const touched = new Set<string>();
    for (const [index, operation] of operations.entries()) {
      if (typeOf(operation) !== 'Library') continue;
      const id = (await idOf(operation, scope)) ?? `(${index})`;
      touched.add(id);
      entries.delete(id);
      const entry = operation.kind === 'delete' ? undefined : libraryEntry(operation.resource, id);
      if (!entry) continue;
      written.set(index, entry);
      if (!isOurs(parts.ours, entry)) entries.set(id, entry);
    }
    // What is being written is the latest of its name.
    return { entries: [...entries.values()].sort((a, b) => Number(touched.has(b.id)) - Number(touched.has(a.id))), written, touched };
  }

  async function idOf(operation: WriteOperation, scope: Scope): Promise<string | undefined> {
    if (operation.kind === 'create') return undefined;
    if (operation.id !== undefined || operation.condition === undefined) return operation.id;
    return (await store.search(scope, { ...operation.condition, count: 1 })).matches[0]?.id;
  }

  /** Active Measures that the operations don't write, where any name of a library is about to go. */
  async function measuresThatStay(
    before: LaidLibraries,
    after: LaidLibraries,
    operations: readonly WriteOperation[],
  ): Promise<readonly Measure[]> {
    if ([...before.libraries.keys()].every((name) => after.libraries.has(name))) return [];
    const leaving = new Set(
      operations.flatMap((operation) => (typeOf(operation) === 'Measure' && operation.kind !== 'create' ? [operation.id] : [])),
    );
    return (await storedMeasures(store)).filter(({ id, status }) => status === 'active' && !leaving.has(id));
  }
}

function typeOf(operation: WriteOperation): string {
  return operation.kind === 'delete' ? operation.type : operation.resource.resourceType;
}

function placeOf({ expression }: Issue, operation: WriteOperation): { readonly expression?: string } {
  if (expression === undefined) return {};
  return { expression: operation.expression === undefined ? expression : `${operation.expression}${expression.replace(/^[A-Za-z]+/, '')}` };
}

function withIssues(result: WriteResult, issues: readonly Issue[] | undefined): WriteResult {
  return issues === undefined ? result : { ...result, issues };
}
