import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A program of ours that has said it is ready. */
export interface Process {
  pid: number;
  isRunning(): boolean;
  /** Kills it as a crash would, and waits until it is gone. */
  stop(): Promise<void>;
}

const exitWithParent = import.meta.resolve('@tangram/network/drivers/exit-with-parent.ts');

/** Starts a TypeScript program and waits for its line `{"ready":true…}`; it ends with us, however we end. */
export async function startProcess(
  file: string,
  parameters: string[],
  environment: Record<string, string> = {},
): Promise<Process> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--no-warnings', '--import', exitWithParent, file, ...parameters],
    {
      env: {
        NODE_COMPILE_CACHE: join(tmpdir(), 'tangram-compile-cache'),
        ...process.env,
        NODE_OPTIONS: '',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [unknown];
  if (typeof line !== 'string' || !JSON.parse(line).ready) throw new Error(`${file} did not start: ${complaint}`);
  return {
    pid: child.pid as number,
    isRunning,
    async stop() {
      if (!isRunning()) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}
