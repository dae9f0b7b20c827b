import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { loadRegistry } from '../definitions/load.js';
import type { Registry } from '../definitions/registry.js';
import { parseJson } from '../fhir/json.js';
import { type Issue, isFailure, issue, type Language, operationOutcome, type Result, type Text } from '../fhir/outcome.js';
import { type FhirResource, isResource } from '../fhir/resource.js';
import { parseXml } from '../fhir/xml.js';
import { createTerminology } from '../terminology/create.js';
import { loadedSystems } from '../terminology/release/loaded-systems.js';
import { createValidator } from '../validation/create.js';
import { loadBusinessRules } from '../validation/rules/business.js';
import { commandText } from './text.js';

export interface ValidateCommandOptions {
  readonly profile: readonly string[];
  /** Folders with more definitions: an unpacked FHIR package, or plain JSON files. */
  readonly package: readonly string[];
  /** Where `lontar load terminology` has put releases; it may be absent. */
  readonly terminologyFolder: string;
  readonly json: boolean;
  readonly language: Language;
}

export interface CommandInput {
  /** All of standard input, for `-`. */
  readStandardInput(): Buffer;
  print(text: string): void;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Document {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Judges each file (JSON, XML, NDJSON line by line), each file of a folder, or standard input for `-`, without a database.
 * Resolves to the exit code: 0 all valid, 1 something is invalid, 2 an input can't be read.
 */
export function validateFiles(inputs: readonly string[], options: ValidateCommandOptions, command: CommandInput): number {
  const documents = inputs.map((input) => readInput(input, command));
  const packages = options.package.map(readPackage);
  const unreadable = [...documents, ...packages].flatMap((read) => (read.ok ? [] : read.issues));
  if (unreadable.length > 0) {
    for (const { text } of unreadable) command.print(text[options.language]);
    return 2;
  }
  const extra = packages.flatMap((read) => (read.ok ? read.value : []));
  const base = loadRegistry();
  const registry = extra.length === 0 ? base : base.with(extra);
  const validator = createValidator({
    registry,
    terminology: createTerminology(registry, loadedSystems(options.terminologyFolder)),
    rules: loadBusinessRules(),
  });
  const judged = documents
    .flatMap((read) => (read.ok ? read.value : []))
    .flatMap(split)
    .map((document) => {
      const resource = parse(document, registry);
      const issues = resource.ok ? validator.validate(resource.value, { profiles: options.profile, now: command.now }) : resource.issues;
      return { name: document.name, issues };
    });
  const invalid = judged.filter(({ issues }) => issues.some(isFailure)).length;
  if (options.json)
    command.print(
      JSON.stringify(
        judged.map(({ name, issues }) => ({ name, valid: !issues.some(isFailure), outcome: operationOutcome(issues, options.language) })),
        null,
        2,
      ),
    );
  else {
    for (const { name, issues } of judged) command.print(report(name, issues, options.language));
    command.print(commandText.summary(judged.length - invalid, invalid)[options.language]);
  }
  return invalid > 0 ? 1 : 0;
}

const fileKinds: ReadonlySet<string> = new Set(['.json', '.xml', '.ndjson']);

function readInput(input: string, command: CommandInput): Result<readonly Document[]> {
  if (input === '-') return { ok: true, value: [{ name: '-', bytes: command.readStandardInput() }] };
  try {
    if (!statSync(input).isDirectory()) return { ok: true, value: [{ name: input, bytes: readFileSync(input) }] };
    const names = readdirSync(input, { recursive: true, encoding: 'utf8' }).filter((name) => fileKinds.has(extname(name)));
    if (names.length === 0) return failed(commandText.emptyFolder(input));
    return { ok: true, value: names.sort().map((name) => ({ name: join(input, name), bytes: readFileSync(join(input, name)) })) };
  } catch (error) {
    return failed(commandText.unreadable(input, codeOf(error)));
  }
}

/** The definitions of a package: every JSON file in the folder, or in its `package` folder, that is a resource. */
function readPackage(folder: string): Result<readonly FhirResource[]> {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
    const found = names.flatMap((name) => {
      const read = parseJson(readFileSync(join(folder, name)));
      return read.ok && isResource(read.value) ? [read.value] : [];
    });
    return found.length === 0 ? failed(commandText.emptyFolder(folder)) : { ok: true, value: found };
  } catch (error) {
    return failed(commandText.unreadable(folder, codeOf(error)));
  }
}

function split(document: Document): Document[] {
  if (extname(document.name) !== '.ndjson') return [document];
  return document.bytes
    .toString('utf8')
    .split('\n')
    .map((line, index) => ({ name: `${document.name}:${index + 1}`, bytes: Buffer.from(line) }))
    .filter(({ bytes }) => bytes.toString('utf8').trim() !== '');
}

function parse({ bytes }: Document, registry: Registry): Result<unknown> {
  const first = bytes.find((byte) => byte > 0x20 && byte < 0x80);
  return first === lessThan ? parseXml(bytes.toString('utf8'), registry) : parseJson(bytes);
}

const lessThan = 0x3c;

function report(name: string, issues: readonly Issue[], language: Language): string {
  const verdict = issues.some(isFailure) ? '✗' : '✓';
  return [`${verdict} ${name}`, ...issues.map((found) => issueLines(found, language))].join('\n');
}

function issueLines({ severity, expression, text, rule, diagnostics }: Issue, language: Language): string {
  const where = expression === undefined ? '' : ` ${expression}`;
  const more = diagnostics === undefined ? '' : `\n      ${diagnostics}`;
  return `  ${severity}${where} [${rule}]\n      ${text[language]}${more}`;
}

function failed(text: Text): Result<never> {
  return { ok: false, issues: [issue('not-found', 'command-input', text)] };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
