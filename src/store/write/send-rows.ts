import type { SqlFragment } from '../../sql.js';
import type { Row } from '../database.js';
import type { FactInput } from '../facts.js';
import { storeText } from '../text.js';
import type { Draft } from './draft.js';
import { factStatements } from './fact-rows.js';
import { failure } from './failure.js';
import * as rows from './rows.js';
import { type Transaction, WriteConflict } from './transaction.js';

export type Placed = rows.LiveVersion & { readonly draft: Draft };

export interface PhaseRows {
  readonly creations: readonly Placed[];
  readonly updates: readonly Placed[];
  readonly deletions: readonly rows.NewVersion[];
  /** Deleted before, alive again. */
  readonly reborn: readonly Placed[];
  /** Versions of resources that never were. */
  readonly fresh: readonly rows.NewVersion[];
  readonly facts: readonly FactInput[];
}

/** All rows of the phase, sent at once: the connection carries them in this order. */
export async function sendRows(transaction: Transaction, phase: PhaseRows): Promise<void> {
  const { connection, writer } = transaction;
  const { creations, updates, deletions, reborn, fresh, facts } = phase;
  const live = [...creations, ...reborn, ...updates];
  const versions = [...live.map(({ version }) => version), ...deletions];
  if (versions.length === 0) return;
  // Statements whose count of rows tells whether another transaction was faster.
  const counted: Array<{ readonly answer: Promise<readonly Row[]>; readonly rows: number }> = [];
  const expectRows = (statement: SqlFragment, count: number) => {
    if (count === 0) return;
    const answer = connection.query(statement, { name: true });
    // Where one fails, those after it fail too, and nobody waits for them any more.
    answer.catch(() => {});
    counted.push({ answer, rows: count });
  };
  // An id of our own making is nobody else's; one that a client chose may be taken this very moment.
  const chosen = fresh.filter(({ method }) => method !== 'POST');
  if (fresh.length > chosen.length) connection.send(rows.insertDirectory(fresh.filter(({ method }) => method === 'POST')));
  expectRows(rows.insertDirectory(chosen), chosen.length);
  expectRows(rows.updateResources(updates), updates.length);
  expectRows(rows.deleteResources(deletions), deletions.length);
  connection.send(rows.insertBodies(versions));
  if (creations.length + reborn.length > 0) connection.send(rows.insertResources([...creations, ...reborn]));
  const outdated = [...updates.map(({ version }) => version), ...deletions];
  const statements = [
    ...(outdated.length > 0 ? [...rows.deleteSearchValues, rows.deleteIdentifiers].map((statement) => statement(outdated)) : []),
    ...rows.insertValues(live, (key) => transaction.shards.get(key)),
  ];
  const dictionary = newDictionaryRows(transaction, live);
  if (dictionary.length > 0) statements.push(rows.insertDictionary(dictionary));
  const identifiers = identifierRows(transaction, live);
  if (identifiers.length > 0) statements.push(rows.insertIdentifiers(identifiers));
  if (writer.facts !== undefined) statements.push(...factStatements(writer.facts, facts));
  for (const statement of statements) connection.send(statement);
  for (const { answer, rows: count } of counted) {
    if ((await answer).length !== count) throw new WriteConflict('another transaction changed the same resource');
  }
}

function newDictionaryRows(transaction: Transaction, live: readonly rows.LiveVersion[]): readonly rows.DictionaryRow[] {
  const found = new Map<string, rows.DictionaryRow>();
  for (const { values } of live) {
    for (const row of values.dictionary) if (!transaction.writer.knownTokens.has(row.token)) found.set(row.token, row);
  }
  transaction.tokens.push(...found.keys());
  // Always in the same order: two transactions with the same new texts wait for each other, never in a circle.
  return [...found.values()].sort((a, b) => (a.token < b.token ? -1 : 1));
}

function identifierRows(transaction: Transaction, live: readonly Placed[]): readonly rows.IdentifierRow[] {
  const found: rows.IdentifierRow[] = [];
  for (const { version, draft } of live) {
    for (const { system, value, index } of transaction.writer.findIdentifiers(version.type, draft.resource ?? {})) {
      const name = `${version.type} ${system} ${value}`;
      const place = `${draft.expression}.identifier[${index}]`;
      const other = transaction.identifiers.get(name);
      if (other !== undefined) {
        // One resource may say the same twice; two may not.
        if (other.startsWith(`${draft.expression}.identifier[`)) continue;
        throw failure(409, draft, 'duplicate', 'identifier-duplicate', storeText.duplicateInRequest(system, other), `identifier[${index}]`);
      }
      transaction.identifiers.set(name, place);
      const { type, shard, key, id } = version;
      found.push({ value, system, type, shard, key, id });
    }
  }
  // Always in the same order, as the dictionary's.
  return found.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
}
