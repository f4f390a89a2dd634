import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface SpawnedHost {
  /** Address by namespace. */
  readonly addresses: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts a chaincode host of the jar operations as a process; rejects with what it said when it does not start. */
export async function spawnHost(
  namespaces: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<SpawnedHost> {
  const addresses: Record<string, string> = {};
  for (const name of namespaces) addresses[name] = `127.0.0.1:${await freePort()}`;
  const servers = Object.entries(addresses).map(([name, address]) => ({ name, ccid: `${name}:1`, address }));
  const host = spawn(process.execPath, [fileURLToPath(new URL('./jar-host.ts', import.meta.url))], {
    env: { CHAINCODE_SERVERS: JSON.stringify(servers), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const left = new Promise<void>((resolve) => host.once('close', () => resolve()));
  let said = '';
  host.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  await new Promise<void>((resolve, reject) => {
    host.stdout.on('data', (bytes: Buffer) => bytes.toString().includes('{"ready":true}') && resolve());
    left.then(() => reject(new Error(said)));
  });
  const stop = () => {
    host.kill('SIGTERM');
    return left;
  };
  return { addresses, stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
