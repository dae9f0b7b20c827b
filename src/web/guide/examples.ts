import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of `profiles/examples/<name>/{valid,invalid}`. */
export interface Example {
  /** Without `.json`. */
  readonly name: string;
  readonly text: string;
  /** Where an invalid one fails, and by which rule. */
  readonly expected: ReadonlyArray<{ readonly expression: string; readonly rule?: string }>;
}

export type ExampleKind = 'valid' | 'invalid';

/** Examples of a profile, by its `name`, in order of file name; none where it has no folder. */
export function examplesOf(root: string, profile: string, kind: ExampleKind): readonly Example[] {
  const folder = join(root, 'profiles', 'examples', profile, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.json'.length);
      const expected = join(folder, `${name}.expected.json`);
      return {
        name,
        text: readFileSync(join(folder, file), 'utf8'),
        expected: existsSync(expected) ? (JSON.parse(readFileSync(expected, 'utf8')) as Example['expected']) : [],
      };
    });
}
