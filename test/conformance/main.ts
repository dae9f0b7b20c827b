import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { ConformanceCase } from './case.js';

type Run = (folder: string) => Promise<readonly ConformanceCase[]>;

// One module a suite; loaded only when asked for, since each pulls in another room of the house.
const suites: Readonly<Record<string, () => Promise<{ readonly run: Run }>>> = {
  validator: () => import('./validator.js'),
  fhirpath: () => import('./fhirpath.js'),
  'sql-on-fhir': () => import('./sql-on-fhir.js'),
  cql: () => import('./cql.js'),
  patch: () => import('./patch.js'),
  satusehat: () => import('./satusehat.js'),
};

interface Options {
  readonly list?: boolean;
  readonly json?: boolean;
  readonly filter?: string;
}

const command = new Command('conformance')
  .description('Runs a public test suite laid out in a folder. / Menjalankan rangkaian uji publik dari sebuah folder.')
  .argument('<suite>', `one of ${Object.keys(suites).join(', ')}`, knownSuite)
  .argument('<folder>', 'the folder with the suite', existingFolder)
  .option('--list', 'print each failing case with what was expected and what came')
  .option('--json', 'print every case as JSON')
  .option('--filter <text>', 'count only the cases whose name contains this text')
  .addHelpText('after', '\nExample:\n  npm run conformance -- validator ./conformance/validator --list\n')
  .configureOutput({ writeErr: (text) => process.stderr.write(text) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(async (suite: string, folder: string, options: Options) => {
    const load = suites[suite];
    if (!load) return;
    const cases = (await (await load()).run(folder)).filter((one) => options.filter === undefined || one.name.includes(options.filter));
    process.stdout.write(options.json ? `${JSON.stringify(cases, null, 1)}\n` : report(cases, options.list === true));
    process.exitCode = cases.every((one) => one.passed) ? 0 : 1;
  });

await command.parseAsync();

function knownSuite(name: string): string {
  if (!(name in suites)) throw new InvalidArgumentError(`known suites: ${Object.keys(suites).join(', ')}`);
  return name;
}

function existingFolder(folder: string): string {
  if (!existsSync(folder)) throw new InvalidArgumentError('there is no such folder');
  return folder;
}

function report(cases: readonly ConformanceCase[], list: boolean): string {
  const failed = cases.filter((one) => !one.passed);
  const lines: string[] = [];
  if (list) for (const one of failed) lines.push(`✗ ${one.name}`, `    expected ${one.expected ?? ''}`, `    came     ${one.actual ?? ''}`);
  for (const group of new Set(cases.flatMap((one) => one.group ?? []))) {
    const members = cases.filter((one) => one.group === group);
    lines.push(`${group}: ${members.filter((one) => one.passed).length} of ${members.length}`);
  }
  lines.push(`${cases.length - failed.length} passed, ${failed.length} failed`);
  return `${lines.join('\n')}\n`;
}
