import type { CaSettings, Organization } from '../identity/layout.ts';
import { defaultPolicy } from './default-policy.ts';
import type { NetworkFile, Ordering } from './network-file.ts';
import { bics, chaincodeSlotPorts, defaultPortBases, instancePorts, mspIdOf, type PortBases } from './topology.ts';

/** A peer with the chaincode service beside it. */
export interface ResolvedPeer {
  index: number;
  name: string;
  port: number;
  operationsPort: number;
  chaincodeListenPort: number;
  /** Where the chaincode service of this peer listens, by chaincode name. */
  chaincode: Record<string, number>;
}

export interface ResolvedGateway {
  index: number;
  port: number;
}

export interface ResolvedOrganization {
  name: string;
  mspId: string;
  /** Business identifier code, by which ISO 20022 files may name it. */
  bic?: string;
  /** Address or name by which the others reach its nodes. */
  host: string;
  /** Its nodes run on another machine, where its keys are: here is only its public material. */
  elsewhere?: true;
  /** Where its gateways listen: they speak plain HTTP, so never beyond this machine; a proxy stands before them. */
  gatewayHost: string;
  orderer?: { id: number; port: number; adminPort: number; operationsPort: number };
  peers: [ResolvedPeer, ...ResolvedPeer[]];
  gateways: [ResolvedGateway, ...ResolvedGateway[]];
  /** The fabric-ca that certifies its keys, when it has one. */
  ca?: CaSettings;
}

export interface ResolvedChaincode {
  name: string;
  channel: string;
  policy: string;
}

/** Everything a network is made of, nothing left to defaults. */
export interface ResolvedNetwork {
  name: string;
  organizations: ResolvedOrganization[];
  /** Banks that left; their ledgers stay readable. */
  formerBanks: string[];
  channels: string[];
  chaincodes: ResolvedChaincode[];
  lifecyclePolicy: string;
  ordering: Ordering;
  issuerHost: string;
  issuerPort: number;
}

const instancesMax = 4;
const knownBics: Readonly<Record<string, string>> = bics;
const loopback = '127.0.0.1';

const defaultOrdering: Ordering = {
  consensus: 'BFT',
  maxMessageCount: 500,
  preferredMaxMegabytes: 2,
  absoluteMaxMegabytes: 99,
  batchMilliseconds: 100,
  leaderHeartbeatSeconds: 3,
};

/**
 * Fills in what a network file leaves out: MSP ids, ports, policies, ordering. `portBases` wins over the file. With
 * `here` all organisations but that one run elsewhere; refuses one that is not in the file.
 */
export function resolve(file: NetworkFile, portBases?: PortBases, here?: string): ResolvedNetwork {
  demandMember(file, here);
  const bases = portBases ?? { ...defaultPortBases, ...file.ports };
  let ordererId = 0;
  const names = file.chaincodes.map(({ name }) => name);
  const places = file.organizations.map(
    ({ name, orderer, host = '127.0.0.1', bic, peers = 1, gateways = 1, ca }, index): ResolvedOrganization => ({
      name,
      mspId: mspIdOf(name),
      host,
      ...(here !== undefined && here !== name && { elsewhere: true }),
      gatewayHost: isLoopback(host) ? host : loopback,
      bic: bic ?? knownBics[name],
      ...(ca && { ca }),
      ...(orderer === true && {
        orderer: {
          id: ++ordererId,
          port: bases.network + 21 + index,
          adminPort: bases.network + 31 + index,
          operationsPort: bases.network + 41 + index,
        },
      }),
      peers: instances(`The number of peers of ${name}`, peers, (instance) =>
        resolvePeer(instance, { base: bases.network, order: index, chaincodeNames: names }),
      ),
      gateways: instances(`The number of gateways of ${name}`, gateways, (instance) => ({
        index: instance,
        port: bases.gateway + 1 + index + instance * instancePorts,
      })),
    }),
  );
  // Who left keeps its place, so that the ports and numbers of the others stay.
  const hasLeft = (name: string) => file.organizations.some((each) => each.name === name && each.left === true);
  const organizations = places.filter(({ name }) => !hasLeft(name));
  return {
    name: file.name,
    organizations,
    formerBanks: places.map(({ name }) => name).filter(hasLeft),
    channels: file.channels,
    chaincodes: file.chaincodes.map(({ name, channel, policy }) => ({
      name,
      channel,
      policy: policy ?? defaultPolicy(name, file),
    })),
    lifecyclePolicy: file.lifecyclePolicy ?? 'MAJORITY Endorsement',
    ordering: { ...defaultOrdering, ...file.ordering },
    issuerHost: organizations.find(({ name }) => name === here)?.gatewayHost ?? loopback,
    issuerPort: bases.gateway + 10,
  };
}

