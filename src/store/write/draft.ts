import type { JsonObject } from '../../fhir/resource.js';
import { resourceKey } from '../../search/hash.js';
import type { SearchRequest } from '../../search/request.js';
import type { StoredVersion, WriteOperation } from '../store.js';

/** An operation on its way: what it will do to which resource, known bit by bit. */
export interface Draft {
  readonly index: number;
  readonly operation: WriteOperation;
  /** Where issues about its resource begin: `Bundle.entry[3].resource`, or the type. */
  readonly expression: string;
  readonly type: string;
  readonly condition?: SearchRequest;
  /** Decided once conditions are resolved. */
  action: 'create' | 'update' | 'delete' | 'none';
  id?: string;
  key?: string;
  /** Of a condition that was met, or an operation that changes nothing. */
  existing?: StoredVersion;
  /** With links replaced. */
  resource?: JsonObject;
}

/** The operation that stands at `index` of `count`, before its conditions are resolved. */
export function draftOf(operation: WriteOperation, index: number, count: number): Draft {
  const type = operation.kind === 'create' ? operation.resource.resourceType : operation.type;
  const expression = operation.expression ?? (count > 1 ? `Bundle.entry[${index}].resource` : type);
  const id = operation.kind === 'create' ? undefined : operation.id;
  return {
    index,
    operation,
    expression,
    type,
    action: operation.kind,
    ...(operation.condition === undefined ? {} : { condition: operation.condition }),
    ...(id === undefined ? {} : { id, key: resourceKey(type, id) }),
  };
}
