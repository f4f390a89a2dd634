import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { demandPorts } from '@tangram/network/config/port-check.ts';
import { identitiesOf, peerAddress, portsOf, type ResolvedNetwork, resolve } from '@tangram/network/config/resolve.ts';
import { createSupervisor } from '@tangram/network/drivers/supervisor.ts';
import { createCollections } from '@tangram/network/embedded/lifecycle/collections.ts';
import { organizationPaths } from '@tangram/network/identity/layout.ts';
import { ensureOrganizations } from '@tangram/network/identity/organizations.ts';
import type { Binaries } from '@tangram/network/native/binaries.ts';
import { createChaincodePackage } from '@tangram/network/native/chaincode-package.ts';
import { joinChannel } from '@tangram/network/native/channels.ts';
import { deploy } from '@tangram/network/native/deploy.ts';
import { writeFirstBlocks } from '@tangram/network/native/first-block.ts';
import { type NativeFolders, nativeFolders } from '@tangram/network/native/folders.ts';
import { type Member, withMembers } from '@tangram/network/native/members.ts';
import { writeNodeConfigs } from '@tangram/network/native/node-config.ts';
import { createNodes } from '@tangram/network/native/nodes.ts';
import { definitions, serviceNames, sharedServiceNames } from '../fixture.ts';
import { createHost, type Server } from '../host.ts';
import type { NativeNetwork } from './native.ts';

/** Goldens were recorded with blocks of at most ten transactions, cut after this long. */
const ordering = { maxMessageCount: 10, batchMilliseconds: 200 };

/** Real nodes with the fixture deployed, and the file by which tests attach to them. */
export interface NativeNodes {
  file: string;
  /** Commits the next definition of `nested`, with the policy of `strict`. */
  upgradeNested(): Promise<void>;
  /** Ends every process and removes the folder. */
  stop(): Promise<void>;
}

interface NativeOptions {
  binaries: Binaries;
  portBase: number;
}

type FixtureServer = Server & { name: string; label: string };

/** Starts orderers, peers and the fixture's chaincode in a folder of their own. Refuses ports that somebody holds. */
export async function startNativeNodes({ binaries, portBase }: NativeOptions): Promise<NativeNodes> {
  const network = fixtureNetwork(portBase);
  await demandPorts(portsOf(network));
  const data = mkdtempSync(join(tmpdir(), 'tangram-conformance-native-'));
  const folders = nativeFolders(data);
  const supervisor = createSupervisor({ logFolder: join(data, 'logs') });
  const nodes = createNodes({ network, folders, supervisor });
  const packages = [...serviceNames, 'absent'].map((name) => createFixturePackage(name));
  const servers = packages.map(({ name, label, packageId }, index): FixtureServer => {
    return { name, label, ccid: packageId, address: `127.0.0.1:${portBase + 100 + index}` };
  });
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
  const upgradeNested = () =>
    withMembers(network, folders.organizations, async (members) => {
      const policy = definitions.find(({ name }) => name === 'strict')?.policy ?? '';
      const upgrade = {
        channel: 'finance',
        name: 'nested',
        policy,
        version: '2',
        package: createFixturePackage('nested'),
      };
      await deploy(members, [upgrade]);
    });
  return { file, upgradeNested, stop };
}

/** The reference network's organisations and channels with the fixture's chaincode in place of the product's. */
function fixtureNetwork(portBase: number): ResolvedNetwork {
  const chaincodes = definitions.map(({ channel, name, policy }) => ({ channel, name, policy }));
  const reference = readNetworkFile(defaultNetworkFile);
  return resolve({ ...reference, chaincodes, ordering }, { gateway: portBase, network: portBase });
}

const createFixturePackage = (name: string) => ({
  name,
  ...createChaincodePackage(name, '1', createHash('sha256').update(name).digest('hex')),
});

async function prepare(network: ResolvedNetwork, folders: NativeFolders, servers: FixtureServer[]): Promise<void> {
  await ensureOrganizations(folders.organizations, identitiesOf(network));
  writeNodeConfigs(network, folders);
  for (const { name } of network.organizations) {
    mkdirSync(folders.connections(name), { recursive: true });
    for (const { label, address } of servers) {
      const connection = { address, dial_timeout: '10s', tls_required: false };
      writeFileSync(join(folders.connections(name), `${label}.json`), JSON.stringify(connection));
    }
  }
}

async function deployFixture(members: readonly Member[], channel: string): Promise<void> {
  const own = definitions.filter((definition) => definition.channel === channel);
  await deploy(
    members,
    own.map(({ name, policy, collections = [] }) => ({
      channel,
      name,
      policy,
      version: '1',
      package: createFixturePackage(name),
      collections: createCollections(
        collections.map((each) => ({ ...each, endorsementPolicy: each.endorsementPolicy?.signaturePolicy })),
      ),
    })),
  );
}

function describeNetwork(network: ResolvedNetwork, folders: NativeFolders, servers: FixtureServer[]): NativeNetwork {
  const peers = network.organizations.map((organization) => {
    const { msp } = organizationPaths(folders.organizations, organization.name);
    return [organization.mspId, { endpoint: peerAddress(organization), tlsCa: join(msp, 'tlscacerts/tlsca.pem') }];
  });
  return { organizations: folders.organizations, peers: Object.fromEntries(peers), servers };
}
