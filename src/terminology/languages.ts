import { createRequire } from 'node:module';
import type { CodeSource } from './code-source.js';
import { grammarSource } from './grammar-source.js';

export const languageSystem = 'urn:ietf:bcp:47';

/** BCP-47 language tags: well formed, with subtags that IANA has registered (`language-subtag-registry`, read when first asked). */
export function languageSource(): CodeSource {
  return grammarSource(languageSystem, describeTag);
}

// RFC 5646 §2.1, langtag, without the grandfathered tags.
const tag =
  /^(?<language>[a-z]{2,3}(?<extlang>(?:-[a-z]{3}){0,3})|[a-z]{4,8})(?:-(?<script>[a-z]{4}))?(?:-(?<region>[a-z]{2}|\d{3}))?(?<variants>(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)(?<extensions>(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*)(?:-x(?:-[a-z\d]{1,8})+)?$/i;

function describeTag(code: string): string | undefined {
  if (/^x(-[a-z\d]{1,8})+$/i.test(code)) return code;
  const lower = code.toLowerCase();
  const index = registry();
  if (index[lower]?.grandfathered !== undefined || index[lower]?.redundant !== undefined) return code;
  const groups = tag.exec(code)?.groups;
  if (!groups) return undefined;
  const subtags: readonly (readonly [kind: string, subtag: string])[] = [
    ['language', (groups.language ?? '').split('-')[0] ?? ''],
    ...parts(groups.extlang).map((part) => ['extlang', part] as const),
    ...parts(groups.script).map((part) => ['script', part] as const),
    ...parts(groups.region).map((part) => ['region', part] as const),
    ...parts(groups.variants).map((part) => ['variant', part] as const),
  ];
  const known = subtags.every(
    ([kind, subtag]) => index[subtag.toLowerCase()]?.[kind] !== undefined || isPrivate(kind, subtag.toLowerCase()),
  );
  return known ? (displayOf(code) ?? code) : undefined;
}

function parts(text: string | undefined): readonly string[] {
  return (text ?? '').split('-').filter(Boolean);
}

// RFC 5646 §2.2: ranges set aside for private use.
function isPrivate(kind: string, subtag: string): boolean {
  if (kind === 'language') return subtag >= 'qaa' && subtag <= 'qtz' && subtag.length === 3;
  if (kind === 'script') return subtag >= 'qaaa' && subtag <= 'qabx';
  return kind === 'region' && (subtag === 'aa' || subtag === 'zz' || /^(q[m-z]|x[a-z])$/.test(subtag));
}

function displayOf(code: string): string | undefined {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(code);
  } catch {
    return undefined;
  }
}

let loaded: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;

function registry(): Readonly<Record<string, Readonly<Record<string, number>>>> {
  loaded ??= createRequire(import.meta.url)('language-subtag-registry/data/json/index.json') as Readonly<
    Record<string, Readonly<Record<string, number>>>
  >;
  return loaded;
}
