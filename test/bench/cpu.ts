import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds of this process and of the PostgreSQL server while `work` ran; the wall clock where there is no /proc to ask. */
export async function cpuSeconds(postmaster: number, work: () => Promise<unknown>): Promise<number> {
  const before = { own: process.cpuUsage(), server: serverSeconds(postmaster), wall: performance.now() };
  await work();
  const own = process.cpuUsage(before.own);
  const server = serverSeconds(postmaster);
  if (before.server === undefined || server === undefined) return (performance.now() - before.wall) / 1000;
  return (own.user + own.system) / 1e6 + server - before.server;
}

const ticksPerSecond = 100;

/** Of the postmaster, its living children, and those that it has waited for. */
function serverSeconds(postmaster: number): number | undefined {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const stats = pids.map((pid) => statOf(Number(pid))).filter((stat) => stat !== undefined);
    return (
      stats.filter(({ pid, parent }) => pid === postmaster || parent === postmaster).reduce((sum, { ticks }) => sum + ticks, 0) /
      ticksPerSecond
    );
  } catch {
    return undefined;
  }
}

function statOf(pid: number): { readonly pid: number; readonly parent: number; readonly ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // What follows the name in parentheses: state, parent … and from the twelfth on user and system time, its own and its ended children's.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(fields[1]), ticks: [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0) };
  } catch {
    return undefined;
  }
}
