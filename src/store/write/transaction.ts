import type { Registry } from '../../definitions/registry.js';
import type { ExtractOptions } from '../../search/extract.js';
import type { SearchRequest } from '../../search/request.js';
import type { Connection, TransactionConnection } from '../database.js';
import type { Change, Deriver } from '../derive.js';
import type { FactInput, FactWriter } from '../facts.js';
import type { StoredVersion, WriteContext, WriteResult } from '../store.js';
import type { FindBusinessIdentifiers } from '../unique-identifiers.js';
import type { NewVersion } from './rows.js';

/** What writing needs to know; the same for each write of a store. */
export interface Writer {
  readonly registry: Registry;
  readonly extract: ExtractOptions;
  readonly clock: () => number;
  readonly newId: () => string;
  readonly facts?: FactWriter;
  /** Whether memberships are kept somewhere: then each write says whose facts it changed. */
  readonly marksDirty: boolean;
  /** Whether a reference to a resource that this server lacks is refused. */
  readonly referentialIntegrity: boolean;
  readonly findIdentifiers: FindBusinessIdentifiers;
  readonly isLinkName: (name: string) => boolean;
  /** At most two versions that meet the criteria. */
  readonly match: (connection: Connection, request: SearchRequest, context: WriteContext) => Promise<readonly StoredVersion[]>;
  readonly deriver?: Deriver;
  /** Dictionary rows that are known to be stored. */
  readonly knownTokens: Set<string>;
}

/** Another transaction was faster: the write is to be tried again from the start. */
export class WriteConflict extends Error {}

/** A write on its way: what its parts hand on to each other. */
export interface Transaction {
  readonly connection: TransactionConnection;
  readonly writer: Writer;
  readonly at: number;
  readonly id: string;
  /** fullUrl → `Type/id`. */
  readonly links: ReadonlyMap<string, string>;
  readonly livesElsewhere: (type: string, id: string) => boolean;
  /** Shards of resources that this transaction has written or looked at, by key. */
  readonly shards: Map<string, number>;
  /** Business identifiers of this transaction → where they stand. */
  readonly identifiers: Map<string, string>;
  readonly versions: NewVersion[];
  readonly tokens: string[];
  /** Every version, for whoever follows facts. */
  readonly facts: FactInput[];
  /** What derivers are to look at. */
  readonly changes: Change[];
  readonly results: WriteResult[];
}
