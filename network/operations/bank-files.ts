import { join } from 'node:path';
import { instanceName, type ResolvedNetwork, type ResolvedOrganization } from '../config/resolve.ts';
import { type Member, perPeer, withMembers } from '../native/members.ts';

/** What one organisation has on its machine, by paths below the run folder. */
export function bankFiles(
  { organizations }: ResolvedNetwork,
  { name, peers, gateways, orderer }: ResolvedOrganization,
) {
  const peer = (index: number) => join('nodes', name, index === 0 ? 'peer' : `peer${index}`);
  const gatewayNames = gateways.map(({ index }) => instanceName(name, index));
  const others = organizations.filter((each) => each.name !== name);
  return {
    /** Folders that are the organisation's alone. */
    own: [join('organizations', name), join('nodes', name), ...gatewayNames.map((each) => join('gateways', each))],
    peerData: (index: number) => join(peer(index), 'data'),
    /** The ledger and the write-ahead log of consensus, which belong to one moment. */
    ordererData: [join('nodes', name, 'orderer', 'data'), join('nodes', name, 'orderer', 'wal')],
    gatewayConfig: (instance: string) => join('gateways', instance, 'config.json'),
    gatewayNames,
    /** Keys, certificates, secrets and settings: small files that only the operator changes. */
    settings: [
      join('organizations', name),
      ...peers.map(({ index }) => join(peer(index), 'core.yaml')),
      ...peers.map(({ index }) => join('nodes', name, index === 0 ? 'chaincode' : `chaincode${index}`)),
      ...(orderer ? [join('nodes', name, 'orderer', 'orderer.yaml')] : []),
      ...gatewayNames.map((each) => join('gateways', each, 'config.json')),
    ],
    /** What all members share: the others' certificates, the first block of each channel, the chaincode version. */
    shared: [
      ...others.map((each) => join('organizations', each.name, 'msp')),
      join('nodes', 'configtx'),
      'chaincode.json',
    ],
  };
}

/** The processes of an organisation among those that the keeper holds, by the order in which they start. */
export function bankProcesses(names: readonly string[], organization: string) {
  const of = (role: string) =>
    names.filter((name) => new RegExp(`^${role}-${organization}([.-]\\d+)*$`).test(name)).sort();
  return { peers: of('peer'), orderer: of('orderer'), chaincodes: of('chaincode'), gateways: of('gateway') };
}

/** Where a node keeps the blocks of a channel, below its data folder. */
export const blockFolder = {
  peer: (data: string, channel: string): string => join(data, 'ledgersData', 'chains', 'chains', channel),
  orderer: (data: string, channel: string): string => join(data, 'chains', channel),
};

/** The organisation of a name; refuses one that is not in the network. */
export function findOrganization({ organizations }: ResolvedNetwork, name: string): ResolvedOrganization {
  const found = organizations.find((each) => each.name === name);
  if (found) return found;
  throw new Error(`There is no organisation ${name}; there are ${organizations.map((each) => each.name).join(', ')}.`);
}

/**
 * Opens the nodes as one bank sees them: its own with its administrator's key, and the others', whose keys it does not
 * have. Each peer is a member of its own.
 */
export function withOthers<Result>(
  network: ResolvedNetwork,
  { name, organizationsFolder }: { name: string; organizationsFolder: string },
  work: (others: Member[], own: Member[]) => Promise<Result>,
): Promise<Result> {
  const organizations = network.organizations.map((each) =>
    each.name === name ? each : { ...each, elsewhere: true as const },
  );
  return withMembers({ ...network, organizations }, organizationsFolder, (members) => {
    const isOwn = ({ organization }: Member) => organization.name === name;
    return work(perPeer(members.filter((each) => !isOwn(each))), perPeer(members.filter(isOwn)));
  });
}
