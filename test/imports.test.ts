import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'tap';
import { packageRoot } from '../src/root.js';

// From the floor up: a room imports from itself and from rooms on lower floors, never sideways or upwards.
const floors: ReadonlyArray<readonly string[]> = [
  ['fhir', 'sql', 'root', 'config'],
  ['definitions'],
  ['terminology', 'fhirpath', 'growth'],
  ['validation', 'search', 'cql', 'questionnaire'],
  ['store'],
  ['facts'],
  ['access', 'measure', 'synthetic'],
  ['rest', 'web'],
  ['app'],
  ['server', 'demo', 'commands'],
  ['main'],
];

const reserved: ReadonlyArray<{
  readonly what: string;
  readonly pattern: RegExp;
  readonly rooms: readonly string[];
  readonly files?: readonly string[];
}> = [
  { what: 'fastify', pattern: /from '(?:fastify|@fastify\/[^']+)'/, rooms: ['rest', 'web', 'app'] },
  { what: 'pg', pattern: /from 'pg'/, rooms: ['store'] },
  {
    what: 'process',
    pattern: /(?<![\w.'"`/-])process\.(?!cpuUsage|memoryUsage)\w/,
    rooms: ['config', 'server', 'main'],
    // Programs of the build, run by hand or by npm; entry points of child processes; and what keeps a library off standard output.
    files: [
      'definitions/pack.ts',
      'definitions/sushi.ts',
      'cql/pack.ts',
      'cql/reference-worker.ts',
      'cql/translator-process.ts',
      'cql/quietly.ts',
    ],
  },
];

const sourceFolder = join(packageRoot, 'src');
const files = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort();

test('imports run one way, from the upper rooms to the lower', async (t) => {
  const wrong = files.flatMap((file) =>
    importsOf(file).flatMap((target) => (mayImport(roomOf(file), roomOf(target)) ? [] : [`${file} → ${target}`])),
  );
  t.strictSame(wrong, []);
});

test('every room stands on a floor', async (t) => {
  const known = new Set(floors.flat());
  const rooms = new Set(files.map(roomOf));
  t.strictSame(
    [...rooms].filter((room) => !known.has(room)),
    [],
  );
  t.strictSame(
    [...known].filter((room) => !rooms.has(room)),
    [],
    'and no floor names a room that is not there',
  );
});

for (const { what, pattern, rooms, files: exceptions = [] } of reserved) {
  test(`only ${[...rooms, ...exceptions].join(', ')} touch ${what}`, async (t) => {
    const wrong = files.filter(
      (file) => !rooms.includes(roomOf(file)) && !exceptions.includes(file) && pattern.test(withoutComments(file)),
    );
    t.strictSame(wrong, []);
  });
}

function mayImport(from: string, to: string): boolean {
  return from === to || floorOf(to) < floorOf(from) || (floorOf(from) === 0 && floorOf(to) === 0);
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room));
}

function roomOf(file: string): string {
  return file.replace(/[/.].*$/, '');
}

function importsOf(file: string): string[] {
  const targets = [...withoutComments(file).matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) => match[1] ?? '');
  return targets.map((target) => relative(sourceFolder, resolve(sourceFolder, dirname(file), target)));
}

function withoutComments(file: string): string {
  return readFileSync(join(sourceFolder, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
}
