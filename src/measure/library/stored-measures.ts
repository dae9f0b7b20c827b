import type { Measure } from '@medplum/fhirtypes';
import type { Store } from '../../store/store.js';

/** Every stored Measure. */
export async function storedMeasures(store: Pick<Store, 'search'>): Promise<readonly Measure[]> {
  const found: Measure[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.search(
      { kind: 'all' },
      {
        type: 'Measure',
        clauses: [],
        sort: [],
        count: 200,
        includes: [],
        total: 'none',
        self: '',
        ...(cursor === undefined ? {} : { cursor }),
      },
    );
    found.push(...page.matches.flatMap(({ body }) => (body === undefined ? [] : [JSON.parse(body) as Measure])));
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}
