import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A chaincode service: the package id it answers for and where it listens. */
export interface Server {
  ccid: string;
  address: string;
}

/** The process that serves fixture chaincode, started and stopped by the suite. */
export interface Host {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('chaincode/main.ts', import.meta.url));

/** A host for these servers; starting it again while it runs does nothing. */
export function createHost(servers: Server[]): Host {
  let child: ChildProcess | undefined;
  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    async start() {
      if (running()) return;
      child = spawn(process.execPath, [main], {
        env: {
          ...process.env,
          NODE_OPTIONS: '--no-warnings',
          CHAINCODE_SERVERS: JSON.stringify(servers),
          CORE_CHAINCODE_LOGGING_LEVEL: 'critical',
          CORE_CHAINCODE_LOGGING_SHIM: 'critical',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
      const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [unknown];
      if (line !== '{"ready":true}') throw new Error(`the chaincode host did not start: ${String(line)}`);
    },
    async stop() {
      if (!running()) return;
      const exit = once(child as ChildProcess, 'exit');
      child?.kill('SIGKILL');
      await exit;
    },
  };
}
