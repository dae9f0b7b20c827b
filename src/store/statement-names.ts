import { createHash } from 'node:crypto';
import { render, type SqlFragment } from '../sql.js';

/** A statement as `pg` takes it; without a name it is parsed each time. */
export interface NamedQuery {
  readonly text: string;
  readonly values: unknown[];
  readonly name: string | undefined;
}

const fixed = new WeakMap<readonly string[], { readonly text: string; readonly name: string }>();

/** A statement of our own code, always named. Those made anew from the same `strings` object are put together once. */
export function namedQuery(statement: SqlFragment): NamedQuery {
  const known = fixed.get(statement.strings);
  if (known !== undefined) return { ...known, values: [...statement.values] };
  const { text, values } = render(statement);
  const name = nameOf(text);
  if (Object.isFrozen(statement.strings)) fixed.set(statement.strings, { text, name });
  return { text, values, name };
}

/** A statement that may be one of very many, named once it has come often. */
export function frequentQuery(statement: SqlFragment): NamedQuery {
  const { text, values } = render(statement);
  // Without parameters it may be several statements in one, as migrations are: those can't be prepared.
  return { text, values, name: values.length === 0 ? undefined : nameOfFrequent(text) };
}

const names = new Map<string, string>();

/** The same text always has the same name, as `pg` demands; the texts of named statements come from our own code and are few. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    names.set(text, name);
  }
  return name;
}

const seen = new Map<string, number>();
const seenLimit = 2000;
const frequentLimit = 200;
let frequent = 0;

/**
 * A name for a statement that comes often, which saves its parsing: it is planned for its values each time all the same. Searches come in any number of
 * forms, and the server keeps each named one: so the first to be frequent are named, and no more.
 */
function nameOfFrequent(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || frequent >= frequentLimit) return known;
  const times = (seen.get(text) ?? 0) + 1;
  if (times < 5) {
    if (seen.size >= seenLimit) seen.clear();
    seen.set(text, times);
    return undefined;
  }
  seen.delete(text);
  frequent++;
  return nameOf(text);
}
