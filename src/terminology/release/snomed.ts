import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Fact, parentFacts, type Release } from './fact.js';
import { readTsv } from './read-rows.js';

const snomedSystem = 'http://snomed.info/sct';

// SNOMED CT's own identifiers: is-a, synonym, fully specified name, preferred.
const isA = '116680003';
const synonym = '900000000000013009';
const fullName = '900000000000003001';
const preferred = '900000000000548007';

/**
 * A SNOMED CT release in RF2 form: the snapshot files anywhere below `folder`. The display is the synonym that a language reference set prefers, else the
 * fully specified name; other active terms are designations; is-a makes the hierarchy; other inferred relationships are properties by attribute.
 * Undefined where the folder holds no concept snapshot.
 */
export function snomedRelease(folder: string, version: string | undefined, onBytes: (bytes: number) => void): Release | undefined {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const named = (pattern: RegExp): readonly string[] => files.filter((path) => pattern.test(basename(path)));
  const concepts = named(/^x?sct2_Concept_Snapshot_.*\.txt$/);
  const [first] = concepts;
  if (first === undefined) return undefined;
  return {
    system: snomedSystem,
    version: version ?? editionOf(basename(first)),
    name: 'SNOMED CT',
    complete: true,
    facts: facts(
      {
        concepts,
        descriptions: named(/^x?sct2_Description_Snapshot.*\.txt$/),
        languages: named(/^x?der2_cRefset_LanguageSnapshot.*\.txt$/),
        relationships: named(/^x?sct2_Relationship_Snapshot_.*\.txt$/),
      },
      onBytes,
    ),
  };
}

interface Files {
  readonly concepts: readonly string[];
  readonly descriptions: readonly string[];
  readonly languages: readonly string[];
  readonly relationships: readonly string[];
}

async function* facts(files: Files, onBytes: (bytes: number) => void): AsyncGenerator<Fact> {
  for (const path of files.concepts) {
    for await (const { id = '', active } of readTsv(path, onBytes)) {
      yield { code: id, kind: 'concept', value: '' };
      if (active !== '1') yield { code: id, kind: 'inactive', value: '' };
    }
  }
  const preferredTerms = await preferredDescriptions(files.languages, onBytes);
  for (const path of files.descriptions) {
    for await (const row of readTsv(path, onBytes)) {
      const { id = '', active, conceptId: code = '', languageCode = '', typeId, term: value = '' } = row;
      if (active !== '1' || (typeId !== synonym && typeId !== fullName)) continue;
      // Without a language reference set nothing tells which synonym is preferred.
      if (typeId === synonym && preferredTerms.has(id) && languageCode === 'en') yield { code, kind: 'display', value };
      else if (typeId === fullName && preferredTerms.size === 0) yield { code, kind: 'display', value };
      yield { code, kind: 'designation', name: languageCode, value };
    }
  }
  for (const path of files.relationships) {
    for await (const { active, sourceId: code = '', destinationId: target = '', typeId: type = '' } of readTsv(path, onBytes)) {
      if (active !== '1') continue;
      if (type === isA) yield* parentFacts(code, target);
      else yield { code, kind: 'property', name: type, value: target };
    }
  }
}

/** Ids of the descriptions that some language reference set prefers: the one thing held in memory, some 400,000 numbers. */
async function preferredDescriptions(paths: readonly string[], onBytes: (bytes: number) => void): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const path of paths) {
    for await (const { active, referencedComponentId = '', acceptabilityId } of readTsv(path, onBytes)) {
      if (active === '1' && acceptabilityId === preferred) found.add(referencedComponentId);
    }
  }
  return found;
}

// sct2_Concept_Snapshot_INT_20240101.txt
function editionOf(file: string): string {
  const date = /_(\d{8})\.txt$/.exec(file)?.[1] ?? 'unknown';
  return `http://snomed.info/sct/900000000000207008/version/${date}`;
}
