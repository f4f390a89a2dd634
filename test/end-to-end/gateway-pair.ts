import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunningNetwork } from './running-network.ts';

const root = join(import.meta.dirname, '..', '..');
const readyMilliseconds = 180_000;

export interface LaneHealth {
  role: 'holder' | 'forwarder' | 'none';
  holder: string;
  epoch: number;
}

/** One of the two gateway processes of a bank. */
export interface PairedGateway {
  readonly url: string;
  /** Starts the process, or a new one after a kill; resolves when it says that it is ready. */
  start(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** The bank's lane as this gateway sees it; undefined while it does not answer. */
  lane(): Promise<LaneHealth | undefined>;
}

/** Replaces the bank's one gateway of an embedded network by two processes that know each other. */
export async function startGatewayPair(
  { network, dataFolder }: RunningNetwork,
  bank: string,
): Promise<{ gateways: [PairedGateway, PairedGateway]; stop(): Promise<void> }> {
  await network.children?.halt([`gateway-${bank}`]);
  const folder = join(dataFolder, 'gateways', bank);
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const ports = [config.port as number, await freePort()];
  const make = (index: 0 | 1): PairedGateway & { stop(): Promise<void> } => {
    const port = ports[index];
    const file = join(folder, `pair-${index}.json`);
    const siblings = [{ url: `http://127.0.0.1:${ports[1 - index]}` }];
    const readModel = { kind: 'sqlite', file: join(folder, `pair-${index}.sqlite`) };
    writeFileSync(file, JSON.stringify({ ...config, port, siblings, readModel }));
    return pairedGateway(file, `http://127.0.0.1:${port}`);
  };
  const [first, second] = [make(0), make(1)];
  const stop = async () => {
    await Promise.all([first.stop(), second.stop()]);
  };
  try {
    await first.start();
    await second.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { gateways: [first, second], stop };
}

function pairedGateway(file: string, url: string): PairedGateway & { stop(): Promise<void> } {
  let child: ChildProcess | undefined;
  return {
    url,
    start: async () => {
      child = spawn(process.execPath, [join(root, 'gateway/main.ts'), '--config', file], {
        env: { ...process.env, NODE_OPTIONS: '' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      await untilReady(child);
    },
    kill: (signal) => {
      child?.kill(signal);
    },
    lane: async () => {
      try {
        const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
        return ((await response.json()) as { lanes: LaneHealth[] }).lanes[0];
      } catch {
        return undefined;
      }
    },
    stop: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function untilReady(child: ChildProcess): Promise<void> {
  const words: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => words.push(chunk.toString('utf8')));
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  await new Promise<void>((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`The gateway ${reason}: ${words.join('').slice(-2_000)}`));
    const timer = setTimeout(() => fail('does not get ready'), readyMilliseconds);
    child.once('exit', () => fail('ended'));
    lines.once('line', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
