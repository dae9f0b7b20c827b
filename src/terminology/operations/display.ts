import type { Concept } from '../terminology.js';

/**
 * The concept's display in the language asked for (`id`, `en-US`, or a list as in Accept-Language), where a designation is in it or in a dialect of it;
 * else its own display.
 */
export function displayIn(concept: Concept, languages: string | undefined): string | undefined {
  for (const wanted of preferred(languages)) {
    const found = concept.designations?.find(({ language }) => language !== undefined && isIn(language, wanted));
    if (found) return found.value;
  }
  return concept.display;
}

function preferred(languages: string | undefined): readonly string[] {
  return (languages ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', quality] = part.split(';q=');
      return { tag: tag.trim().toLowerCase(), quality: Number(quality ?? 1) };
    })
    .filter(({ tag, quality }) => tag !== '' && tag !== '*' && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}

function isIn(language: string, wanted: string): boolean {
  const found = language.toLowerCase();
  return found === wanted || found.startsWith(`${wanted}-`) || wanted.startsWith(`${found}-`);
}
