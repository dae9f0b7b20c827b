import { createHash } from 'node:crypto';
import type { SqlEvaluator } from '../../../cql/evaluator.js';
import { type Libraries, libraryClosure } from '../../../cql/libraries.js';
import type { MeasureProgram } from '../../../cql/program.js';
import { factTables, factViews } from '../../../facts/catalogue.js';
import { factWriter } from '../../../facts/writer.js';
import { render } from '../../../sql.js';

// Any period does, as long as it is always the same.
const period = { start: '2026-01-01', end: '2026-12-31' } as const;

/**
 * What an agreement is about, as a hash: the program, the libraries, the fact tables, and the statement that the compiler makes of them with the codes of its value
 * sets. Another of any of these, a compiler that says it otherwise among them, and the engines have to agree anew. `evaluator` takes one fixed instant for now.
 */
export function agreementKey(program: MeasureProgram, libraries: Libraries, evaluator: Pick<SqlEvaluator, 'statement'>): string {
  const closure = libraryClosure(libraries, program.library).map(({ library, cqlHash }) => [library.identifier, cqlHash]);
  const { text, values } = render(evaluator.statement(program, period));
  return createHash('sha256')
    .update(JSON.stringify([ownProgram(program), closure, factSignatures(), text, values]))
    .digest('hex');
}

/** The program as the Measure states it: values that a caller gives to parameters change no agreement. */
export function ownProgram(program: MeasureProgram): MeasureProgram {
  const { parameters: _, ...own }: MeasureProgram & { readonly parameters?: unknown } = program;
  return own;
}

let signatures: readonly string[] | undefined;

function factSignatures(): readonly string[] {
  signatures ??= factWriter(factTables(factViews())).tables.map(({ signature }) => signature);
  return signatures;
}
