import { existsSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { clamlFacts } from './claml.js';
import { codeSystemFacts, readHead } from './code-system-json.js';
import type { Release } from './fact.js';
import { loincRelease } from './loinc.js';
import { firstLine } from './read-rows.js';
import { snomedRelease } from './snomed.js';
import { tableFacts } from './table.js';

/** What a user may say of a release that its files don't. */
export interface ReleaseOptions {
  readonly system?: string;
  readonly version?: string;
  readonly name?: string;
}

const icd10 = 'http://hl7.org/fhir/sid/icd-10';

/**
 * Recognises a release by its form: LOINC (`Loinc.csv` or the release's folder), SNOMED CT (a folder with RF2 snapshots), ClaML (`.xml`), a FHIR CodeSystem
 * (`.json`), or a table with a code column (`.csv`, `.tsv`, `.txt`), which needs `system`. Throws with one clear sentence where it recognises none.
 */
export async function readRelease(path: string, options: ReleaseOptions, onBytes: (bytes: number) => void): Promise<Release> {
  const known = statSync(path).isDirectory() ? folderRelease(path, options, onBytes) : await fileRelease(path, options, onBytes);
  if (known) return known;
  throw new Error(
    `${path} is no release that can be read: LOINC (Loinc.csv), SNOMED CT (RF2 snapshot), ClaML (.xml), FHIR CodeSystem (.json) or a table with a code column (.csv, with --system)`,
  );
}

function folderRelease(folder: string, options: ReleaseOptions, onBytes: (bytes: number) => void): Release | undefined {
  const loinc = [join(folder, 'LoincTable', 'Loinc.csv'), join(folder, 'Loinc.csv')].find((path) => existsSync(path));
  if (loinc !== undefined) return loincRelease(loinc, options.version, onBytes);
  return readdirSync(folder).length === 0 ? undefined : snomedRelease(folder, options.version, onBytes);
}

async function fileRelease(path: string, options: ReleaseOptions, onBytes: (bytes: number) => void): Promise<Release | undefined> {
  const { system, version = 'unknown', name } = options;
  const extension = extname(path).toLowerCase();
  if (extension === '.json') {
    const head = await readHead(path);
    if (head.resourceType !== 'CodeSystem') return undefined;
    const url = system ?? head.url;
    if (url === undefined) throw new Error(`${path} has no url: name the system with --system`);
    const given = options.version ?? head.version ?? 'unknown';
    return {
      system: url,
      version: given,
      name: name ?? head.name ?? url,
      complete: head.content !== 'fragment',
      facts: codeSystemFacts(path, onBytes),
    };
  }
  if (extension === '.xml') {
    return { system: system ?? icd10, version, name: name ?? 'ICD-10', complete: true, facts: clamlFacts(path, onBytes) };
  }
  if (!['.csv', '.tsv', '.txt'].includes(extension)) return undefined;
  if (/(^|[,"])LOINC_NUM([,"]|$)/.test(await firstLine(path))) return loincRelease(path, options.version, onBytes);
  if (system === undefined) throw new Error(`${path} does not say which code system it is: name it with --system`);
  return { system, version, name: name ?? system, complete: true, facts: tableFacts(path, onBytes) };
}
