import { isIP } from 'node:net';
import { Ajv, type ErrorObject } from 'ajv';
import { type Issue, issue, type Result, type Text } from './fhir/outcome.js';

/** The settings of one process, read once at start. */
export interface Config {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Folder of the embedded database. */
  readonly dataDir: string;
  /** PostgreSQL to use instead of the embedded one. */
  readonly databaseUrl?: string;
  readonly poolSize: number;
  readonly statementTimeoutMs: number;
  readonly auth: 'on' | 'off';
  readonly validation: 'enforce' | 'warn';
  /** What the national platform's numbered rules weigh at /fhir; at /fhir-r4/v1 they always refuse. */
  readonly platformRules: 'warn' | 'enforce' | 'off';
  /** Earliest date of a service's time at the platform's address. */
  readonly platformEarliest?: string;
  /** Whether z-scores are derived and stored when a child's measurements are. */
  readonly growthDerive: boolean;
  /** Hour of the night (UTC+7) at which the two engines are compared on all measures; absent: never. */
  readonly agreementHour?: number;
  /** How many generated persons, and how many of the store, a comparison takes. */
  readonly agreementSample: number;
  /** Whether memberships and counters of measures are kept while data arrive. */
  readonly upkeep: boolean;
  /** Ids of the measures to keep; absent: those of the guide that compiled SQL serves. */
  readonly keptMeasures?: readonly string[];
  /** Days after a period's end in which late data still count. */
  readonly graceDays: number;
  /** Whom measure reports are for where a caller doesn't say, and beyond whom none are. */
  readonly audience: 'care' | 'programme' | 'public';
  /** Counts below this are hidden from each audience; 0 hides none. */
  readonly smallCells: Readonly<Record<'care' | 'programme' | 'public', number>>;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Scheme, host and path prefix that clients see, without a trailing slash. Absent: taken from each request. */
  readonly baseUrl?: string;
  readonly trustProxy: boolean;
  readonly corsOrigin: string;
  readonly resourceLimitBytes: number;
  readonly bundleLimitBytes: number;
  /** Requests a minute from one address beyond this host; 0 is no limit. */
  readonly rateLimit: number;
  readonly maxEventLoopDelayMs: number;
  readonly stopTimeoutMs: number;
}

/** Folder below the data folder where releases of code systems lie that users loaded. */
export const terminologyFolder = 'terminology';

interface Setting {
  readonly name: string;
  /** JSON schema of one value; text from the environment is coerced to its type. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Absent: optional. */
  readonly default?: string | number;
  readonly about: Text;
  readonly example: string;
}

