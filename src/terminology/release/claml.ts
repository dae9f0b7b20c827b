import { createReadStream } from 'node:fs';
import { SaxesParser } from 'saxes';
import { type Fact, parentFacts } from './fact.js';

/** Facts of a classification in ClaML, the form in which WHO publishes ICD-10: classes with their super-classes and preferred labels. */
export async function* clamlFacts(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Fact> {
  const parser = new SaxesParser();
  let facts: Fact[] = [];
  let code: string | undefined;
  let rubric: string | undefined;
  let label = '';
  let language = '';
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'Class') {
      code = String(attributes.code ?? '');
      facts.push({ code, kind: 'concept', value: '' });
      const kind = String(attributes.kind ?? '');
      if (kind !== '') facts.push({ code, kind: 'property', name: 'kind', value: kind });
      // Chapters and blocks group codes and are themselves none to record.
      if (kind === 'chapter' || kind === 'block') facts.push({ code, kind: 'abstract', value: '' });
    } else if (name === 'SuperClass' && code !== undefined) facts.push(...parentFacts(code, String(attributes.code ?? '')));
    else if (name === 'Rubric') rubric = String(attributes.kind ?? '');
    else if (name === 'Label') {
      label = '';
      language = String(attributes['xml:lang'] ?? '');
    }
  });
  parser.on('text', (text) => {
    label += text;
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'Label' && code !== undefined) {
      const value = label.replace(/\s+/g, ' ').trim();
      if (rubric === 'preferred') {
        facts.push({ code, kind: 'display', value });
        if (language !== '') facts.push({ code, kind: 'designation', name: language, value });
      } else if (rubric === 'definition') facts.push({ code, kind: 'definition', value });
    } else if (name === 'Rubric') rubric = undefined;
    else if (name === 'Class') code = undefined;
  });
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    onBytes(Buffer.byteLength(chunk));
    parser.write(chunk);
    yield* facts;
    facts = [];
  }
  parser.close();
  yield* facts;
}
