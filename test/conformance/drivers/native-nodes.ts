import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demandPorts } from '@tangram/network/config/port-check.ts';
import { identitiesOf, portsOf, type ResolvedNetwork, resolve } from '@tangram/network/config/resolve.ts';
import { createSupervisor } from '@tangram/network/drivers/supervisor.ts';
import { ensureOrganizations } from '@tangram/network/identity/organizations.ts';
import type { Binaries } from '@tangram/network/native/binaries.ts';
import { joinChannel } from '@tangram/network/native/channels.ts';
import { writeFirstBlocks } from '@tangram/network/native/first-block.ts';
import { type NativeFolders, nativeFolders } from '@tangram/network/native/folders.ts';
import { withMembers } from '@tangram/network/native/members.ts';
import { writeNodeConfigs } from '@tangram/network/native/node-config.ts';
import { createNodes } from '@tangram/network/native/nodes.ts';
import { sharedServiceNames } from '../fixture.ts';
import { createHost } from '../host.ts';
import {
  connectionOf,
  deployFixture,
  describeNetwork,
  type FixtureServer,
  fixtureNetworkFile,
  fixtureServers,
  type NativeNodes,
  upgradeNested,
} from './fixture-network.ts';

interface NativeOptions {
  binaries: Binaries;
  portBase: number;
}

/** Starts orderers, peers and the fixture's chaincode in a folder of their own. Refuses ports that somebody holds. */
export async function startNativeNodes({ binaries, portBase }: NativeOptions): Promise<NativeNodes> {
  const network = resolve(fixtureNetworkFile(portBase));
  await demandPorts(portsOf(network));
  const data = mkdtempSync(join(tmpdir(), 'tangram-conformance-native-'));
  const folders = nativeFolders(data);
  const supervisor = createSupervisor({ logFolder: join(data, 'logs') });
  const nodes = createNodes({ network, folders, supervisor });
  const servers = fixtureServers(portBase, () => '127.0.0.1');
  const shared = createHost(servers.filter(({ name }) => sharedServiceNames.includes(name)));
  const stop = async () => {
    await Promise.all([supervisor.stop(supervisor.names()), shared.stop()]);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await prepare(network, folders, servers);
    await writeFirstBlocks(network, folders, binaries);
    await Promise.all([nodes.start(binaries), shared.start()]);
    await withMembers(network, folders.organizations, async (members) => {
      for (const channel of network.channels) await joinChannel(members, channel, folders);
      for (const channel of network.channels) await deployFixture(members, channel);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const file = join(data, 'native.json');
  writeFileSync(file, JSON.stringify(describeNetwork(network, folders, servers)));
  return { file, upgradeNested: () => withMembers(network, folders.organizations, upgradeNested), stop };
}

async function prepare(network: ResolvedNetwork, folders: NativeFolders, servers: FixtureServer[]): Promise<void> {
  await ensureOrganizations(folders.organizations, identitiesOf(network));
  writeNodeConfigs(network, folders);
  for (const { name } of network.organizations) {
    mkdirSync(folders.connections(name), { recursive: true });
    for (const server of servers) {
      writeFileSync(join(folders.connections(name), `${server.label}.json`), connectionOf(server));
    }
  }
}