const settings = [
  {
    name: 'HOST',
    schema: { type: 'string', minLength: 1 },
    default: '127.0.0.1',
    about: { id: 'Alamat tempat server mendengarkan.', en: 'Address the server listens on.' },
    example: '0.0.0.0',
  },
  {
    name: 'PORT',
    schema: { type: 'integer', minimum: 0, maximum: 65535 },
    default: 8080,
    about: { id: 'Porta TCP; 0 memilih porta bebas.', en: 'TCP port; 0 takes any free one.' },
    example: '8081',
  },
  {
    name: 'DATA_DIR',
    schema: { type: 'string', minLength: 1 },
    default: './data',
    about: { id: 'Folder basis data tertanam.', en: 'Folder of the embedded database.' },
    example: '/var/lib/lontar',
  },
  {
    name: 'DATABASE_URL',
    schema: { type: 'string', pattern: '^postgres(ql)?://.+' },
    about: {
      id: 'PostgreSQL 15-18 yang dipakai sebagai ganti basis data tertanam.',
      en: 'PostgreSQL 15 to 18 to use instead of the embedded database.',
    },
    example: 'postgres://lontar:secret@db.example.org:5432/lontar',
  },
  {
    name: 'POOL_SIZE',
    schema: { type: 'integer', minimum: 2, maximum: 500 },
    default: 8,
    about: { id: 'Jumlah koneksi ke basis data.', en: 'Connections to the database.' },
    example: '16',
  },
  {
    name: 'STATEMENT_TIMEOUT_MS',
    schema: { type: 'integer', minimum: 100, maximum: 3_600_000 },
    default: 30_000,
    about: { id: 'Batas waktu satu pencarian, dalam milidetik.', en: 'Time limit of one search, in milliseconds.' },
    example: '10000',
  },
  {
    name: 'AUTH',
    schema: { type: 'string', enum: ['on', 'off'] },
    default: 'on',
    about: {
      id: '`off` mengizinkan semua permintaan; hanya bila HOST adalah loopback.',
      en: '`off` allows every request; only where HOST is loopback.',
    },
    example: 'off',
  },
  {
    name: 'VALIDATION',
    schema: { type: 'string', enum: ['enforce', 'warn'] },
    default: 'enforce',
    about: {
      id: '`enforce` menolak resource yang tidak sah; `warn` menyimpannya dan melaporkan temuannya.',
      en: '`enforce` refuses invalid resources; `warn` stores them and reports what was found.',
    },
    example: 'warn',
  },
  {
    name: 'PLATFORM_RULES',
    schema: { type: 'string', enum: ['warn', 'enforce', 'off'] },
    default: 'warn',
    about: {
      id: 'Bobot aturan bernomor SATUSEHAT di `/fhir`: `warn` memperingatkan, `enforce` menolak, `off` diam. Di `/fhir-r4/v1` selalu menolak.',
      en: "Weight of SATUSEHAT's numbered rules at `/fhir`: `warn` reports, `enforce` refuses, `off` is silent. At `/fhir-r4/v1` they always refuse.",
    },
    example: 'enforce',
  },
  {
    name: 'PLATFORM_EARLIEST',
    schema: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    default: '2014-06-03',
    about: {
      id: 'Tanggal tertua bagi waktu pelayanan di `/fhir-r4/v1` (10132). Dokumen SATUSEHAT menyebut dua tanggal, 2014-06-03 dan 2022-08-31: yang lebih longgar menjadi bawaan.',
      en: "Earliest date of a service's time at `/fhir-r4/v1` (10132). SATUSEHAT's documents name two, 2014-06-03 and 2022-08-31: the laxer is the default.",
    },
    example: '2022-08-31',
  },
  {
    name: 'GROWTH_DERIVE',
    schema: { type: 'string', enum: ['on', 'off'] },
    default: 'off',
    about: {
      id: '`on` menyimpan z-score pertumbuhan (WHO) bersama berat, panjang/tinggi, dan lingkar kepala anak balita.',
      en: '`on` stores growth z-scores (WHO) beside the weight, length or height and head circumference of children under five.',
    },
    example: 'on',
  },
  {
    name: 'AGREEMENT_HOUR',
    schema: { type: 'string', pattern: '^(off|1?[0-9]|2[0-3])$' },
    default: '2',
    about: {
      id: 'Jam (WIB) pembandingan SQL dan mesin acuan atas semua Measure setiap malam; `off` mematikannya.',
      en: 'Hour (UTC+7) at which SQL and the reference engine are compared on all measures each night; `off` turns it off.',
    },
    example: 'off',
  },
  {
    name: 'AGREEMENT_SAMPLE',
    schema: { type: 'integer', minimum: 10, maximum: 10_000 },
    default: 100,
    about: {
      id: 'Banyaknya orang buatan, dan banyaknya orang tersimpan, dalam satu pembandingan.',
      en: 'How many generated persons, and how many stored ones, one comparison takes.',
    },
    example: '500',
  },
  {
    name: 'UPKEEP',
    schema: { type: 'string', enum: ['on', 'off'] },
    default: 'on',
    about: {
      id: '`on` menjaga hitungan indikator tetap mutakhir selagi data masuk; `off` menghitung setiap kali diminta. Sama untuk semua server pada satu basis data.',
      en: '`on` keeps the counts of measures current while data arrive; `off` computes them at each request. The same for all servers of one database.',
    },
    example: 'off',
  },
  {
    name: 'KEPT_MEASURES',
    schema: { type: 'string', pattern: '^[A-Za-z0-9.-]+(,[A-Za-z0-9.-]+)*$' },
    about: {
      id: 'Indikator yang hitungannya dijaga, dipisah koma; bila kosong semua yang dihitung dengan SQL.',
      en: 'Measures whose counts are kept, separated by commas; all that SQL computes where unset.',
    },
    example: 'ANC-K6,IMUN-IDL',
  },
  {
    name: 'GRACE_DAYS',
    schema: { type: 'integer', minimum: 0, maximum: 365 },
    default: 10,
    about: {
      id: 'Hari sesudah akhir bulan atau tahun untuk data yang terlambat; lalu laporannya dibekukan.',
      en: 'Days after the end of a month or year in which late data still count; then its reports are frozen.',
    },
    example: '5',
  },
  {
    name: 'AUDIENCE',
    schema: { type: 'string', enum: ['care', 'programme', 'public'] },
    default: 'care',
    about: {
      id: 'Pembaca laporan indikator: `care` (yang merawat), `programme` (pengelola program), `public` (umum). Permintaan boleh meminta yang lebih terbatas, tidak yang lebih rinci.',
      en: 'Whom measure reports are for: `care`, `programme` or `public`. A request may ask for less with `audience`, never for more.',
    },
    example: 'programme',
  },
  ...(
    [
      ['care', 0],
      ['programme', 0],
      ['public', 5],
    ] as const
  ).map(
    ([audience, least]): Setting => ({
      name: `SMALL_CELLS_${audience.toUpperCase()}`,
      schema: { type: 'integer', minimum: 0, maximum: 1000 },
      default: least,
      about: {
        id: `Jumlah orang yang lebih kecil dari ini disembunyikan dari \`${audience}\`, beserta yang dapat mengungkapnya; 0 tidak menyembunyikan.`,
        en: `Counts of people below this are hidden from \`${audience}\`, with what would give them away; 0 hides none.`,
      },
      example: '10',
    }),
  ),
  {
    name: 'LOG_LEVEL',
    schema: { type: 'string', enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] },
    default: 'info',
    about: { id: 'Rincian log (JSON per baris di stdout).', en: 'How much is logged (a JSON line each, to stdout).' },
    example: 'warn',
  },
  {
    name: 'BASE_URL',
    schema: { type: 'string', pattern: '^https?://[^/?#\\s]+(/[^?#\\s]*)?$' },
    about: {
      id: 'URL yang dilihat klien di depan proxy, tanpa `/fhir`; bila kosong diambil dari permintaan.',
      en: 'URL that clients see in front of a proxy, without `/fhir`; taken from each request where unset.',
    },
    example: 'https://lontar.dinkes.example.go.id',
  },
  {
    name: 'TRUST_PROXY',
    schema: { type: 'string', enum: ['on', 'off'] },
    default: 'off',
    about: {
      id: '`on` mempercayai X-Forwarded-* dari proxy di depan server.',
      en: '`on` trusts X-Forwarded-* from the proxy in front of the server.',
    },
    example: 'on',
  },
  {
    name: 'CORS_ORIGIN',
    schema: { type: 'string', pattern: '^(\\*|none|https?://[^\\s]+)$' },
    default: '*',
    about: {
      id: 'Asal peramban yang boleh memanggil API: `*`, `none`, atau daftar URL yang dipisah koma.',
      en: 'Browser origins that may call the API: `*`, `none`, or URLs separated by commas.',
    },
    example: 'https://emr.example.org',
  },
  {
    name: 'RESOURCE_LIMIT_MIB',
    schema: { type: 'integer', minimum: 1, maximum: 512 },
    default: 8,
    about: { id: 'Ukuran terbesar satu resource, dalam MiB.', en: 'Largest single resource, in MiB.' },
    example: '16',
  },
  {
    name: 'BUNDLE_LIMIT_MIB',
    schema: { type: 'integer', minimum: 1, maximum: 512 },
    default: 64,
    about: { id: 'Ukuran terbesar satu Bundle, dalam MiB.', en: 'Largest Bundle, in MiB.' },
    example: '128',
  },
  {
    name: 'RATE_LIMIT',
    schema: { type: 'integer', minimum: 0, maximum: 10_000_000 },
    default: 6000,
    about: {
      id: 'Permintaan per menit dari satu alamat di luar mesin ini; 0 tanpa batas.',
      en: 'Requests a minute from one address beyond this machine; 0 is no limit.',
    },
    example: '600',
  },
  {
    name: 'MAX_EVENT_LOOP_DELAY_MS',
    schema: { type: 'integer', minimum: 0, maximum: 600_000 },
    default: 5000,
    about: {
      id: 'Kelambatan proses yang membuat permintaan baru dijawab 503; 0 mematikannya.',
      en: 'Lag of the process beyond which new requests are answered 503; 0 turns it off.',
    },
    example: '1000',
  },
  {
    name: 'STOP_TIMEOUT_MS',
    schema: { type: 'integer', minimum: 0, maximum: 600_000 },
    default: 20_000,
    about: {
      id: 'Waktu tunggu permintaan yang sedang berjalan ketika server dihentikan.',
      en: 'How long a stop waits for requests in flight.',
    },
    example: '60000',
  },
] as const satisfies readonly Setting[];

