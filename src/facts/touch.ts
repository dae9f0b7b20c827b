import { codeHash } from '../cql/code-hash.js';
import type { PlanReads } from '../cql/reads.js';

/** The number that stands for "some resource of this type" among those that a write touches; a code is its own hash. */
export function typeTouch(type: string): string {
  return codeHash('urn:lontar:resource-type', type);
}

/** Which touches concern a plan: those of the types that it reads whole, and of the codes it retrieves by. */
export function touchesRead({ resources }: PlanReads): ReadonlySet<string> {
  return new Set(
    resources.flatMap(({ type, codes }) =>
      codes === undefined
        ? [typeTouch(type)]
        : [...codes].map((key) => codeHash(key.slice(0, key.lastIndexOf('|')), key.slice(key.lastIndexOf('|') + 1))),
    ),
  );
}
