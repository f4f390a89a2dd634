import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LaneSpec, LoadBooks, LoadFigures, LoadRequest, LoadSpec, Preparation, Window } from './protocol.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const exitWithParent = import.meta.resolve('@tangram/network/drivers/exit-with-parent.ts');
const heapMegabytes = 4_096;

/** A process of its own that makes load, so that what it costs is not counted as the network's. */
export interface LoadProcess {
  pid: number;
  spec: LoadSpec;
  run(window: Window): Promise<LoadFigures>;
  /** Of one that holds a lane: makes another load, and begins new books. */
  change(spec: LaneSpec): Promise<void>;
  prepare(preparation: Preparation): Promise<void>;
  books(): Promise<LoadBooks>;
  openAccounts(request: Omit<Extract<LoadRequest, { kind: 'openAccounts' }>, 'kind'>): Promise<number>;
  openLoans(count: number): Promise<void>;
  accrueLoans(): Promise<string>;
  appliedBlock(): Promise<string | null>;
  undelivered(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a load process and waits until it is connected. */
export async function startLoad(spec: LoadSpec): Promise<LoadProcess> {
  const child = fork(main, [], {
    execArgv: ['--no-warnings', `--max-old-space-size=${heapMegabytes}`, '--import', exitWithParent],
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'tangram-compile-cache'), ...process.env, NODE_OPTIONS: '' },
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let count = 0;
  child.on('message', (message) => {
    const { id, result, error } = message as { id: number; result?: unknown; error?: string };
    if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
  });
  child.on('exit', (code, signal) => {
    const error = new Error(`The load process of ${spec.kind} ended with ${signal ?? code}.`);
    for (const each of waiting.values()) each.reject(error);
  });

  function ask<Result>(request: LoadRequest): Promise<Result> {
    const answer = Promise.withResolvers<unknown>();
    count += 1;
    waiting.set(count, answer);
    child.send({ id: count, request });
    return answer.promise as Promise<Result>;
  }

  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    await ask({ kind: 'stop' }).catch(() => {});
    child.kill('SIGKILL');
    await exit;
  }

  try {
    await ask({ kind: 'open', spec });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: child.pid as number,
    spec,
    run: (window) => ask({ kind: 'run', window }),
    change: (changed) => ask({ kind: 'change', spec: changed }),
    prepare: (preparation) => ask({ kind: 'prepare', ...preparation }),
    books: () => ask({ kind: 'books' }),
    openAccounts: (request) => ask({ kind: 'openAccounts', ...request }),
    openLoans: (loanCount) => ask({ kind: 'openLoans', count: loanCount }),
    accrueLoans: () => ask({ kind: 'accrueLoans' }),
    appliedBlock: () => ask({ kind: 'appliedBlock' }),
    undelivered: () => ask({ kind: 'undelivered' }),
    stop,
  };
}
