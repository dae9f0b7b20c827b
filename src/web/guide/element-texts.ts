import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Indonesian for what R4 says of its elements in English, by that English text: `profiles/element-texts.json`. */
export function elementTexts(root: string): ReadonlyMap<string, string> {
  const texts: unknown = JSON.parse(readFileSync(join(root, 'profiles', 'element-texts.json'), 'utf8'));
  return new Map(Object.entries(texts as Readonly<Record<string, string>>));
}
