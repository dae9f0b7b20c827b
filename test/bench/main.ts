import { cpus, totalmem } from 'node:os';
import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import type { BenchRow } from './row.js';

// One module a hot path; each measures itself and its reference in the same run, by CPU time.
const benches: Readonly<Record<string, () => Promise<{ readonly bench: () => Promise<readonly BenchRow[]> }>>> = {
  rest: () => import('./rest.js'),
  store: () => import('./store.js'),
  validation: () => import('./validation.js'),
  measures: () => import('./measures.js'),
  synthetic: () => import('./synthetic.js'),
  upkeep: () => import('./upkeep.js'),
};

const head = ['operation', 'CPU per operation', 'operations per CPU second', 'compared with', 'ratio (higher is better)'];

const command = new Command('bench')
  .description(
    'CPU per operation of the hot paths, and the ratio to a reference measured in the same run. / Biaya CPU per operasi dan perbandingannya.',
  )
  .argument('[parts...]', `which to run: ${Object.keys(benches).join(', ')} (default: all)`, knownPart)
  .option('--json', 'print rows as JSON')
  .option('--markdown', 'print a Markdown table, as in README')
  .addHelpText('after', '\nExample:\n  npm run bench -- validation\n')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(async (parts: readonly string[], options: { readonly json?: boolean; readonly markdown?: boolean }) => {
    const rows: BenchRow[] = [];
    for (const [name, load] of Object.entries(benches)) {
      if (parts.length > 0 && !parts.includes(name)) continue;
      if (process.stderr.isTTY) process.stderr.write(`${name} …\n`);
      rows.push(...(await (await load()).bench()));
    }
    process.stdout.write(options.json ? `${JSON.stringify(rows, null, 1)}\n` : options.markdown ? markdown(rows) : table(rows));
    process.exit(0);
  });

await command.parseAsync();

function knownPart(name: string, before: readonly string[] = []): readonly string[] {
  if (!(name in benches)) throw new InvalidArgumentError(`known parts: ${Object.keys(benches).join(', ')}`);
  return [...before, name];
}

function cells(row: BenchRow): string[] {
  const perSecond = row.operationsPerCpuSecond;
  const micros = 1e6 / perSecond;
  return [
    row.name,
    micros >= 1000 ? `${(micros / 1000).toPrecision(3)} ms` : `${micros.toPrecision(3)} µs`,
    Math.round(perSecond).toLocaleString('en'),
    row.reference ?? '',
    row.ratio === undefined ? '' : `× ${row.ratio.toPrecision(3)}`,
  ];
}

function table(rows: readonly BenchRow[]): string {
  const out = new Table({ head, style: { head: [], border: [] }, colAligns: ['left', 'right', 'right', 'left', 'right'] });
  out.push(...rows.map(cells));
  return `${machine()}\n${out.toString()}\n`;
}

function markdown(rows: readonly BenchRow[]): string {
  const line = (columns: readonly string[]): string => `| ${columns.join(' | ')} |`;
  return [machine(), '', line(head), '|---|---:|---:|---|---:|', ...rows.map((row) => line(cells(row))), ''].join('\n');
}

function machine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}`;
}