function demandMember({ organizations }: NetworkFile, here?: string): void {
  if (here === undefined || organizations.some(({ name }) => name === here)) return;
  const names = organizations.map(({ name }) => name).join(', ');
  throw new Error(`${here} is no organisation of this network; choose one of ${names}.`);
}

const isLoopback = (host: string) => /^127\.|^localhost$|^::1$/.test(host);

/** The first of a kind, which every organisation has, and those beside it. */
function instances<Thing>(what: string, count: number, make: (index: number) => Thing): [Thing, ...Thing[]] {
  if (!Number.isInteger(count) || count < 1 || count > instancesMax) {
    throw new Error(`${what} must be a whole number from 1 to ${instancesMax}, not ${count}.`);
  }
  return [make(0), ...Array.from({ length: count - 1 }, (_, index) => make(index + 1))];
}

interface PeerPlace {
  base: number;
  /** Place of the organisation among all. */
  order: number;
  chaincodeNames: string[];
}

function resolvePeer(index: number, { base, order, chaincodeNames }: PeerPlace): ResolvedPeer {
  const network = base + index * instancePorts;
  // The sixth organisation's chaincode would stand where the first one's next version does.
  const chaincodeBase = network + 100 + 10 * (order % 5) + 400 * Math.floor(order / 5);
  return {
    index,
    name: `peer${index}`,
    port: network + 51 + order,
    operationsPort: network + 71 + order,
    chaincodeListenPort: network + 81 + order,
    chaincode: Object.fromEntries(chaincodeNames.map((name, each) => [name, chaincodeBase + each])),
  };
}

export interface ListeningPort {
  port: number;
  role: string;
  host: string;
}

/** The network without what runs elsewhere: what this machine starts, listens on, and holds the keys of. */
export const onThisMachine = (network: ResolvedNetwork): ResolvedNetwork => ({
  ...network,
  organizations: network.organizations.filter(({ elsewhere }) => !elsewhere),
});

/** Every port of a network with who listens on it. */
export function portsOf({ organizations, issuerHost, issuerPort }: ResolvedNetwork): ListeningPort[] {
  const own = organizations.flatMap(({ name, host, gatewayHost, orderer, peers, gateways }) => {
    const ports = [
      ...peers.flatMap((peer) => peerPorts(instanceName(name, peer.index), peer)),
      ...(orderer
        ? [
            { port: orderer.port, role: `orderer of ${name}` },
            { port: orderer.adminPort, role: `administration of the orderer of ${name}` },
            { port: orderer.operationsPort, role: `operations of the orderer of ${name}` },
          ]
        : []),
    ];
    return [
      ...gateways.map(({ index, port }) => ({
        port,
        role: `gateway of ${instanceName(name, index)}`,
        host: gatewayHost,
      })),
      ...ports.map((entry) => ({ ...entry, host })),
    ];
  });
  return [...own, { port: issuerPort, role: 'development issuer', host: issuerHost }];
}

function peerPorts(name: string, peer: ResolvedPeer): { port: number; role: string }[] {
  const chaincodes = Object.entries(peer.chaincode);
  return [
    { port: peer.port, role: `peer of ${name}` },
    { port: peer.operationsPort, role: `operations of the peer of ${name}` },
    { port: peer.chaincodeListenPort, role: `chaincode listener of the peer of ${name}` },
    ...chaincodes.map(([each, port]) => ({ port, role: `chaincode ${each} of ${name}` })),
    ...chaincodes.map(([each, port]) => ({
      port: port + chaincodeSlotPorts,
      role: `next version of chaincode ${each} of ${name}`,
    })),
  ];
}

/** host:port of a peer, as others reach it; the first one unless another is named. */
export const peerAddress = (
  { host, peers }: Pick<ResolvedOrganization, 'host' | 'peers'>,
  peer: ResolvedPeer = peers[0],
): string => `${host}:${peer.port}`;

/** Address of a gateway's REST API on its own machine; others reach it through a proxy, if at all. */
export const gatewayUrlOf = (
  { gatewayHost }: Pick<ResolvedOrganization, 'gatewayHost'>,
  { port }: Pick<ResolvedGateway, 'port'>,
): string => `http://${gatewayHost}:${port}`;

/** Name of an organisation's first instance of a kind, or of one beside it: `cedar`, `cedar.1`. */
export const instanceName = (organization: string, index = 0): string =>
  index === 0 ? organization : `${organization}.${index}`;

/** The organisations as the identity tool wants them. */
export const identitiesOf = ({ organizations }: ResolvedNetwork): Organization[] => organizations.map(identityOf);

export const identityOf = ({ name, mspId, host, orderer, peers, ca }: ResolvedOrganization): Organization => ({
  name,
  mspId,
  host,
  orderer: orderer !== undefined,
  peers: peers.length,
  ...(ca && { ca }),
});
