#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Config } from './config.js';

/** Exit codes of every command: 0 done, 1 failed, 2 not understood. */
const misuse = 2;

const program = new Command('lontar')
  .description('FHIR R4 untuk Integrasi Layanan Primer. / FHIR R4 for integrated primary care.')
  .showHelpAfterError('(--help menjelaskan / explains)')
  .exitOverride();

program
  .command('serve')
  .description('menjalankan server sampai dihentikan / runs the server until it is stopped')
  .addHelpText(
    'after',
    '\nContoh / Examples:\n  lontar serve\n  PORT=8081 DATA_DIR=/var/lib/lontar lontar serve\n  DATABASE_URL=postgres://lontar@db/lontar lontar serve\n',
  )
  .action(async () => {
    const config = await readConfig({});
    if (!config) return;
    const { serve } = await import('./server.js');
    process.exitCode = await serve(config, { onReady: ({ url }) => note(`Lontar: ${url}/fhir`) });
  });

program
  .command('demo')
  .description(
    'mengisi server dengan Puskesmas contoh dan menampilkan laporannya / fills a server with a made-up Puskesmas and shows its reports',
  )
  .option('--people <n>', 'jumlah orang / people', wholeNumber(50, 1_000_000), 1200)
  .option('--villages <n>', 'jumlah desa / villages', wholeNumber(1, 185), 6)
  .option('--seed <n>', 'benih pengacak / seed', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--exit', 'berhenti sesudah menampilkan / stop after showing instead of serving on')
  .option('--json', 'cetak hasilnya sebagai JSON / print the result as JSON')
  .addHelpText('after', '\nContoh / Examples:\n  lontar demo\n  lontar demo --people 800 --villages 4 --seed 7\n')
  .action(async (options: DemoCommandOptions) => {
    const { demoEnd } = await import('./demo/demo.js');
    // Made-up people on this machine only, so no clients to set up; each story has a data folder of its own.
    const now = Date.now();
    const story = `${demoEnd(now).slice(0, 7)}-p${options.people}-v${options.villages}-s${options.seed}`;
    const folder = `./data/demo-${story}`;
    const config = await readConfig({ AUTH: 'off', HOST: '127.0.0.1', LOG_LEVEL: 'warn', DATA_DIR: folder });
    if (config) process.exitCode = await demo(config, options, now);
  });

interface DemoCommandOptions {
  readonly people: number;
  readonly villages: number;
  readonly seed: number;
  readonly exit?: true;
  readonly json?: true;
}

const load = program.command('load').description('memuat berkas dari luar / loads files from elsewhere');

load
  .command('terminology')
  .description('memuat rilis LOINC, SNOMED CT, ICD-10, tabel, atau CodeSystem milik pengguna / loads a release of the user’s own')
  .argument('<file>', 'berkas atau folder rilis / file or folder of the release')
  .option('--system <url>', 'URL sistem kode, bila rilis tidak menyebutkannya / URL of the code system where the release names none')
  .option('--release <version>', 'versi rilis, bila rilis tidak menyebutkannya / its version where the release names none')
  .option('--name <name>', 'nama sistem kode / name of the code system')
  .option('--json', 'cetak hasilnya sebagai JSON / print the result as JSON')
  .addHelpText(
    'after',
    '\nContoh / Examples:\n  lontar load terminology ./Loinc/LoincTable/Loinc.csv\n  lontar load terminology ./SnomedCT_InternationalRF2 \n  lontar load terminology icd10.csv --system http://hl7.org/fhir/sid/icd-10 --release 2019\n\nServer yang sedang berjalan membacanya sesudah dimulai ulang. / A running server reads it after a restart.\n',
  )
  .action(async (file: string, options: LoadTerminologyOptions) => {
    const config = await readConfig({});
    if (config) process.exitCode = await loadTerminology(file, config.dataDir, options);
  });

interface LoadTerminologyOptions {
  readonly system?: string;
  readonly release?: string;
  readonly name?: string;
  readonly json?: true;
}

load
  .command('synthetic')
  .description('membuat orang contoh dengan riwayat hidup lengkap / makes up people with whole lives')
  .option('--people <n>', 'jumlah orang / people', wholeNumber(1, 10_000_000), 1000)
  .option('--area <code>', 'wilayah tempat tinggal, 2-10 angka / area that they live in', '620203')
  .option('--seed <n>', 'benih pengacak / seed', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--errors <share>', 'bagian catatan yang keliru, 0-1 / share of records with a labelled mistake', shareOf, 0)
  .option('--until <date>', 'hari terakhir (bawaan: hari ini) / last day (default: today)', calendarDay)
  .option(
    '--since <date>',
    'hari pertama (bawaan: 1 Januari tahun sebelumnya) / first day (default: 1 January of the year before)',
    calendarDay,
  )
  .addOption(new Option('--format <format>', 'tujuan / where to').choices(['store', 'ndjson']).default('store'))
  .option('--out <dir>', 'folder untuk ndjson, atau - / folder for ndjson, or -')
  .option('--trust', 'simpan tanpa memeriksa lagi / store without judging again')
  .option('--json', 'cetak hasilnya sebagai JSON / print the result as JSON')
  .addHelpText(
    'after',
    '\nContoh / Examples:\n  lontar load synthetic --people 5000 --area 6202 --seed 7\n  lontar load synthetic --people 300 --errors 0.05 --format ndjson --out ./contoh\n\nDijalankan lagi, ia melanjutkan yang belum ada. / Run again, it goes on with what is missing.\n',
  )
  .action(async (options: LoadSyntheticOptions) => {
    const config = await readConfig({});
    if (config) process.exitCode = await loadSynthetic(config, options);
  });

interface LoadSyntheticOptions {
  readonly people: number;
  readonly area: string;
  readonly seed: number;
  readonly errors: number;
  readonly until?: string;
  readonly since?: string;
  readonly format: 'store' | 'ndjson';
  readonly out?: string;
  readonly trust?: true;
  readonly json?: true;
}

program
  .command('settings')
  .description('mencetak semua pengaturan sebagai tabel Markdown / prints all settings as a Markdown table')
  .action(async () => {
    const { settingsTable } = await import('./config.js');
    process.stdout.write(`${settingsTable()}\n`);
  });

program
  .command('validate')
  .description('memeriksa berkas FHIR tanpa basis data / judges FHIR files without a database')
  .argument('<inputs...>', 'berkas, folder, atau - untuk masukan standar / files, folders, or - for standard input')
  .option('--profile <url>', 'periksa juga terhadap profil ini (boleh diulang) / judge against this profile too (repeatable)', collect, [])
  .option('--package <dir>', 'folder dengan definisi tambahan (boleh diulang) / folder with more definitions (repeatable)', collect, [])
  .option('--json', 'cetak OperationOutcome tiap berkas / print each file’s OperationOutcome')
  .option('--lang <id|en>', 'bahasa pesan / language of the messages', languageOf, 'id' as const)
  .addHelpText(
    'after',
    '\nKode keluar / Exit codes: 0 sah / valid, 1 tidak sah / invalid, 2 tidak terbaca / unreadable\n\nContoh / Examples:\n  lontar validate pasien.json\n  lontar validate ./bundles --profile https://fhir.kemkes.go.id/r4/StructureDefinition/Patient --lang en\n  curl -s … | lontar validate - --json\n',
  )
  .action(async (inputs: string[], options: ValidateOptions) => {
    const config = await readConfig({});
    if (!config) return;
    const { validateFiles } = await import('./commands/validate.js');
    const { terminologyFolder } = await import('./config.js');
    const { join } = await import('node:path');
    const { readFileSync } = await import('node:fs');
    process.exitCode = validateFiles(
      inputs,
      {
        profile: options.profile,
        package: options.package,
        json: options.json === true,
        terminologyFolder: join(config.dataDir, terminologyFolder),
        language: options.lang,
      },
      { readStandardInput: () => readFileSync(0), print: (text) => process.stdout.write(`${text}\n`), now: Date.now() },
    );
  });

interface ValidateOptions {
  readonly profile: readonly string[];
  readonly package: readonly string[];
  readonly json?: true;
  readonly lang: 'id' | 'en';
}

program
  .command('evaluate')
  .description('menghitung indikator atas basis data server / evaluates a measure over the server’s database')
  .argument('<measure>', 'id atau kanonik Measure / id or canonical of the Measure')
  .requiredOption(
    '--period <period>',
    'tahun, semester, triwulan, bulan, hari, atau rentang / year, half-year, quarter, month, day or range: 2026, 2026-S1, 2026-Q4, 2026-10, 2026-10-31, 2026-01..2026-06',
  )
  .option('--area <code>', 'kode wilayah, atau Organization/…, Patient/… / area code, or a reference')
  .option('--as-of <instant>', 'data sebagaimana pada saat itu / the data as they stood then: 2026-11-01T00:00:00+07:00')
  .option(
    '--explain <person>',
    'mengapa orang ini dihitung atau tidak (id Patient) / why this person counts or doesn’t (id of the Patient)',
  )
  .addOption(
    new Option('--audience <audience>', 'menyembunyikan sel kecil untuk / hides small cells for').choices(['care', 'programme', 'public']),
  )
  .addOption(
    new Option('--format <format>', 'bentuk keluaran / form of the output')
      .choices(['table', 'csv', 'xlsx', 'pdf', 'fhir', 'adx', 'datavaluesets'])
      .default('table'),
  )
  .option('--out <file>', 'tulis ke berkas / write to a file')
  .option('--json', 'sama dengan / same as --format fhir')
  .addHelpText(
    'after',
    '\nKode keluar / Exit codes: 0 selesai / done, 1 gagal / failed, 2 tidak dimengerti / not understood\n\nContoh / Examples:\n  lontar evaluate ANC-K6 --area 620206 --period 2026-10\n  lontar evaluate ANC-K6 --period 2026 --format csv --as-of 2026-11-01T00:00:00+07:00\n  lontar evaluate IMUN-IDL --area 6202 --period 2026-Q3 --format pdf --out idl.pdf\n  lontar evaluate ANC-K6 --period 2026 --explain 0193c0de-0000-7000-8000-000000000001\n',
  )
  .action(async (measure: string, options: EvaluateCommandOptions) => {
    const config = await readConfig({});
    if (config) process.exitCode = await evaluate(config, measure, options);
  });

interface EvaluateCommandOptions {
  readonly period: string;
  readonly area?: string;
  readonly asOf?: string;
  readonly explain?: string;
  readonly audience?: string;
  readonly format: 'table' | 'csv' | 'xlsx' | 'pdf' | 'fhir' | 'adx' | 'datavaluesets';
  readonly out?: string;
  readonly json?: true;
}

const doctor = program.command('doctor').description('memeriksa server dan data / checks the server and its data');

doctor
  .command('agreement')
  .description(
    'membandingkan SQL dengan mesin acuan pada orang-orang batas / compares SQL with the reference engine on persons at the boundaries',
  )
  .option('--measure <id...>', 'hanya indikator ini / only these measures')
  .option('--persons <n>', 'orang tiap indikator / persons a measure', wholeNumber(1, 1_000_000), 1000)
  .option('--seed <n>', 'benih pengacak / seed', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--mutate', 'menanam kesalahan pada kompilator: terlihatkah? / plants faults in the compiler: are they noticed?')
  .option('--json', 'satu baris JSON tiap indikator / one line of JSON a measure')
  .addHelpText(
    'after',
    '\nKode keluar / Exit codes: 0 sama / they agree, 1 berbeda / they differ\n\nContoh / Examples:\n  lontar doctor agreement --persons 5000\n  lontar doctor agreement --measure ANC-K6 IMUN-IDL --persons 10000 --seed 7\n  lontar doctor agreement --measure ANC-K6 --persons 2000 --mutate\n',
  )
  .action(async (options: DoctorAgreementOptions) => {
    const config = await readConfig({});
    if (config) process.exitCode = await doctorAgreement(config, options);
  });

interface DoctorAgreementOptions {
  readonly measure?: readonly string[];
  readonly persons: number;
  readonly seed: number;
  readonly mutate?: true;
  readonly json?: true;
}

doctor
  .command('measures')
  .description(
    'membandingkan hitungan indikator yang dijaga dengan hitungan ulang / compares the counts that are kept with counts made anew',
  )
  .option('--measure <id...>', 'hanya indikator ini / only these measures')
  .option('--repair', 'menghitung ulang yang berbeda / has counted anew what differs')
  .option('--json', 'satu baris JSON tiap indikator dan periode / one line of JSON a measure and period')
  .addHelpText(
    'after',
    '\nKode keluar / Exit codes: 0 sama / nothing differs, 1 berbeda / something differs\n\nContoh / Examples:\n  lontar doctor measures\n  lontar doctor measures --measure ANC-K6 --repair\n',
  )
  .action(async (options: DoctorMeasuresOptions) => {
    const config = await readConfig({});
    if (config) process.exitCode = await doctorMeasures(config, options);
  });

interface DoctorMeasuresOptions {
  readonly measure?: readonly string[];
  readonly repair?: true;
  readonly json?: true;
}

// `lontar validate … | head` closes the pipe early: that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : misuse;
}

async function demo(config: Config, options: DemoCommandOptions, now: number): Promise<number> {
  const { startFailureLine, startServer, untilSignal } = await import('./server.js');
  const { runDemo } = await import('./demo/demo.js');
  const stopped = untilSignal();
  let server: Awaited<ReturnType<typeof startServer>>;
  try {
    // Counting everything once costs far less than keeping counts while thousands of records stream in.
    server = await startServer(config, { upkeepLater: true });
  } catch (error) {
    note(startFailureLine(error));
    return 1;
  }
  const bar = await progressBar();
  try {
    const line = (text: string) => process.stdout.write(`${text}\n`);
    const print = options.json === true ? () => true : line;
    const shown = await Promise.race([runDemo({ ...options, origin: server.url, now, print, onProgress: bar.update }), stopped]);
    if (shown && options.json === true) line(JSON.stringify(shown));
    bar.stop();
    if (options.exit !== true) {
      server.startUpkeep();
      await stopped;
    }
    return 0;
  } catch (error) {
    bar.stop();
    note(`lontar: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await server.stop();
  }
}

async function evaluate(config: Config, measure: string, { json, format, out, ...options }: EvaluateCommandOptions): Promise<number> {
  const { startFailureLine, withServices } = await import('./server.js');
  const { evaluateCommand } = await import('./commands/evaluate.js');
  const { commandText } = await import('./commands/text.js');
  const { OperationOutcomeError } = await import('./fhir/outcome.js');
  const { writeFileSync } = await import('node:fs');
  if (out === undefined && (format === 'xlsx' || format === 'pdf') && process.stdout.isTTY) {
    note(`lontar: ${commandText.needsFile.id} / ${commandText.needsFile.en}`);
    return misuse;
  }
  try {
    const content = await withServices(config, async ({ measures, store }) => {
      await store.facts?.done();
      return evaluateCommand(measures, measure, { ...options, format: json === true ? 'fhir' : format });
    });
    if (out === undefined) process.stdout.write(content);
    else writeFileSync(out, content);
    return 0;
  } catch (error) {
    if (out !== undefined && error instanceof Error && 'syscall' in error) {
      const { id, en } = commandText.unwritable(out, 'code' in error ? String(error.code) : '');
      note(`lontar: ${id} / ${en}`);
      return 1;
    }
    if (!(error instanceof OperationOutcomeError)) {
      note(startFailureLine(error));
      return 1;
    }
    for (const { text } of error.issues) note(`lontar: ${text.id} / ${text.en}`);
    return error.status === 400 ? misuse : 1;
  }
}

async function doctorMeasures(config: Config, { measure, repair, json }: DoctorMeasuresOptions): Promise<number> {
  const { startFailureLine, withServices } = await import('./server.js');
  const { doctorMeasures: check } = await import('./commands/doctor-measures.js');
  try {
    return await withServices(config, async (services) => {
      await services.store.facts?.done();
      const options = { ...(measure === undefined ? {} : { measures: measure }), repair: repair === true, json: json === true };
      return check(services, options, (line) => process.stdout.write(`${line}\n`));
    });
  } catch (error) {
    note(startFailureLine(error));
    return 1;
  }
}

async function doctorAgreement(config: Config, { measure: names, persons, seed, mutate, json }: DoctorAgreementOptions): Promise<number> {
  const { startFailureLine, withServices } = await import('./server.js');
  const { agreementParts } = await import('./measure/agreement/run.js');
  const { findMeasure, guideMeasures } = await import('./measure/find-measure.js');
  const { doctorAgreement: check, doctorFaults } = await import('./commands/doctor-agreement.js');
  const { OperationOutcomeError } = await import('./fhir/outcome.js');
  const counter = process.stderr.isTTY ? (line: string) => process.stderr.write(`\r\x1b[K${line}`) : () => true;
  try {
    return await withServices(config, async ({ database, measures, terminology, clock }) => {
      const scope = { kind: 'all' } as const;
      const chosen = names ? await Promise.all(names.map((name) => findMeasure(measures, scope, name))) : guideMeasures(measures);
      const parts = agreementParts({ database, terminology, libraries: measures.libraries, now: clock() });
      try {
        return await (mutate === true ? doctorFaults : check)(
          parts,
          chosen,
          { persons, seed, json: json === true },
          {
            print: (text) => {
              counter('');
              process.stdout.write(`${text}\n`);
            },
            progress: (measure, done, total) => counter(done === total ? '' : `${done}/${total} ${measure}`),
          },
        );
      } finally {
        await parts.pool.close();
      }
    });
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) note(startFailureLine(error));
    else for (const { text } of error.issues) note(`lontar: ${text.id} / ${text.en}`);
    return error instanceof OperationOutcomeError && error.status === 404 ? misuse : 1;
  }
}

async function loadTerminology(file: string, dataDir: string, { system, release, name, json }: LoadTerminologyOptions): Promise<number> {
  const { join } = await import('node:path');
  const { existsSync } = await import('node:fs');
  const { loadRelease } = await import('./terminology/release/load-release.js');
  const { terminologyFolder } = await import('./config.js');
  if (!existsSync(file)) {
    note(`lontar: ${file} tidak ada / does not exist`);
    return misuse;
  }
  const counter = process.stderr.isTTY ? (line: string) => process.stderr.write(`\r\x1b[K${line}`) : () => true;
  try {
    const loaded = await loadRelease(
      file,
      join(dataDir, terminologyFolder),
      {
        ...(system === undefined ? {} : { system }),
        ...(release === undefined ? {} : { version: release }),
        ...(name === undefined ? {} : { name }),
      },
      ({ phase, bytes, facts, concepts }) =>
        counter(phase === 'reading' ? `${Math.round(bytes / 1e6)} MB, ${facts} baris / rows` : `${concepts} konsep / concepts`),
    );
    counter('');
    process.stdout.write(
      json ? `${JSON.stringify(loaded)}\n` : `${loaded.system}|${loaded.version}: ${loaded.concepts} konsep / concepts\n`,
    );
    return 0;
  } catch (error) {
    counter('');
    note(`lontar: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function loadSynthetic(config: Config, { format, out, trust, json, until, ...options }: LoadSyntheticOptions): Promise<number> {
  if ((format === 'ndjson') !== (out !== undefined)) {
    note('lontar: --format ndjson dan --out berpasangan / go together');
    return misuse;
  }
  const { startFailureLine, withServices } = await import('./server.js');
  const { loadSynthetic: run } = await import('./commands/load-synthetic.js');
  const now = Date.now();
  const counter = process.stderr.isTTY ? (line: string) => process.stderr.write(`\r\x1b[K${line}`) : () => true;
  const today = new Date(now).toISOString().slice(0, 10);
  try {
    const made = await run(
      { ...options, until: until ?? today, trust: trust === true, ...(out === undefined ? {} : { out }) },
      {
        standardOutput: process.stdout,
        withTarget: (work) => withServices(config, ({ store, validator }) => work({ store, validator, now })),
        onProgress: ({ people, resources }) => counter(`${people} orang / people, ${resources} resource`),
      },
    );
    counter('');
    if (!made.ok) {
      for (const { text } of made.issues) note(`lontar: ${text.id} / ${text.en}`);
      return misuse;
    }
    const { people, households, resources, present, refused } = made.value;
    const left = Object.values(refused).reduce((sum, count) => sum + count, 0);
    // NDJSON on standard output is the data itself.
    const print = out === '-' ? note : (line: string) => process.stdout.write(`${line}\n`);
    print(
      json === true
        ? JSON.stringify(made.value)
        : `${people} orang / people, ${households} keluarga / households, ${resources} resource; ${present} keluarga sudah ada / households present; ${left} kesalahan ditolak / mistakes refused`,
    );
    return 0;
  } catch (error) {
    counter('');
    note(startFailureLine(error));
    return 1;
  }
}

/** The settings, those of `preset` where the environment has none; undefined after naming each bad one. */
async function readConfig(preset: Readonly<Record<string, string>>): Promise<Config | undefined> {
  const { loadConfig } = await import('./config.js');
  const config = loadConfig({ ...preset, ...process.env });
  if (config.ok) return config.value;
  for (const { text } of config.issues) note(`lontar: ${text.id} / ${text.en}`);
  process.exitCode = 1;
  return undefined;
}

/** A bar on standard error while Bundles are sent, if that is a terminal; nothing otherwise. */
async function progressBar(): Promise<{
  update(progress: { readonly sent: number; readonly total: number; readonly resources: number }): void;
  stop(): void;
}> {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const { default: progress } = await import('cli-progress');
  const bar = new progress.SingleBar({
    format: '{bar} {percentage}% | {resources} resource | {duration_formatted}',
    stream: process.stderr,
    clearOnComplete: true,
  });
  let started = false;
  return {
    update({ sent, total, resources }) {
      if (!started) bar.start(total, 0, { resources: 0 });
      started = true;
      bar.update(sent, { resources });
      if (sent === total) bar.stop();
    },
    stop: () => bar.stop(),
  };
}

function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) throw new InvalidArgumentError(`bilangan bulat / whole number ${low}–${high}`);
    return value;
  };
}

function shareOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('0–1');
  return value;
}

function calendarDay(text: string): string {
  const day = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError('YYYY-MM-DD');
  return text;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function languageOf(text: string): 'id' | 'en' {
  if (text !== 'id' && text !== 'en') throw new InvalidArgumentError('id, en');
  return text;
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
