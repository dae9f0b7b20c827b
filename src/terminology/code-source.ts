import type { Concept } from './terminology.js';

export type PropertyValue = string | number | boolean;

/**
 * A code system as the rest of the room sees it, whatever holds it: a CodeSystem resource, the packed areas, a loaded release file,
 * or a grammar such as UCUM.
 */
export interface CodeSource {
  readonly system: string;
  readonly version?: string;
  /** What people call the system: `LOINC`. */
  readonly name?: string;
  /** Properties that `property` answers for, besides those every system has. */
  readonly propertyNames?: readonly string[];
  /** True where a code that isn't found is wrong; false where only a part of the system is on board. */
  readonly complete: boolean;
  /** True where names are free text beside the code: units, languages, countries, areas. Then no display is wrong. */
  readonly freeDisplays?: boolean;
  /** Number of codes; undefined for a grammar, which can't be listed. */
  readonly size: number | undefined;
  /** The concept with its code as the system spells it. */
  find(code: string): Concept | undefined;
  /** Every concept, a parent before its children where the system lists them so; nothing for a grammar. */
  all(): Iterable<Concept>;
  /** False where the system has no hierarchy: then no code subsumes another but itself. */
  readonly hierarchical: boolean;
  parents(code: string): readonly string[];
  children(code: string): readonly string[];
  /** Values of a property; undefined where the system doesn't know the property. */
  property(code: string, name: string): readonly PropertyValue[] | undefined;
  definition?(code: string): string | undefined;
}

/** The codes below `code`, each once, without `code`. Safe against circles. */
export function descendants(source: CodeSource, code: string): ReadonlySet<string> {
  return closure(code, (at) => source.children(at));
}

/** True where `ancestor` lies above `code`. Safe against circles. */
export function isBelow(source: CodeSource, code: string, ancestor: string): boolean {
  const seen = new Set<string>();
  let level = source.parents(code);
  while (level.length > 0) {
    if (level.includes(ancestor)) return true;
    const next: string[] = [];
    for (const parent of level) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      next.push(...source.parents(parent));
    }
    level = next;
  }
  return false;
}

/** The codes above `code`, without `code`. */
export function ancestors(source: CodeSource, code: string): ReadonlySet<string> {
  return closure(code, (at) => source.parents(at));
}

function closure(start: string, next: (code: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...next(start)];
  for (let code = open.pop(); code !== undefined; code = open.pop()) {
    if (code === start || found.has(code)) continue;
    found.add(code);
    for (const further of next(code)) open.push(further);
  }
  return found;
}
