import { createReadStream } from 'node:fs';
import type { CodeSystemConcept } from '@medplum/fhirtypes';
import { JSONParser } from '@streamparser/json';
import { isObject } from '../../fhir/resource.js';
import { type Fact, parentFacts } from './fact.js';

/** What stands in a CodeSystem resource beside its concepts. */
export interface CodeSystemHead {
  readonly resourceType?: string;
  readonly url?: string;
  readonly version?: string;
  readonly name?: string;
  readonly content?: string;
}

const headPaths = ['resourceType', 'url', 'version', 'name', 'content'] as const;

/** The head of a CodeSystem file, read no further than needed and without holding its concepts. */
export async function readHead(path: string): Promise<CodeSystemHead> {
  const head: Record<string, string> = {};
  for await (const { key, value } of valuesAt(
    path,
    headPaths.map((name) => `$.${name}`),
    () => undefined,
  )) {
    if (typeof value === 'string' && typeof key === 'string') head[key] = value;
    if (headPaths.every((name) => head[name] !== undefined)) break;
  }
  return head;
}

/** Facts of a CodeSystem resource of any size: one top-level concept is in memory at a time. */
export async function* codeSystemFacts(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Fact> {
  for await (const { value } of valuesAt(path, ['$.concept.*'], onBytes)) {
    if (isObject(value)) yield* conceptFacts(value as unknown as CodeSystemConcept, undefined);
  }
}

interface Found {
  readonly key: unknown;
  readonly value: unknown;
}

/** The values at `paths` of a JSON file, parsed piece by piece. */
async function* valuesAt(path: string, paths: readonly string[], onBytes: (bytes: number) => void): AsyncGenerator<Found> {
  const parser = new JSONParser({ paths: [...paths], keepStack: false });
  let found: Found[] = [];
  parser.onValue = ({ key, value }) => {
    found.push({ key, value });
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    onBytes(chunk.length);
    parser.write(chunk);
    yield* found;
    found = [];
  }
  if (!parser.isEnded) throw new Error(`${path} ends in the middle: it is not whole`);
}

function* conceptFacts(concept: CodeSystemConcept, parent: string | undefined): Generator<Fact> {
  const code = concept.code ?? '';
  yield { code, kind: 'concept', value: '' };
  if (concept.display !== undefined) yield { code, kind: 'display', value: concept.display };
  if (concept.definition !== undefined) yield { code, kind: 'definition', value: concept.definition };
  if (parent !== undefined) yield* parentFacts(code, parent);
  for (const { language = '', value = '' } of concept.designation ?? []) yield { code, kind: 'designation', name: language, value };
  for (const property of concept.property ?? []) {
    const value =
      property.valueCode ??
      property.valueString ??
      property.valueBoolean ??
      property.valueInteger ??
      property.valueDecimal ??
      property.valueDateTime ??
      property.valueCoding?.code;
    if (value === undefined) continue;
    const name = property.code ?? '';
    if (name === 'parent' || name === 'subsumedBy') yield* parentFacts(code, String(value));
    else if (name === 'child') yield* parentFacts(String(value), code);
    else if (name === 'inactive' && String(value) === 'true') yield { code, kind: 'inactive', value: '' };
    else if (name === 'status' && ['retired', 'inactive'].includes(String(value))) yield { code, kind: 'inactive', value: '' };
    else if ((name === 'notSelectable' || name === 'abstract') && String(value) === 'true') yield { code, kind: 'abstract', value: '' };
    else yield { code, kind: 'property', name, value: String(value) };
  }
  for (const child of concept.concept ?? []) yield* conceptFacts(child, code);
}
