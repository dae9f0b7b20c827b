import { existsSync } from 'node:fs';

/** Stops the build where neither the source nor a pack made from it is there. */
export function explainMissing(source: string, target: string): void {
  if (!existsSync(target)) throw new Error(`${source} is absent: run npm ci with development dependencies once to build`);
}
