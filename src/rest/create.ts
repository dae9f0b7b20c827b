import type { SearchRequest } from '../search/request.js';
import { condition } from './condition.js';
import { judge, resourceOf } from './judge.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { writeResponse } from './respond.js';
import type { Services } from './services.js';

/** A new resource under an id of ours; with If-None-Exist only where nothing matches yet. Source: R4 http §3.1.0.8. */
export async function create(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const type = request.type ?? '';
  const resource = resourceOf(request.body, type);
  const ifNoneExist = request.headers['if-none-exist'];
  const unless: SearchRequest | undefined = ifNoneExist === undefined ? undefined : condition(ifNoneExist, type, services);
  const issues = judge(resource, services);
  const results = await services.store.write(
    [{ kind: 'create', resource, ...(unless === undefined ? {} : { condition: unless }) }],
    request.context,
  );
  return writeResponse(request, only(results), issues);
}

/** The single result of a write of one operation. */
export function only<Value>(results: readonly Value[]): Value {
  const [result] = results;
  if (result === undefined) throw new Error('the store answered nothing');
  return result;
}