/** Setting by name, for messages and the table; the environment holds text only. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings in `environment`, with defaults for the rest. An empty value counts as unset.
 * Every bad setting is one issue that names it, says what is wrong and gives an example.
 */
export function loadConfig(environment: Environment): Result<Config> {
  const values: Record<string, unknown> = {};
  for (const setting of settings) {
    const text = environment[setting.name]?.trim();
    if (text !== undefined && text !== '') values[setting.name] = text;
  }
  if (!validateSettings(values)) return { ok: false, issues: (validateSettings.errors ?? []).map(settingIssue) };
  const read = values as unknown as ReadSettings;
  const more = crossChecks(read);
  if (more.length > 0) return { ok: false, issues: more };
  return { ok: true, value: toConfig(read) };
}

/** The settings as a Markdown table, for README. */
export function settingsTable(): string {
  const rows: readonly Setting[] = settings;
  return [
    '| setting | default | what it does | example |',
    '|---|---|---|---|',
    ...rows.map((row) => {
      const standard = row.default === undefined ? '(unset)' : `\`${row.default}\``;
      return `| \`${row.name}\` | ${standard} | ${row.about.en} *${row.about.id}* | \`${row.example}\` |`;
    }),
  ].join('\n');
}

/** True for names and addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host === '[::1]' || host === '::ffff:127.0.0.1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

/** What the schema makes of the environment: coerced, with defaults. */
interface ReadSettings {
  readonly HOST: string;
  readonly PORT: number;
  readonly DATA_DIR: string;
  readonly DATABASE_URL?: string;
  readonly POOL_SIZE: number;
  readonly STATEMENT_TIMEOUT_MS: number;
  readonly AUTH: 'on' | 'off';
  readonly VALIDATION: 'enforce' | 'warn';
  readonly PLATFORM_RULES: Config['platformRules'];
  readonly PLATFORM_EARLIEST?: string;
  readonly GROWTH_DERIVE: 'on' | 'off';
  readonly AGREEMENT_HOUR: string;
  readonly AGREEMENT_SAMPLE: number;
  readonly UPKEEP: 'on' | 'off';
  readonly KEPT_MEASURES?: string;
  readonly GRACE_DAYS: number;
  readonly AUDIENCE: Config['audience'];
  readonly SMALL_CELLS_CARE: number;
  readonly SMALL_CELLS_PROGRAMME: number;
  readonly SMALL_CELLS_PUBLIC: number;
  readonly LOG_LEVEL: Config['logLevel'];
  readonly BASE_URL?: string;
  readonly TRUST_PROXY: 'on' | 'off';
  readonly CORS_ORIGIN: string;
  readonly RESOURCE_LIMIT_MIB: number;
  readonly BUNDLE_LIMIT_MIB: number;
  readonly RATE_LIMIT: number;
  readonly MAX_EVENT_LOOP_DELAY_MS: number;
  readonly STOP_TIMEOUT_MS: number;
}

