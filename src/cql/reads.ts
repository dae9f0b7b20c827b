import { type CodeFilter, type Plan, parts, type Rows, type Scalar } from './plan.js';

/** Resources of one type that a plan reads; `codes` (`system|code`) where it takes only those with one of them in the element that retrieves filter on. */
export interface ResourceRead {
  readonly type: string;
  readonly codes?: ReadonlySet<string>;
}

/** What a plan's values depend on. */
export interface PlanReads {
  /** One entry a type. The Patient always counts: residence and zone are the Patient's. */
  readonly resources: readonly ResourceRead[];
  /** Whether Now, Today or TimeOfDay is asked for: such values can change without a write. */
  readonly clock: boolean;
  /** Whether by more than the day: Now or TimeOfDay. Such values can change at any moment. */
  readonly instant?: true;
}

/** What the plan reads. `members` gives the codes (`system|code`) of a value set; a value set that can't be expanded counts as every code. */
export function planReads(plan: Plan, members: (valueSet: string) => Iterable<string> | undefined): PlanReads {
  const found = new Map<string, Set<string> | undefined>([['Patient', undefined]]);
  let clock = false;
  let instant: true | undefined;
  for (const part of [...plan.scalars.values(), ...plan.lists.values()]) visit(part);
  return {
    resources: [...found].map(([type, codes]) => (codes === undefined ? { type } : { type, codes })),
    clock,
    ...(instant ? { instant } : {}),
  };

  function visit(part: Scalar | Rows): void {
    if (part.kind === 'call' && clockOperators.has(part.operator)) clock = true;
    if (part.kind === 'call' && instantOperators.has(part.operator)) instant = true;
    if (part.kind === 'scan') add(part.source.resource, part.codes?.map(codesOf));
    for (const below of parts(part)) visit(below);
  }

  function add(type: string, codes: ReadonlyArray<Iterable<string> | undefined> | undefined): void {
    const known = found.get(type);
    if (codes === undefined || codes.includes(undefined) || (found.has(type) && known === undefined)) found.set(type, undefined);
    else found.set(type, new Set([...(known ?? []), ...codes.flatMap((taken) => [...(taken ?? [])])]));
  }

  function codesOf(filter: CodeFilter): Iterable<string> | undefined {
    return filter.kind === 'valueSet' ? members(filter.url) : filter.codes.map(({ system, code }) => `${system}|${code}`);
  }
}

const clockOperators: ReadonlySet<string> = new Set(['Now', 'Today', 'TimeOfDay']);
const instantOperators: ReadonlySet<string> = new Set(['Now', 'TimeOfDay']);
