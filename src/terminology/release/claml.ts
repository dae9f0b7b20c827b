import { createReadStream } from 'node:fs';
import { SaxesParser } from 'saxes';
import { type Fact, parentFacts } from './fact.js';

/**
 * Facts of a classification in ClaML, the form in which WHO publishes ICD-10: classes with their super-classes and preferred labels, and the codes that
 * modifiers make of classes (`E10` with the modifier class `.0` is `E10.0`). Holds the classes' modifiers in memory, not their texts.
 */
export async function* clamlFacts(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Fact> {
  const reader = clamlReader();
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    onBytes(Buffer.byteLength(chunk));
    yield* reader.write(chunk);
  }
  yield* reader.end();
}

/** A `Class` or `ModifierClass` while it is open. */
interface OpenClass {
  readonly code: string;
  readonly kind: string;
  /** Of a ModifierClass: the modifier it belongs to. */
  readonly modifier?: string;
  readonly parents: string[];
  readonly modifiedBy: string[];
  readonly excluded: string[];
  readonly labels: { readonly language: string; readonly value: string }[];
  definition?: string;
  hasChildren: boolean;
}

interface ModifierClass {
  readonly suffix: string;
  readonly label: string;
}

function clamlReader(): { write(chunk: string): readonly Fact[]; end(): readonly Fact[] } {
  const parser = new SaxesParser();
  const modifiers = new Map<string, ModifierClass[]>();
  // By class: the modifiers that hold for it and what lies below it.
  const holding = new Map<string, readonly string[]>();
  let facts: Fact[] = [];
  let open: OpenClass | undefined;
  let rubric = '';
  let language = '';
  let label = '';

  parser.on('opentag', ({ name, attributes }) => {
    const attribute = (key: string): string => String(attributes[key] ?? '');
    if (name === 'Class') open = openClass(attribute('code'), attribute('kind'));
    else if (name === 'ModifierClass') open = openClass(attribute('code'), '', attribute('modifier'));
    else if (name === 'Rubric') rubric = attribute('kind');
    else if (name === 'Label') {
      language = attribute('xml:lang');
      label = '';
    } else if (open && name === 'SuperClass') open.parents.push(attribute('code'));
    else if (open && name === 'SubClass') open.hasChildren = true;
    else if (open && name === 'ModifiedBy') open.modifiedBy.push(attribute('code'));
    else if (open && name === 'ExcludeModifier') open.excluded.push(attribute('code'));
  });
  parser.on('text', (text) => {
    label += text;
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'Label' && open) takeLabel(open);
    else if (name === 'Rubric') rubric = '';
    else if (name === 'ModifierClass' && open) {
      const known = modifiers.get(open.modifier ?? '') ?? [];
      modifiers.set(open.modifier ?? '', [...known, { suffix: open.code, label: open.labels[0]?.value ?? '' }]);
      open = undefined;
    } else if (name === 'Class' && open) {
      close(open);
      open = undefined;
    }
  });
  return {
    write(chunk) {
      parser.write(chunk);
      return take();
    },
    end() {
      parser.close();
      return take();
    },
  };

  function take(): readonly Fact[] {
    const taken = facts;
    facts = [];
    return taken;
  }

  function takeLabel(to: OpenClass): void {
    const value = label.replace(/\s+/g, ' ').trim();
    if (rubric === 'preferred') to.labels.push({ language, value });
    else if (rubric === 'definition') to.definition = value;
  }

  function close(closed: OpenClass): void {
    const { code, parents, labels } = closed;
    facts.push(...classFacts(closed));
    const inherited = parents.flatMap((parent) => holding.get(parent) ?? []);
    const own = [...new Set([...inherited, ...closed.modifiedBy])].filter((modifier) => !closed.excluded.includes(modifier));
    holding.set(code, own);
    if (!closed.hasChildren && closed.kind === 'category') facts.push(...modifiedFacts(code, labels[0]?.value ?? code, own));
  }

  /** The codes that modifiers make of a class without classes below it: the fourth character first, then the fifth on top of it. */
  function* modifiedFacts(code: string, display: string, names: readonly string[]): Generator<Fact> {
    let above: readonly { readonly code: string; readonly display: string }[] = [{ code, display }];
    for (const name of [...names].sort(byCharacter)) {
      const made = above.flatMap((each) =>
        (modifiers.get(name) ?? []).map(({ suffix, label: added }) => ({
          parent: each.code,
          code: each.code + suffix,
          display: `${each.display}: ${added}`,
        })),
      );
      for (const each of made) {
        yield { code: each.code, kind: 'concept', value: '' };
        yield { code: each.code, kind: 'display', value: each.display };
        yield* parentFacts(each.code, each.parent);
      }
      if (made.length > 0) above = made;
    }
  }
}

function openClass(code: string, kind: string, modifier?: string): OpenClass {
  return {
    code,
    kind,
    ...(modifier === undefined ? {} : { modifier }),
    parents: [],
    modifiedBy: [],
    excluded: [],
    labels: [],
    hasChildren: false,
  };
}

function* classFacts({ code, kind, parents, labels, definition }: OpenClass): Generator<Fact> {
  yield { code, kind: 'concept', value: '' };
  if (kind !== '') yield { code, kind: 'property', name: 'kind', value: kind };
  // Chapters and blocks group codes and are themselves none to record.
  if (kind === 'chapter' || kind === 'block') yield { code, kind: 'abstract', value: '' };
  for (const parent of parents) yield* parentFacts(code, parent);
  const [first] = labels;
  if (first) yield { code, kind: 'display', value: first.value };
  for (const { language, value } of labels) if (language !== '') yield { code, kind: 'designation', name: language, value };
  if (definition !== undefined) yield { code, kind: 'definition', value: definition };
}

/** WHO names modifiers by the character they stand for: `S04E10_4`, `S13M00_5`. */
function byCharacter(a: string, b: string): number {
  return characterOf(a) - characterOf(b) || (a < b ? -1 : 1);
}

function characterOf(name: string): number {
  return Number(/_(\d)$/.exec(name)?.[1] ?? 9);
}
