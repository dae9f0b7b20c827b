import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, profiles/ and terminology/, wherever the compiled code lies below it. */
export const packageRoot: string = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** What the build packs for fast starts: `dist/pack`. */
export const packFolder: string = join(packageRoot, 'dist', 'pack');

function findPackageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'profiles'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('package.json and profiles/ not found above the running code');
  return findPackageRoot(parent);
}
