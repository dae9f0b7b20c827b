import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../root.js';

/** Lontar's own version, from package.json. */
export const softwareVersion: string = String(
  (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { readonly version?: string }).version ?? '0',
);
