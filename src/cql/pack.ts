import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot, packFolder } from '../root.js';
import type { ElmLibrary } from './elm.js';
import { elmFolder, type PackedLibrary, translatorOf } from './libraries.js';

// A program of the build: writes ELM of every CQL below profiles/measures, so that the server starts without translating. Run as `node dist/src/cql/pack.js`.

const measuresFolder = join(packageRoot, 'profiles', 'measures');
const cqlFiles = existsSync(measuresFolder)
  ? readdirSync(measuresFolder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.cql'))
      .sort()
  : [];
const texts = new Map(cqlFiles.map((name) => [name, readFileSync(join(measuresFolder, name), 'utf8')]));

const folder = elmFolder(packFolder);
const hashFile = join(folder, 'hash');
const hash = createHash('sha256').update(JSON.stringify([...texts]));
for (const source of ['pack', 'translate', 'fhir-helpers', 'system-model'])
  hash.update(readFileSync(new URL(`./${source}.js`, import.meta.url)));
const digest = hash.digest('hex');

if (!existsSync(hashFile) || readFileSync(hashFile, 'utf8') !== digest) {
  const failures = await writeLibraries();
  if (failures.length > 0) {
    process.stderr.write(`${failures.join('\n')}\n`);
    process.exitCode = 1;
  } else writeFileSync(hashFile, digest);
}

async function writeLibraries(): Promise<readonly string[]> {
  const { translationOf, helpersSource, modelInfoHash } = await import('./translate.js');
  const sources = new Map([...texts.values()].map((cql) => [libraryName(cql), cql]));
  const translate = translationOf(sources);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const failures: string[] = [];
  for (const [file, cql] of [...texts, ['FHIRHelpers', helpersSource] as const]) {
    const result = translate(cql);
    if (result.ok) write(result.value, cql, modelInfoHash);
    else failures.push(...result.issues.map((found) => `${file}: ${found.text.en}`));
  }
  return failures;
}

function write(library: ElmLibrary, cql: string, modelInfo: string): void {
  const cqlHash = createHash('sha256').update(cql).digest('hex');
  const packed: PackedLibrary = { cqlHash, stamp: { translator: translatorOf(library), modelInfo }, cql, library };
  writeFileSync(join(folder, `${library.identifier.id}.json`), JSON.stringify(packed));
}

function libraryName(cql: string): string {
  return /^\s*library\s+"?([\w-]+)"?/m.exec(cql)?.[1] ?? '';
}
