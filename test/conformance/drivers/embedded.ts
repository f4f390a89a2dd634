import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { organizations, resolvePorts } from '@tangram/network/config/topology.ts';
import { type ControlClient, createControlClient } from '@tangram/network/embedded/control-client.ts';
import { organizationPaths } from '@tangram/network/identity/layout.ts';
import { definitions, serviceNames, sharedServiceNames } from '../fixture.ts';
import { createHost, type Server } from '../host.ts';
import type { ConformanceNetwork } from '../network.ts';
import { closeClients } from '../session.ts';
import { findPortBase, startEmbeddedProcess } from './embedded-process.ts';

const maxMessageCount = 10;

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
  const config = join(data, 'config.json');
  const base = await findPortBase(serviceNames.length);
  const ports = resolvePorts({ gateway: base, network: base });
  const servers = [...serviceNames, 'absent'].map((name, index) => ({
    name,
    ccid: `${name}_1:${createHash('sha256').update(name).digest('hex')}`,
    address: `127.0.0.1:${base + 100 + index}`,
  }));
  const shared = createHost(servers.filter(({ name }) => sharedServiceNames.includes(name)));
  const fragile = createHost(servers.filter(({ name }) => name === 'fragile'));
  const control = createControlClient(`http://127.0.0.1:${ports.control}`);
  let [child] = await Promise.all([startEmbeddedProcess({ data, base, config }), shared.start()]);
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
      await child.stop();
      closeClients();
      child = await startEmbeddedProcess({ data, base, config });
    },
    async close() {
      await Promise.all([child.stop(), shared.stop(), fragile.stop()]);
      rmSync(data, { recursive: true, force: true });
    },
  };
}
