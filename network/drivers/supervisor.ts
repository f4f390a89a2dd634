import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pauseFamily, signalGroup } from './process-family.ts';
import { readyMilliseconds } from './until-answered.ts';

const restartMilliseconds = { first: 50, longest: 5_000 };
const lastWordsLines = 15;
const compileCache = join(tmpdir(), 'tangram-compile-cache');
const preload = join(import.meta.dirname, 'exit-with-parent.ts');
const wrapper = join(import.meta.dirname, 'exit-with-parent.sh');
const probeMilliseconds = 50;

export interface ChildSpec {
  name: string;
  /** TypeScript file, or a program of another kind, and its arguments. */
  file: string;
  args: string[];
  env?: Record<string, string>;
  /** Given for a program that is not ours: it says nothing on stdout, so it is ready when this holds. */
  isReady?(): Promise<boolean>;
  /** Shortest pause before it is started again, where coming back at once does harm. */
  restartMilliseconds?: number;
}

interface Child {
  spec: ChildSpec;
  process: ChildProcess;
  ready: Promise<void>;
  isUp: boolean;
  /** Asked to stop: it must not be started again. */
  isEnding: boolean;
  lastWords: string[];
  failures: number;
  /** While it is paused: lets it go on. */
  resume?(): void;
}

/** Runs child processes, restarts those that die, and ends them all; ours say `{"ready": true}` on stdout. */
export function createSupervisor({
  logFolder,
  stopMilliseconds = 8_000,
}: {
  logFolder: string;
  stopMilliseconds?: number;
}) {
  const children = new Map<string, Child>();
  const crashListeners: ((name: string, lastWords: string) => void)[] = [];
  mkdirSync(logFolder, { recursive: true });

  function launch(spec: ChildSpec, failures: number): Child {
    const child = spec.isReady ? spawnProgram(spec) : spawnTypeScript(spec);
    const log = createWriteStream(join(logFolder, `${spec.name}.log`), { flags: 'a' });
    const entry: Child = {
      spec,
      process: child,
      ready: Promise.resolve(),
      isUp: false,
      isEnding: false,
      lastWords: [],
      failures,
    };
    entry.ready = watchReady(entry, log);
    // Nobody may be waiting when a restarted child fails: the exit handler below deals with it.
    entry.ready.catch(() => {});
    // Last words may still be in the pipes when the process has ended.
    child.on('close', () => log.end());
    child.on('exit', (code, signal) => {
      entry.isUp = false;
      entry.resume?.();
      signalGroup(child, 'SIGKILL');
      if (entry.isEnding) return;
      const reason = `${spec.name} ended with ${signal ?? `code ${code}`}`;
      // Who kills with -9 knows why; whoever dies otherwise has something to say.
      const lastWords = signal === 'SIGKILL' ? [reason] : [reason, ...entry.lastWords];
      for (const listener of crashListeners) listener(spec.name, lastWords.join('\n'));
      const growing = Math.min(restartMilliseconds.first * 2 ** entry.failures, restartMilliseconds.longest);
      const wait = Math.max(growing, spec.restartMilliseconds ?? 0);
      setTimeout(() => {
        if (!entry.isEnding) children.set(spec.name, launch(spec, entry.failures + 1));
      }, wait);
    });
    return entry;
  }

  /** Starts a child; resolves when it is ready, rejects with its last words when its first run ends before. */
  async function start(spec: ChildSpec): Promise<void> {
    const child = launch(spec, 0);
    children.set(spec.name, child);
    await child.ready;
  }

  /** Ends a child as `kill -9` does; supervision brings it back. */
  function kill(name: string): void {
    const child = children.get(name);
    if (!child) return;
    // Who waits for it must not find it up because its end has not been heard of yet.
    child.isUp = false;
    signalGroup(child.process, 'SIGKILL');
  }

  /** Resolves when the child of this name is up, through as many restarts as it takes. */
  async function ready(name: string): Promise<void> {
    const deadline = Date.now() + readyMilliseconds;
    while (Date.now() < deadline) {
      const child = children.get(name);
      if (child?.isUp && child.process.exitCode === null && child.process.signalCode === null) return;
      await child?.ready.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${name} did not come back within ${readyMilliseconds / 1000} s:\n${lastWordsOf(name)}`);
  }

  /** Ends the named children together: politely first, by force after eight seconds or what was set. */
  async function stop(names: string[]): Promise<void> {
    const ending = names.flatMap((name) => children.get(name) ?? []);
    for (const child of ending) child.isEnding = true;
    // A paused process would take no notice of the polite signal.
    for (const child of ending) child.resume?.();
    await Promise.all(ending.map((child) => end(child.process, stopMilliseconds)));
    for (const name of names) children.delete(name);
  }

  /** Ends children as `stop` does, but remembers how they were started, for `relaunch`. */
  async function halt(names: string[]): Promise<void> {
    const ending = names.map(demand);
    for (const child of ending) child.isEnding = true;
    await Promise.all(ending.map((child) => end(child.process, stopMilliseconds)));
  }

  /** Ends children as `kill -9` does and leaves them down until `relaunch`, as a machine that is lost. */
  async function crash(names: string[]): Promise<void> {
    const ending = names.map(demand);
    for (const child of ending) child.isEnding = true;
    await Promise.all(
      ending.map(({ process: running }) => {
        signalGroup(running, 'SIGKILL');
        return end(running, stopMilliseconds);
      }),
    );
  }

  /** Stops a child and whatever it started in their tracks (SIGSTOP): connections stay open and nobody answers. */
  function pause(name: string): void {
    const child = demand(name);
    child.resume ??= pauseFamily(child.process);
  }

  /** Lets a paused child go on. */
  function resume(name: string): void {
    const child = demand(name);
    child.resume?.();
    child.resume = undefined;
  }

  /** Starts halted children again as they were started, on the files that lie there now; resolves when all are ready. */
  async function relaunch(names: string[]): Promise<void> {
    const halted = names.map(demand).filter(({ isEnding }) => isEnding);
    const launched = halted.map(({ spec }) => launch(spec, 0));
    for (const child of launched) children.set(child.spec.name, child);
    await Promise.all(launched.map(({ ready }) => ready));
  }

  function demand(name: string): Child {
    const child = children.get(name);
    if (!child) throw new Error(`There is no process ${name}; there are ${[...children.keys()].join(', ')}.`);
    return child;
  }

  const names = () => [...children.keys()];
  const lastWordsOf = (name: string) => children.get(name)?.lastWords.join('\n') ?? '';
  const specOf = (name: string) => children.get(name)?.spec;
  const pidOf = (name: string) => children.get(name)?.process.pid;
  const onCrash = (listener: (name: string, lastWords: string) => void) => crashListeners.push(listener);
  return { start, kill, ready, stop, halt, crash, relaunch, pause, resume, names, specOf, pidOf, onCrash };
}

export type Supervisor = ReturnType<typeof createSupervisor>;

// Every child leads its own group, so that Ctrl-C reaches only the parent, which then stops the children in order.
function spawnTypeScript({ file, args, env }: ChildSpec): ChildProcess {
  return spawn(process.execPath, ['--import', preload, '--disable-warning=ExperimentalWarning', file, ...args], {
    // A dozen processes strip the same types: the cache lets one do it for all, and spares each the compiler.
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
}

/** A program of another kind gets only the environment it is given: a stray setting of the user must not reach it. */
function spawnProgram({ file, args, env }: ChildSpec): ChildProcess {
  return spawn('/bin/sh', [wrapper, file, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

function watchReady(child: Child, log: WriteStream): Promise<void> {
  return new Promise((resolve, reject) => {
    const { process: running, spec } = child;
    const fail = (why: string) => reject(new Error(`${spec.name} ${why}:\n${child.lastWords.join('\n')}`));
    const timer = setTimeout(() => fail(`was not ready after ${readyMilliseconds / 1000} s`), readyMilliseconds);
    running.once('error', (error) => fail(`could not be started (${error.message})`));
    // 'close' comes after the last output, so the last words are complete.
    running.once('close', (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${signal ?? `code ${code}`} before it was ready`);
    });
    const up = () => {
      clearTimeout(timer);
      child.isUp = true;
      child.failures = 0;
      resolve();
    };
    const hear = (line: string) => {
      log.write(`${line}\n`);
      child.lastWords = [...child.lastWords, line].slice(-lastWordsLines);
    };
    createInterface({ input: running.stderr! }).on('line', hear);
    createInterface({ input: running.stdout! }).on('line', (line) => {
      hear(line);
      if (!child.isUp && !spec.isReady && line.includes('"ready":true')) up();
    });
    if (spec.isReady) probe(child, spec.isReady).then((isReady) => isReady && up());
  });
}

/** Asks a running program until it is ready; false when it ended before. */
async function probe({ process: running }: Child, isReady: () => Promise<boolean>): Promise<boolean> {
  while (running.exitCode === null && running.signalCode === null) {
    if (await isReady()) return true;
    await new Promise((wake) => setTimeout(wake, probeMilliseconds));
  }
  return false;
}

async function end(child: ChildProcess, stopMilliseconds: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), stopMilliseconds);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
