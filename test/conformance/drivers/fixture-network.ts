import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { defaultNetworkFile, type NetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { peerAddress, type ResolvedNetwork } from '@tangram/network/config/resolve.ts';
import { createCollections } from '@tangram/network/embedded/lifecycle/collections.ts';
import { organizationPaths } from '@tangram/network/identity/layout.ts';
import { createChaincodePackage } from '@tangram/network/native/chaincode-package.ts';
import { deploy } from '@tangram/network/native/deploy.ts';
import type { NativeFolders } from '@tangram/network/native/folders.ts';
import type { Member } from '@tangram/network/native/members.ts';
import { definitions, serviceNames } from '../fixture.ts';
import type { Server } from '../host.ts';
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

export type FixtureServer = Server & { name: string; label: string };

/** The reference network's organisations and channels with the fixture's chaincode in place of the product's. */
export function fixtureNetworkFile(portBase: number): NetworkFile {
  const chaincodes = definitions.map(({ channel, name, policy }) => ({ channel, name, policy }));
  const ports = { gateway: portBase, network: portBase };
  return { ...readNetworkFile(defaultNetworkFile), chaincodes, ordering, ports };
}

const createFixturePackage = (name: string) => ({
  name,
  ...createChaincodePackage(name, '1', createHash('sha256').update(name).digest('hex')),
});

/** Where each service listens, at the host that serves it; `absent` has an address and nobody behind it. */
export function fixtureServers(portBase: number, hostOf: (name: string) => string): FixtureServer[] {
  return [...serviceNames, 'absent'].map((name, index) => {
    const { label, packageId } = createFixturePackage(name);
    return { name, label, ccid: packageId, address: `${hostOf(name)}:${portBase + 100 + index}` };
  });
}

/** What a peer's builder finds for a service. */
export const connectionOf = ({ address }: FixtureServer): string =>
  JSON.stringify({ address, dial_timeout: '10s', tls_required: false });

/** Brings the fixture's definitions of a channel into force. */
export async function deployFixture(members: readonly Member[], channel: string): Promise<void> {
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

/** Commits the next definition of `nested`, with the policy of `strict`. */
export async function upgradeNested(members: readonly Member[]): Promise<void> {
  const policy = definitions.find(({ name }) => name === 'strict')?.policy ?? '';
  const each = { channel: 'finance', name: 'nested', policy, version: '2', package: createFixturePackage('nested') };
  await deploy(members, [each]);
}

/** What tests need to attach. */
export function describeNetwork(
  network: ResolvedNetwork,
  folders: NativeFolders,
  servers: FixtureServer[],
): NativeNetwork {
  const peers = network.organizations.map((organization) => {
    const { msp } = organizationPaths(folders.organizations, organization.name);
    return [organization.mspId, { endpoint: peerAddress(organization), tlsCa: join(msp, 'tlscacerts/tlsca.pem') }];
  });
  return { organizations: folders.organizations, peers: Object.fromEntries(peers), servers };
}
