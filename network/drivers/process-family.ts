import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Signals a child and whatever it started; one that is gone already is left in peace. */
export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) signalOne(-pid, signal);
}

/**
 * Stops a process with all its descendants; returns what lets them go on. A guard does the same when we are gone, because
 * a stopped process would never notice that.
 */
export function pauseFamily({ pid }: ChildProcess): () => void {
  if (pid === undefined) return () => {};
  const family = familyOf(pid);
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -CONT "$@" 2>/dev/null', 'guard', ...family.map(String)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  for (const member of family) signalOne(member, 'SIGSTOP');
  return () => {
    guard.kill('SIGKILL');
    for (const member of family) signalOne(member, 'SIGCONT');
  };
}

/** A process and its descendants (Linux); they may lead groups of their own, as those of PostgreSQL do. */
export function familyOf(pid: number): number[] {
  const all = readdirSync('/proc').flatMap((entry) => parentOf(Number(entry)));
  const family = [pid];
  // Grows while it is walked: children of children come at its end.
  for (const parent of family) family.push(...all.filter((entry) => entry.parent === parent).map(({ child }) => child));
  return family;
}

/** From `/proc/<pid>/stat`, whose second field, the program's name in brackets, may hold spaces and brackets. */
function parentOf(child: number): { child: number; parent: number }[] {
  if (!Number.isInteger(child)) return [];
  try {
    const stat = readFileSync(`/proc/${child}/stat`, 'utf8');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ child, parent: Number(parent) }];
  } catch {
    // Ended since it was listed.
    return [];
  }
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
