import { type ChildProcess, execFileSync, spawn } from 'node:child_process';

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

/** A process and its descendants; they may lead groups of their own, as those of PostgreSQL do. */
function familyOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const all = lines.map((line) => line.trim().split(/\s+/).map(Number) as [child: number, parent: number]);
  const family = [pid];
  // Grows while it is walked: children of children come at its end.
  for (const parent of family) family.push(...all.filter((entry) => entry[1] === parent).map(([child]) => child));
  return family;
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
