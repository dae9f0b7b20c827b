import type { CodeSource, PropertyValue } from './code-source.js';

const keptVerdicts = 10_000;

/** A code system whose codes follow a grammar. `display` returns undefined for what is no code; its answers are kept. */
export function grammarSource(
  system: string,
  display: (code: string) => string | undefined,
  property: (code: string, name: string) => readonly PropertyValue[] | undefined = () => undefined,
): CodeSource {
  const verdicts = new Map<string, string | undefined>();
  return {
    system,
    complete: true,
    freeDisplays: true,
    size: undefined,
    hierarchical: false,
    find(code) {
      const found = verdicts.has(code) ? verdicts.get(code) : decide(code);
      return found === undefined ? undefined : { system, code, display: found };
    },
    all: () => [],
    parents: () => [],
    children: () => [],
    property,
  };

  function decide(code: string): string | undefined {
    if (code.length > 1000) return undefined;
    const found = display(code);
    if (verdicts.size >= keptVerdicts) verdicts.clear();
    verdicts.set(code, found);
    return found;
  }
}
