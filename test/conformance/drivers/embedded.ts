import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { organizations, resolvePorts } from '@tangram/network/config/topology.ts';
import { type ControlClient, createControlClient } from '@tangram/network/embedded/control-client.ts';
import { organizationPaths } from '@tangram/network/identity/layout.ts';
import { definitions, serviceNames, sharedServiceNames } from '../fixture.ts';
import { createHost, type Server } from '../host.ts';
import type { ConformanceNetwork } from '../network.ts';
import { closeClients } from '../session.ts';

const main = fileURLToPath(import.meta.resolve('@tangram/network/embedded/main.ts'));
const maxMessageCount = 10;

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

/** A base whose ports are free; workers of one run begin apart from each other. */
async function findPortBase(): Promise<number> {
  const worker = Number(process.env.JEST_WORKER_ID ?? 0) % 20;
  for (let base = 30_000 + worker * 1000; base < 60_000; base += 200) {
    const ports = resolvePorts({ gateway: base, network: base });
    const needed = [
      ...Object.values(ports.peers),
      ports.control,
      ...serviceNames.map((_, index) => base + 100 + index),
    ];
    if ((await Promise.all(needed.map(isFree))).every(Boolean)) return base;
  }
  throw new Error('no free range of ports');
}

async function startProcess(data: string, base: number): Promise<ChildProcess> {
  const parameters = [main, '--data', data, '--network-port-base', String(base), '--config', join(data, 'config.json')];
  const child = spawn(process.execPath, parameters, {
    env: { ...process.env, NODE_OPTIONS: '--no-warnings' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [unknown];
  if (typeof line !== 'string' || !JSON.parse(line).ready)
    throw new Error(`the embedded network did not start: ${String(line)}`);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function deployFixture(control: ControlClient, servers: (Server & { name: string })[]): Promise<void> {
  for (const { channel, name, policy, collections } of definitions) {
    const server = servers.find((each) => each.name === name) as Server;
    await control.deploy({
      channel,
      name,
      version: '1',
      sequence: 1,
      policy,
      packageId: server.ccid,
      servers: Object.fromEntries(organizations.map(({ mspId }) => [mspId, server.address])),
      ...(collections
        ? {
            collections: collections.map((each) => ({
              ...each,
              endorsementPolicy: each.endorsementPolicy?.signaturePolicy,
            })),
          }
        : {}),
    });
  }
}

/** Starts an embedded network of its own, with the fixture deployed, in a folder that goes with it. */
export async function startEmbedded(): Promise<ConformanceNetwork> {
  const data = mkdtempSync(join(tmpdir(), 'tangram-conformance-'));
  writeFileSync(join(data, 'config.json'), JSON.stringify({ batch: { maxMessageCount } }));
  const base = await findPortBase();
  const ports = resolvePorts({ gateway: base, network: base });
  const servers = [...serviceNames, 'absent'].map((name, index) => ({
    name,
    ccid: `${name}_1:${createHash('sha256').update(name).digest('hex')}`,
    address: `127.0.0.1:${base + 100 + index}`,
  }));
  const shared = createHost(servers.filter(({ name }) => sharedServiceNames.includes(name)));
  const fragile = createHost(servers.filter(({ name }) => name === 'fragile'));
  const control = createControlClient(`http://127.0.0.1:${ports.control}`);
  let [child] = await Promise.all([startProcess(data, base), shared.start()]);
  await deployFixture(control, servers);
  const organizationsDir = join(data, 'organizations');
  return {
    driver: 'embedded',
    isInStep: true,
    organizationsDir,
    peers: Object.fromEntries(
      organizations.map(({ name, mspId }) => [
        mspId,
        {
          endpoint: `127.0.0.1:${ports.peers[name as keyof typeof ports.peers]}`,
          tlsCa: join(organizationPaths(organizationsDir, name).msp, 'tlscacerts/tlsca.pem'),
        },
      ]),
    ),
    async inOneBlock(channel, submit) {
      await control.pauseBlocks(channel);
      try {
        const result = await submit();
        await control.cutBlock(channel);
        return result;
      } finally {
        await control.resumeBlocks(channel);
      }
    },
    startFragile: () => fragile.start(),
    stopFragile: () => fragile.stop(),
    async restart() {
      await kill(child);
      closeClients();
      child = await startProcess(data, base);
    },
    async close() {
      await Promise.all([kill(child), shared.stop(), fragile.stop()]);
      rmSync(data, { recursive: true, force: true });
    },
  };
}
