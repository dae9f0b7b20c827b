import { freeAliases, type Plan, parts, type Rows, type Scalar } from '../plan.js';
import { isLocalRows } from './dependence.js';

/** A query of one source as a step over it: the source's element under `alias`, conditions, what is returned. */
export interface Layer {
  readonly alias: string;
  readonly lets: ReadonlyMap<string, Scalar>;
  readonly where: readonly Scalar[];
  readonly yields?: Scalar;
  /** Of equal elements one remains. */
  readonly distinct: boolean;
}

/** A list as steps over a base that isn't such a step itself, innermost first. */
export interface Chain {
  readonly base: Rows;
  readonly layers: readonly Layer[];
}

/** Which steps may be passed: `duplicates` where those that leave one of equal elements may. */
export interface ChainRule {
  readonly plan: Plan;
  readonly duplicates: boolean;
  /** Lists that must stay lists of their own, since others need them so. */
  readonly kept: ReadonlySet<string>;
}

/** Takes a list apart into steps, through the definitions it refers to as long as their conditions are told by the row alone. */
export function chainOf(rows: Rows, rule: ChainRule): Chain {
  const layers: Layer[] = [];
  let base = rows;
  for (;;) {
    const inner = base.kind === 'list' ? definition(base.key, rule) : base;
    const layer = inner && layerOf(inner, rule);
    if (!inner || !layer || inner.kind !== 'query') return { base, layers: layers.reverse() };
    layers.push(layer);
    base = inner.sources[0]?.rows ?? base;
  }
}

function definition(key: string, rule: ChainRule): Rows | undefined {
  const found = rule.plan.lists.get(key);
  if (found?.kind !== 'query' || rule.kept.has(key)) return undefined;
  return found.where.every((condition) => isRowLocal(condition, found.lets, rule.plan)) ? found : undefined;
}

function layerOf(rows: Rows, rule: ChainRule): Layer | undefined {
  if (rows.kind !== 'query' || rows.sources.length !== 1) return undefined;
  const { yields, lets, where } = rows;
  if (yields?.distinct === true && !rule.duplicates) return undefined;
  const [source] = rows.sources;
  if (!source || freeAliases(source.rows).size > 0 || source.rows.kind === 'items') return undefined;
  return { alias: source.alias, lets, where, ...(yields ? { yields: yields.value } : {}), distinct: yields?.distinct === true };
}

/** Told by the row, the Patient and constants alone: no list of the person has to be read for it. */
function isRowLocal(part: Scalar | Rows, lets: ReadonlyMap<string, Scalar>, plan: Plan): boolean {
  switch (part.kind) {
    case 'scan':
    case 'list':
    case 'set':
    case 'distinct':
      return false;
    case 'definition': {
      const found = plan.scalars.get(part.key);
      return found !== undefined && isRowLocal(found, new Map(), plan);
    }
    case 'let': {
      const found = lets.get(part.name);
      return found !== undefined && isRowLocal(found, lets, plan);
    }
    case 'aggregate':
      return (part.operator === 'Exists' || part.operator === 'Count') && isLocalRows(part.rows, lets) && isRowLocal(part.rows, lets, plan);
    case 'query': {
      const inner = new Map([...lets, ...part.lets]);
      return parts(part).every((below) => isRowLocal(below, inner, plan));
    }
    default:
      return parts(part).every((below) => isRowLocal(below, lets, plan));
  }
}

/** The aggregates of the person that a part reads, through the definitions it refers to. */
export function personReads(
  part: Scalar | Rows,
  lets: ReadonlyMap<string, Scalar>,
  plan: Plan,
): ReadonlyArray<Scalar & { readonly kind: 'aggregate' }> {
  if (part.kind === 'aggregate' && freeAliases(part.rows, new Set(), lets).size === 0) return [part];
  if (part.kind === 'definition') {
    const found = plan.scalars.get(part.key);
    return found ? personReads(found, new Map(), plan) : [];
  }
  if (part.kind === 'let') {
    const found = lets.get(part.name);
    return found ? personReads(found, lets, plan) : [];
  }
  const inner = part.kind === 'query' ? new Map([...lets, ...part.lets]) : lets;
  return parts(part).flatMap((below) => personReads(below, inner, plan));
}