const validateSettings = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true }).compile({
  type: 'object',
  properties: Object.fromEntries(
    (settings as readonly Setting[]).map((setting) => [
      setting.name,
      setting.default === undefined ? setting.schema : { ...setting.schema, default: setting.default },
    ]),
  ),
});

function settingIssue(error: ErrorObject): Issue {
  const name = error.instancePath.slice(1);
  return badSetting(name, reasonOf(error));
}

function reasonOf(error: ErrorObject): Text {
  const params = error.params as { readonly allowedValues?: readonly string[]; readonly limit?: number };
  switch (error.keyword) {
    case 'enum': {
      const allowed = (params.allowedValues ?? []).join(', ');
      return { id: `harus salah satu dari ${allowed}`, en: `must be one of ${allowed}` };
    }
    case 'type':
      return { id: 'harus bilangan bulat', en: 'must be a whole number' };
    case 'minimum':
      return { id: `paling sedikit ${params.limit}`, en: `must be at least ${params.limit}` };
    case 'maximum':
      return { id: `paling banyak ${params.limit}`, en: `must be at most ${params.limit}` };
    default:
      return { id: 'bentuknya salah', en: 'has the wrong form' };
  }
}

function badSetting(name: string, reason: Text): Issue {
  const example = (settings as readonly Setting[]).find((setting) => setting.name === name)?.example ?? '';
  return issue('value', 'setting', {
    id: `Pengaturan ${name} ${reason.id}. Contoh: ${name}=${example}`,
    en: `Setting ${name} ${reason.en}. Example: ${name}=${example}`,
  });
}

