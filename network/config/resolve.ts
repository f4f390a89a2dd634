import type { NetworkFile, Ordering } from './network-file.ts';
import { chaincodeNames, chaincodeSlotPorts, defaultPortBases, mspIdOf, type PortBases, policyOf } from './topology.ts';

export interface ResolvedOrganization {
  name: string;
  mspId: string;
  host: string;
  orderer?: { id: number; port: number; adminPort: number; operationsPort: number };
  peer: { port: number; chaincodeListenPort: number; operationsPort: number };
  /** Where the organisation's chaincode service listens, by chaincode name. */
  chaincode: Record<string, number>;
  gateway: { port: number };
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
  channels: string[];
  chaincodes: ResolvedChaincode[];
  lifecyclePolicy: string;
  ordering: Ordering;
  issuerPort: number;
}

const defaultOrdering: Ordering = {
  consensus: 'BFT',
  maxMessageCount: 500,
  preferredMaxMegabytes: 2,
  absoluteMaxMegabytes: 99,
  batchMilliseconds: 100,
  leaderHeartbeatSeconds: 3,
};

/** Fills in what a network file leaves out: MSP ids, ports, policies, ordering. `portBases` wins over the file. */
export function resolve(file: NetworkFile, portBases?: PortBases): ResolvedNetwork {
  const bases = portBases ?? { ...defaultPortBases, ...file.ports };
  let ordererId = 0;
  const organizations = file.organizations.map(({ name, orderer, host = '127.0.0.1' }, index) => ({
    name,
    mspId: mspIdOf(name),
    host,
    ...(orderer === true && {
      orderer: {
        id: ++ordererId,
        port: bases.network + 21 + index,
        adminPort: bases.network + 31 + index,
        operationsPort: bases.network + 41 + index,
      },
    }),
    peer: {
      port: bases.network + 51 + index,
      operationsPort: bases.network + 71 + index,
      chaincodeListenPort: bases.network + 81 + index,
    },
    chaincode: Object.fromEntries(
      file.chaincodes.map(({ name: chaincode }, order) => [chaincode, bases.network + 100 + 10 * index + order]),
    ),
    gateway: { port: bases.gateway + 1 + index },
  }));
  return {
    name: file.name,
    organizations,
    channels: file.channels,
    chaincodes: file.chaincodes.map(({ name, channel, policy }) => ({
      name,
      channel,
      policy: policy ?? defaultPolicy(name),
    })),
    lifecyclePolicy: file.lifecyclePolicy ?? 'MAJORITY Endorsement',
    ordering: { ...defaultOrdering, ...file.ordering },
    issuerPort: bases.gateway + 10,
  };
}

function defaultPolicy(name: string): string {
  const known = chaincodeNames.find((chaincode) => chaincode === name);
  // Without a policy of its own a chaincode would fall back on the channel's, which this product never relies on.
  if (known === undefined) throw new Error(`Chaincode ${name} needs a policy: there is no default for that name.`);
  return policyOf(known);
}

/** Every port of a network with who listens on it. */
export function portsOf({
  organizations,
  issuerPort,
}: ResolvedNetwork): { port: number; role: string; host: string }[] {
  const own = organizations.flatMap(({ name, host, orderer, peer, chaincode, gateway }) => {
    const ports = [
      { port: gateway.port, role: `gateway of ${name}` },
      { port: peer.port, role: `peer of ${name}` },
      { port: peer.operationsPort, role: `operations of the peer of ${name}` },
      { port: peer.chaincodeListenPort, role: `chaincode listener of the peer of ${name}` },
      ...Object.entries(chaincode).map(([each, port]) => ({ port, role: `chaincode ${each} of ${name}` })),
      ...Object.entries(chaincode).map(([each, port]) => ({
        port: port + chaincodeSlotPorts,
        role: `next version of chaincode ${each} of ${name}`,
      })),
      ...(orderer
        ? [
            { port: orderer.port, role: `orderer of ${name}` },
            { port: orderer.adminPort, role: `administration of the orderer of ${name}` },
            { port: orderer.operationsPort, role: `operations of the orderer of ${name}` },
          ]
        : []),
    ];
    return ports.map((entry) => ({ ...entry, host }));
  });
  return [...own, { port: issuerPort, role: 'development issuer', host: '127.0.0.1' }];
}

/** host:port of an organisation's peer, as others reach it. */
export const peerAddress = ({ host, peer }: ResolvedOrganization): string => `${host}:${peer.port}`;
