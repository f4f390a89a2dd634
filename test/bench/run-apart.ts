import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from './run-bench.ts';
import { type BenchRun, keepResult, readRun } from './run-file.ts';
import type { CommandLine } from './settings.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const exitWithParent = import.meta.resolve('@tangram/network/drivers/exit-with-parent.ts');
/** Long enough to stop a network; who does not end by then is killed, and its network ends with it. */
const stopMilliseconds = 60_000;

/**
 * Runs benches in processes of their own, one after the other, each with a network of its own or with one for several.
 * One that breaks off, dies or hangs is noted as failed, and the others are run all the same.
 */
export async function runApart(chosen: readonly Bench[], line: CommandLine & { file: string }): Promise<void> {
  let left = groupsOf(chosen, line.isShared);
  while (left.length > 0) {
    const [group = [], ...others] = left;
    const startedAt = new Date().toISOString();
    const end = await runProcess(group, line);
    const { unknown, hasFailure } = unfinished(group, readRun(line.file, line.run), startedAt);
    // Who ended without a word died in the first bench of which nothing is known.
    const [broken] = hasFailure ? [] : unknown;
    if (broken) {
      const failure = { bench: broken.name, at: new Date().toISOString(), reason: `Its process ended with ${end}.` };
      keepResult(line.file, line.run, { failure });
    }
    // What shared a network with one that failed begins anew without it.
    const rest = unknown.filter((bench) => bench !== broken);
    left = rest.length > 0 ? [rest, ...others] : others;
  }
}

/** Benches for each process, in their order: alone, or all that can share a network. */
function groupsOf(chosen: readonly Bench[], isShared: boolean): Bench[][] {
  const canShare = ({ runAlone, isRestarted, needsOwnNetwork, movesClock }: Bench) =>
    isShared && !runAlone && !isRestarted && !needsOwnNetwork && !movesClock;
  const shared = chosen.filter(canShare);
  const alone = chosen.filter((bench) => !canShare(bench)).map((bench) => [bench]);
  return shared.length > 0 ? [shared, ...alone] : alone;
}

/** Benches of a group of which the run has neither a report nor a failure since then, and whether it has a failure. */
function unfinished(group: readonly Bench[], run: BenchRun | undefined, since: string) {
  const failed = (run?.failures ?? []).filter(({ at }) => at >= since).map(({ bench }) => bench);
  const reported = (run?.reports ?? []).filter(({ startedAt }) => startedAt >= since).map(({ bench }) => bench);
  const known = new Set([...failed, ...reported]);
  return {
    unknown: group.filter(({ name }) => !known.has(name)),
    hasFailure: group.some(({ name }) => failed.includes(name)),
  };
}

/** Runs one process to its end, or to the end of its time; says how it ended. */
async function runProcess(group: readonly Bench[], { file, run, minutes, options }: CommandLine & { file: string }) {
  const names = group.map(({ name }) => name).join(',');
  const child = spawn(
    process.execPath,
    [...process.execArgv, '--import', exitWithParent, main, names, ...options, '--here', '--file', file, '--run', run],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  let killing: NodeJS.Timeout | undefined;
  let isLate = false;
  const stop = () => {
    child.kill('SIGTERM');
    killing = setTimeout(() => child.kill('SIGKILL'), stopMilliseconds);
  };
  const timer = setTimeout(
    () => {
      isLate = true;
      stop();
    },
    minutes * group.length * 60_000,
  );
  const stopAll = () => {
    stop();
    child.once('exit', () => process.exit(130));
  };
  process.once('SIGINT', stopAll);
  process.once('SIGTERM', stopAll);
  const [code, signal] = await once(child, 'exit');
  process.off('SIGINT', stopAll);
  process.off('SIGTERM', stopAll);
  clearTimeout(timer);
  clearTimeout(killing);
  return isLate ? `${signal ?? code} after ${minutes} minutes` : String(signal ?? code);
}