function crossChecks(read: ReadSettings): readonly Issue[] {
  const found: Issue[] = [];
  if (read.AUTH === 'off' && !isLoopback(read.HOST)) {
    found.push(
      badSetting('AUTH', {
        id: 'tidak boleh off bila HOST bukan loopback; pakai AUTH=on atau HOST=127.0.0.1',
        en: 'must not be off where HOST is not loopback; use AUTH=on or HOST=127.0.0.1',
      }),
    );
  }
  return found;
}

const mebibyte = 1024 * 1024;

function toConfig(read: ReadSettings): Config {
  return {
    host: read.HOST,
    port: read.PORT,
    dataDir: read.DATA_DIR,
    ...(read.DATABASE_URL === undefined ? {} : { databaseUrl: read.DATABASE_URL }),
    poolSize: read.POOL_SIZE,
    statementTimeoutMs: read.STATEMENT_TIMEOUT_MS,
    auth: read.AUTH,
    validation: read.VALIDATION,
    platformRules: read.PLATFORM_RULES,
    ...(read.PLATFORM_EARLIEST === undefined ? {} : { platformEarliest: read.PLATFORM_EARLIEST }),
    growthDerive: read.GROWTH_DERIVE === 'on',
    ...(read.AGREEMENT_HOUR === 'off' ? {} : { agreementHour: Number(read.AGREEMENT_HOUR) }),
    agreementSample: read.AGREEMENT_SAMPLE,
    upkeep: read.UPKEEP === 'on',
    ...(read.KEPT_MEASURES === undefined ? {} : { keptMeasures: read.KEPT_MEASURES.split(',') }),
    graceDays: read.GRACE_DAYS,
    audience: read.AUDIENCE,
    smallCells: { care: read.SMALL_CELLS_CARE, programme: read.SMALL_CELLS_PROGRAMME, public: read.SMALL_CELLS_PUBLIC },
    logLevel: read.LOG_LEVEL,
    ...(read.BASE_URL === undefined ? {} : { baseUrl: read.BASE_URL.replace(/\/+$/, '') }),
    trustProxy: read.TRUST_PROXY === 'on',
    corsOrigin: read.CORS_ORIGIN,
    resourceLimitBytes: read.RESOURCE_LIMIT_MIB * mebibyte,
    bundleLimitBytes: read.BUNDLE_LIMIT_MIB * mebibyte,
    rateLimit: read.RATE_LIMIT,
    maxEventLoopDelayMs: read.MAX_EVENT_LOOP_DELAY_MS,
    stopTimeoutMs: read.STOP_TIMEOUT_MS,
  };
}
