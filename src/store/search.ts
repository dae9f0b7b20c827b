import { type Issue, issue } from '../fhir/outcome.js';
import { asObject, type JsonObject } from '../fhir/resource.js';
import { type CompileOptions, compileCount, compileInclude, compileReverseInclude, compileSearch, isTarget } from '../search/compile.js';
import type { Cursors } from '../search/cursor.js';
import { resourceKey } from '../search/hash.js';
import { type ParameterPlan, searchPlans } from '../search/plan.js';
import type { Include, SearchRequest } from '../search/request.js';
import { searchText } from '../search/text.js';
import { referenceValues } from '../search/values.js';
import type { Database } from './database.js';
import type { SearchPage, StoredVersion } from './store.js';
import { versionOf } from './version.js';

/** Included resources a page may carry. */
const includeLimit = 1000;
const iterateLimit = 10;

/** One page of matches and what they include; the total where it was asked for, or where the page shows all there is. */
export async function searchStore(
  database: Pick<Database, 'query'>,
  cursors: Cursors,
  request: SearchRequest,
  options: CompileOptions,
): Promise<SearchPage> {
  const counted =
    request.total !== 'none' || request.summary === 'count'
      ? database.query(compileCount(request, options)).then((rows) => Number(rows[0]?.['total'] ?? 0))
      : Promise.resolve(undefined);
  if (request.summary === 'count') return { matches: [], included: [], total: (await counted) ?? 0 };
  const purpose = `search ${request.type}?${request.self}`;
  const after = request.cursor === undefined ? undefined : cursors.read(purpose, request.cursor);
  const { statement, sort } = compileSearch(request, options, after);
  const [rows, total] = await Promise.all([database.query(statement), counted]);
  const shown = rows.slice(0, request.count);
  const matches = shown.map(versionOf);
  const last = shown.at(-1);
  const isComplete = rows.length <= request.count;
  const { included, issues } = await includeResources(database, request.includes, matches, options);
  const values = Array.from({ length: sort.count }, (_, index) => sortValue(last?.[`sort_${index}`]));
  const next = isComplete || last === undefined ? {} : { next: cursors.write(purpose, { key: String(last['sort_key']), values }) };
  const known = total ?? (isComplete && after === undefined ? matches.length : undefined);
  return { matches, included, ...(known === undefined ? {} : { total: known }), ...next, ...(issues.length === 0 ? {} : { issues }) };
}

function sortValue(value: unknown): string | number | null {
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

/** Follows the includes from the matches, and with `:iterate` from what was included, until nothing new comes or the limit bites. */
async function includeResources(
  database: Pick<Database, 'query'>,
  includes: readonly Include[],
  matches: readonly StoredVersion[],
  options: CompileOptions,
): Promise<{ readonly included: readonly StoredVersion[]; readonly issues: readonly Issue[] }> {
  if (includes.length === 0 || matches.length === 0) return { included: [], issues: [] };
  const seen = new Set(matches.map(keyOf));
  const included: StoredVersion[] = [];
  let isLimited = false;
  let sources: readonly StoredVersion[] = matches;
  for (let round = 0; round < iterateLimit && sources.length > 0; round++) {
    const active = round === 0 ? includes : includes.filter(({ iterate }) => iterate);
    const found: StoredVersion[] = [];
    const room = () => includeLimit - included.length - found.length;
    const take = (versions: readonly StoredVersion[]) => {
      for (const version of versions) {
        if (seen.has(keyOf(version))) continue;
        if (room() <= 0) {
          isLimited = true;
          return;
        }
        seen.add(keyOf(version));
        found.push(version);
      }
    };
    const forward = targetsOf(
      active.filter(({ reverse }) => !reverse),
      sources,
      seen,
      options,
    );
    if (forward.length > 0) {
      const keys = forward.slice(0, includeLimit + 1);
      take((await database.query(compileInclude(keys, [], options))).map(versionOf));
    }
    for (const include of active.filter(({ reverse }) => reverse)) {
      const plans = referencePlans(include, options);
      const isWanted = (type: string) =>
        (include.targetType === undefined || type === include.targetType) && plans.some((plan) => isTarget(plan, type));
      const targets = sources.filter(({ type }) => isWanted(type)).map(keyOf);
      const hashes = plans.flatMap((plan) => plan.paths.map(({ stored }) => stored.hash));
      if (targets.length === 0 || hashes.length === 0) continue;
      take((await database.query(compileReverseInclude(include.sourceType, hashes, targets, room() + 1, options))).map(versionOf));
    }
    included.push(...found);
    sources = found;
    if (isLimited) break;
  }
  const issues = isLimited
    ? [issue('incomplete', 'search-include-limited', searchText.includedLimited(includeLimit), { severity: 'warning' })]
    : [];
  return { included, issues };
}

function keyOf({ type, id }: StoredVersion): string {
  return resourceKey(type, id);
}

/** Keys that the forward includes lead to from the sources' bodies, distinct and not yet seen. */
function targetsOf(
  includes: readonly Include[],
  sources: readonly StoredVersion[],
  seen: ReadonlySet<string>,
  options: CompileOptions,
): readonly string[] {
  const keys = new Set<string>();
  for (const source of sources) {
    const wanted = includes.filter(({ sourceType }) => sourceType === source.type);
    if (wanted.length === 0 || source.body === undefined) continue;
    const resource = asObject(JSON.parse(source.body) as JsonObject);
    for (const include of wanted) {
      for (const plan of referencePlans(include, options)) {
        for (const { stored, targetTypes } of plan.paths) {
          for (const target of stored.path.evaluate(resource).flatMap((value) => referenceValues(value, options.ownBases))) {
            if (!target.isLocal || target.type === undefined) continue;
            if (include.targetType !== undefined && target.type !== include.targetType) continue;
            if (targetTypes.length > 0 && !targetTypes.includes(target.type)) continue;
            const key = resourceKey(target.type, target.target.slice(target.type.length + 1));
            if (!seen.has(key)) keys.add(key);
          }
        }
      }
    }
  }
  return [...keys];
}

function referencePlans(include: Include, options: CompileOptions): readonly ParameterPlan[] {
  const plan = searchPlans(options.registry).type(include.sourceType);
  const codes =
    include.parameter === undefined
      ? options.registry
          .searchParameters(include.sourceType)
          .filter(({ type }) => type === 'reference')
          .map(({ code }) => code ?? '')
      : [include.parameter.code ?? ''];
  return codes.flatMap((code) => plan.parameter(code) ?? []);
}
