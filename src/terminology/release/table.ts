import { type Fact, parentFacts } from './fact.js';
import { type Row, readCsv } from './read-rows.js';

// The names under which published tables carry what a code system needs.
const columns = {
  code: ['code', 'kode', 'concept_code', 'icd10', 'icd_10', 'icd10_code', 'kfa_code'],
  display: ['display', 'name', 'nama', 'title', 'description', 'deskripsi', 'long_common_name', 'term'],
  definition: ['definition', 'definisi'],
  parent: ['parent', 'induk', 'parent_code', 'kode_induk'],
  status: ['status', 'active', 'aktif'],
} as const;

/**
 * Facts of a plain table with a header: a code column, and where they exist display, definition, parent and status; `display_id` or `display:id` is a
 * designation in that language; every other column is a property. Throws where there is no code column.
 */
export async function* tableFacts(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Fact> {
  for await (const row of readCsv(path, onBytes)) {
    const code = cell(row, 'code');
    if (code === undefined) throw new Error(`${path} has no code column: name one of ${columns.code.join(', ')}`);
    if (code !== '') yield* rowFacts(row, code);
  }
}

function* rowFacts(row: Row, code: string): Generator<Fact> {
  yield { code, kind: 'concept', value: '' };
  const display = cell(row, 'display');
  if (display) yield { code, kind: 'display', value: display };
  const definition = cell(row, 'definition');
  if (definition) yield { code, kind: 'definition', value: definition };
  const parent = cell(row, 'parent');
  if (parent) yield* parentFacts(code, parent);
  if (inactive.has((cell(row, 'status') ?? '').toLowerCase())) yield { code, kind: 'inactive', value: '' };
  for (const [column, value] of Object.entries(row)) {
    if (value === '' || known.has(column.toLowerCase())) continue;
    const language = /^display[_:]([a-z]{2,3}(?:-[A-Za-z]+)?)$/.exec(column)?.[1];
    if (language === undefined) yield { code, kind: 'property', name: column, value };
    else yield { code, kind: 'designation', name: language, value };
  }
}

const known: ReadonlySet<string> = new Set(Object.values(columns).flat());
const inactive: ReadonlySet<string> = new Set(['0', 'false', 'inactive', 'retired', 'deprecated', 'nonaktif', 'tidak aktif']);

function cell(row: Row, kind: keyof typeof columns): string | undefined {
  for (const [column, value] of Object.entries(row)) {
    if ((columns[kind] as readonly string[]).includes(column.toLowerCase())) return value;
  }
  return undefined;
}
