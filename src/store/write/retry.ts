import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import { asObject } from '../../fhir/resource.js';
import { sql } from '../../sql.js';
import type { Database } from '../database.js';
import { errorCode } from '../errors.js';
import type { WriteContext, WriteOperation, WriteResult } from '../store.js';
import { storeText } from '../text.js';
import { WriteConflict, type Writer } from './transaction.js';
import { writeAll } from './write.js';

const attempts = 8;
const knownTokensLimit = 200_000;

/**
 * Writes in one transaction, again from the start where another was faster: deadlocks, serialisation, the same client-chosen id. A business identifier
 * that another resource holds is 409; a conditional create that lost the race to its twin finds it in the next round.
 */
export async function writeWithRetries(
  database: Database,
  operations: readonly WriteOperation[],
  context: WriteContext,
  writer: Writer,
): Promise<readonly WriteResult[]> {
  if (context.scope.kind === 'none') throw new OperationOutcomeError(403, [issue('forbidden', 'write-forbidden', storeText.forbidden)]);
  if (operations.length === 0) return [];
  const isConditional = operations.some(({ condition }) => condition !== undefined);
  for (let attempt = 1; ; attempt++) {
    try {
      const { results, tokens } = await database.transaction((connection) => writeAll(connection, operations, context, writer), {
        plans: 'kept',
      });
      if (writer.knownTokens.size > knownTokensLimit) writer.knownTokens.clear();
      for (const token of tokens) writer.knownTokens.add(token);
      return results;
    } catch (error) {
      const isLast = attempt >= attempts;
      if (isIdentifierTaken(error)) {
        if (!isConditional || isLast) {
          const duplicate = await duplicateIdentifier(database, operations, writer);
          if (duplicate !== undefined) throw duplicate;
          // Its holder was deleted meanwhile.
          if (isLast) throw busy();
        }
      } else if (!isRace(error)) throw error;
      else if (isLast) throw busy();
    }
  }
}

function busy(): OperationOutcomeError {
  return new OperationOutcomeError(409, [issue('lock-error', 'write-conflict', storeText.busy)]);
}

function isIdentifierTaken(error: unknown): boolean {
  return errorCode(error) === '23505' && (error as { table?: string }).table === 'business_identifier';
}

function isRace(error: unknown): boolean {
  if (error instanceof WriteConflict) return true;
  const code = errorCode(error);
  return code === '40001' || code === '40P01' || code === '23505';
}

/** Says which identifier of which operation is whose; undefined where none is any more. */
async function duplicateIdentifier(
  database: Database,
  operations: readonly WriteOperation[],
  writer: Writer,
): Promise<OperationOutcomeError | undefined> {
  const wanted = operations.flatMap((operation, index) => {
    if (operation.kind === 'delete') return [];
    const type = operation.resource.resourceType;
    const expression = operation.expression ?? (operations.length > 1 ? `Bundle.entry[${index}].resource` : type);
    const ownId = operation.kind === 'update' ? (operation.id ?? operation.resource.id) : undefined;
    return writer.findIdentifiers(type, asObject(operation.resource)).map((identifier) => ({ ...identifier, type, expression, ownId }));
  });
  const rows = await database.query(sql`
    select w.place, i.id
    from json_to_recordset(${JSON.stringify(wanted.map(({ value, system, type }, place) => ({ place, value, system, type })))}::json)
      as w(place int, value text, system text, type text)
    join business_identifier i on i.value = w.value and i.system = w.system and i.type = w.type
    order by w.place`);
  const issues = rows.flatMap((row) => {
    const found = wanted[Number(row['place'])];
    const holder = String(row['id']);
    if (found === undefined || found.ownId === holder) return [];
    return [
      issue('duplicate', 'identifier-duplicate', storeText.duplicateIdentifier(found.system, found.type, holder), {
        expression: `${found.expression}.identifier[${found.index}]`,
        diagnostics: `${found.type}/${holder}`,
      }),
    ];
  });
  return issues.length === 0 ? undefined : new OperationOutcomeError(409, issues);
}
