import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { resolvePorts } from '@tangram/network/config/topology.ts';
import { type Process, startProcess } from '../process.ts';

const main = fileURLToPath(import.meta.resolve('@tangram/network/embedded/main.ts'));

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  const free = await listening;
  server.close();
  return free;
}

/** A base whose ports are free, chaincode services included; workers of one run begin apart from each other. */
export async function findPortBase(serviceCount: number): Promise<number> {
  const worker = Number(process.env.JEST_WORKER_ID ?? 0) % 20;
  for (let base = 30_000 + worker * 1000; base < 60_000; base += 200) {
    const ports = resolvePorts({ gateway: base, network: base });
    const services = Array.from({ length: serviceCount }, (_, index) => base + 100 + index);
    const needed = [...Object.values(ports.peers), ports.control, ...services];
    if ((await Promise.all(needed.map(isFree))).every(Boolean)) return base;
  }
  throw new Error('no free range of ports');
}

/** Starts the embedded network's own process and waits until it is ready. */
export function startEmbeddedProcess(options: { data: string; base: number; config?: string }): Promise<Process> {
  const { data, base, config } = options;
  const parameters = ['--data', data, '--network-port-base', String(base), ...(config ? ['--config', config] : [])];
  return startProcess(main, parameters);
}
