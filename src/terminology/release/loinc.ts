import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Fact, parentFacts, type Release } from './fact.js';
import { readCsv } from './read-rows.js';

const loincSystem = 'http://loinc.org';

/** The columns of Loinc.csv that become properties. */
const properties = [
  'COMPONENT',
  'PROPERTY',
  'TIME_ASPCT',
  'SYSTEM',
  'SCALE_TYP',
  'METHOD_TYP',
  'CLASS',
  'STATUS',
  'ORDER_OBS',
  'CLASSTYPE',
  'EXAMPLE_UCUM_UNITS',
];

/**
 * A LOINC release by its `Loinc.csv` (alone, or in its folder `LoincTable`): codes, long common names, parts as properties; beside it, where the release
 * has them, the component hierarchy and the answer lists, whose lists stand above their answers.
 */
export function loincRelease(path: string, version: string | undefined, onBytes: (bytes: number) => void): Release {
  return { system: loincSystem, version: version ?? versionOf(path), name: 'LOINC', complete: true, facts: facts(path, onBytes) };
}

async function* facts(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Fact> {
  for await (const row of readCsv(path, onBytes)) {
    const code = row.LOINC_NUM ?? '';
    if (code === '') continue;
    yield { code, kind: 'concept', value: '' };
    yield { code, kind: 'display', value: row.LONG_COMMON_NAME || row.SHORTNAME || code };
    for (const name of ['SHORTNAME', 'CONSUMER_NAME', 'DisplayName'] as const) {
      if (row[name]) yield { code, kind: 'designation', name: 'en', value: row[name] };
    }
    if (row.STATUS === 'DEPRECATED') yield { code, kind: 'inactive', value: '' };
    for (const name of properties) if (row[name]) yield { code, kind: 'property', name, value: row[name] };
  }
  const accessory = join(dirname(dirname(path)), 'AccessoryFiles');
  yield* hierarchy(join(accessory, 'ComponentHierarchyBySystem', 'ComponentHierarchyBySystem.csv'), onBytes);
  yield* answers(join(accessory, 'AnswerFile', 'AnswerList.csv'), onBytes);
}

async function* hierarchy(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Fact> {
  if (!existsSync(path)) return;
  for await (const { CODE: code = '', CODE_TEXT: display = '', IMMEDIATE_PARENT: parent = '' } of readCsv(path, onBytes)) {
    if (code === '') continue;
    // Parts (LP…) appear only here; a code of the main table keeps its own name.
    if (code.startsWith('LP')) {
      yield { code, kind: 'concept', value: '' };
      yield { code, kind: 'display', value: display };
    }
    if (parent !== '') yield* parentFacts(code, parent);
  }
}

async function* answers(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Fact> {
  if (!existsSync(path)) return;
  for await (const row of readCsv(path, onBytes)) {
    const list = row.AnswerListId ?? '';
    const answer = row.AnswerStringId ?? '';
    if (list === '') continue;
    yield { code: list, kind: 'concept', value: '' };
    yield { code: list, kind: 'display', value: row.AnswerListName ?? list };
    if (answer === '') continue;
    yield { code: answer, kind: 'concept', value: '' };
    yield { code: answer, kind: 'display', value: row.DisplayText ?? answer };
    yield { code: answer, kind: 'property', name: 'LIST', value: list };
    yield* parentFacts(answer, list);
  }
}

function versionOf(path: string): string {
  return /(\d+\.\d+)/.exec(basename(dirname(dirname(path))))?.[1] ?? 'unknown';
}
