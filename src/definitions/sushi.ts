/**
 * `npm run profiles`: compiles `profiles/*.fsh` with SUSHI into `profiles/generated/*.json`; with `--check`, only says whether the
 * committed JSON is what SUSHI makes of the sources. Works without a network: the R4 core is assembled from npm's
 * `hl7.fhir.r4.examples` in a package cache of our own.
 * Exit codes: 0 done (or fresh), 1 errors in the FSH (or stale JSON), 2 SUSHI or its packages can't be used.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { packageRoot } from '../root.js';
import { fshHashes, fshHashFile, fshSources, generatedFolder } from './fsh.js';

const coreName = 'hl7.fhir.r4.core';
const coreVersion = '4.0.1';
const configFile = join(packageRoot, 'profiles', 'sushi-config.yaml');
const require = createRequire(import.meta.url);

interface Compiled {
  /** File name to text, as they belong into `profiles/generated`. */
  readonly files: ReadonlyMap<string, string>;
  /** SUSHI's errors and warnings, each with file and line. */
  readonly problems: readonly string[];
  readonly failed: boolean;
}

process.exitCode = await main(process.argv.slice(2));

async function main(options: readonly string[]): Promise<0 | 1 | 2> {
  const unknown = options.filter((option) => option !== '--check');
  if (unknown.length > 0) return complain(`unknown option ${unknown.join(' ')}; usage: npm run profiles [-- --check]`, 2);
  try {
    const compiled = await compile();
    for (const problem of compiled.problems) process.stderr.write(`${problem}\n`);
    if (compiled.failed) return complain('SUSHI found errors; profiles/generated is as it was', 1);
    return options.includes('--check') ? report(compiled.files) : write(compiled.files);
  } catch (error) {
    return complain(error instanceof Error ? error.message : String(error), 2);
  }
}

/** Runs SUSHI in a project folder of its own, since it wants `input/fsh` and we keep the sources in `profiles/`. */
async function compile(): Promise<Compiled> {
  const home = ensureCache();
  const project = mkdtempSync(join(tmpdir(), 'lontar-sushi-'));
  try {
    const sources = join(project, 'input', 'fsh');
    mkdirSync(sources, { recursive: true });
    copyFileSync(configFile, join(project, 'sushi-config.yaml'));
    for (const source of fshSources()) copyFileSync(source, join(sources, basename(source)));
    const { code, log } = await runSushi(project, home);
    return { files: readGenerated(join(project, 'fsh-generated', 'resources')), problems: problemsOf(log), failed: code !== 0 };
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function runSushi(project: string, home: string): Promise<{ readonly code: number; readonly log: string }> {
  // SUSHI looks for packages under the home folder and asks the network for its newest version: both are turned to our own ground.
  const environment = {
    ...process.env,
    HOME: home,
    USERPROFILE: home,
    FPL_REGISTRY: 'http://127.0.0.1:9',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_fetch_retries: '0',
    NO_COLOR: '1',
  };
  return new Promise((resolve, reject) => {
    const program = join(dirname(require.resolve('fsh-sushi/package.json')), 'dist', 'app.js');
    const child = spawn(process.execPath, [program, 'build', project], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: string[] = [];
    const collect = (chunk: Buffer): void => {
      chunks.push(chunk.toString('utf8'));
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, log: chunks.join('') }));
  });
}

/** The folder that serves as SUSHI's home; its `.fhir/packages` holds the R4 core, assembled once. */
function ensureCache(): string {
  const home = join(packageRoot, 'dist', 'fhir-cache');
  const packages = join(home, '.fhir', 'packages');
  const target = join(packages, `${coreName}#${coreVersion}`);
  if (existsSync(target)) return home;
  progress(`assembling ${coreName}#${coreVersion}`);
  const source = dirname(require.resolve('hl7.fhir.r4.examples/package.json'));
  mkdirSync(packages, { recursive: true });
  const draft = mkdtempSync(join(packages, 'draft-'));
  const content = join(draft, 'package');
  mkdirSync(content);
  for (const name of readdirSync(source)) {
    if (/^(?:StructureDefinition|ValueSet|CodeSystem)-.*\.json$/.test(name)) copyFileSync(join(source, name), join(content, name));
  }
  const manifest = {
    name: coreName,
    version: coreVersion,
    fhirVersions: [coreVersion],
    type: 'fhir.core',
    canonical: 'http://hl7.org/fhir',
  };
  writeFileSync(join(content, 'package.json'), JSON.stringify(manifest, null, 2));
  // A rename is all or nothing, so an interrupted run leaves no half package behind.
  renameSync(draft, target);
  return home;
}

function readGenerated(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  if (!existsSync(folder)) return files;
  for (const name of readdirSync(folder).sort()) {
    const resource: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    // SUSHI writes empty arrays into its ImplementationGuide, which FHIR's JSON forbids.
    files.set(name, `${JSON.stringify(resource, (_, value) => (Array.isArray(value) && value.length === 0 ? undefined : value), 2)}\n`);
  }
  return files;
}

function write(files: ReadonlyMap<string, string>): 0 {
  mkdirSync(generatedFolder, { recursive: true });
  for (const name of committedNames()) if (!files.has(name)) rmSync(join(generatedFolder, name));
  for (const [name, text] of files) writeFileSync(join(generatedFolder, name), text);
  writeFileSync(fshHashFile, fshHashes());
  progress(`${files.size} files in profiles/generated`);
  return 0;
}

function report(files: ReadonlyMap<string, string>): 0 | 1 {
  const committed = new Set(committedNames());
  const stale = [
    ...[...files]
      .filter(([name, text]) => !committed.has(name) || readFileSync(join(generatedFolder, name), 'utf8') !== text)
      .map(([name]) => name),
    ...[...committed].filter((name) => !files.has(name)),
  ];
  if (stale.length === 0) return 0;
  return complain(`profiles/generated is stale, run \`npm run profiles\`:\n${stale.sort().join('\n')}`, 1);
}

function committedNames(): readonly string[] {
  return existsSync(generatedFolder) ? readdirSync(generatedFolder).filter((name) => name.endsWith('.json')) : [];
}

// "error <text>", then the lines "  File: <path>" and "  Line: <n>".
function problemsOf(log: string): readonly string[] {
  const lines = log.split('\n');
  return lines.flatMap((line, at) => {
    if (!/^(?:error|warn)\s/.test(line) || isNoConcern(line)) return [];
    const file = /^ {2}File: (.*)/.exec(lines[at + 1] ?? '')?.[1];
    const place = /^ {2}Line: (.*)/.exec(lines[at + 2] ?? '')?.[1];
    return [file === undefined ? line : `${line} (profiles/${basename(file)}:${place ?? ''})`];
  });
}

// SUSHI looks for its newest version and for three packages that no profile of ours uses, and misses what only a published web page needs.
function isNoConcern(line: string): boolean {
  return /hl7\.fhir\.uv\.(?:tools|extensions)|hl7\.terminology|latest version|"menu" property|copyrightYear|releaseLabel/.test(line);
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
}

function complain<Code extends 1 | 2>(text: string, code: Code): Code {
  process.stderr.write(`${text}\n`);
  return code;
}
