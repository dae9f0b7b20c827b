import { readFileSync } from 'node:fs';
import { platform, userInfo } from 'node:os';
import { StartError } from '../start-error.js';

/** The user whom PostgreSQL runs as, when that isn't the one who runs Lontar. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then `postgres` runs it, else `nobody`. Undefined means: as ourselves. */
export function serverAccount(passwd: () => string = () => readFileSync('/etc/passwd', 'utf8')): Account | undefined {
  if (platform() === 'win32' || userInfo().uid !== 0) return undefined;
  const lines = passwd()
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const line = lines.find((fields) => fields[0] === name);
    const uid = Number(line?.[2]);
    const gid = Number(line?.[3]);
    if (Number.isInteger(uid) && uid > 0 && Number.isInteger(gid)) return { uid, gid };
  }
  throw new StartError(
    'PostgreSQL does not run as root, and this system has neither a user postgres nor nobody',
    'start Lontar as an ordinary user, or set DATABASE_URL',
  );
}
