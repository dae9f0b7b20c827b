import type { CodeSource } from './code-source.js';
import type { Concept } from './terminology.js';

/** A complete code system without hierarchy and with free displays, from a plain list. */
export function listSource(system: string, concepts: readonly Concept[]): CodeSource {
  const byCode = new Map(concepts.map((concept) => [concept.code, concept]));
  return {
    system,
    complete: true,
    freeDisplays: true,
    size: byCode.size,
    hierarchical: false,
    find: (code) => byCode.get(code),
    all: () => byCode.values(),
    parents: () => [],
    children: () => [],
    property: () => undefined,
  };
}
