import type { ResolvedNetwork } from '../config/resolve.ts';
import { validateCertificates } from '../config/validate-certificates.ts';
import { type CertificateReport, certificateReports } from './certificate-status.ts';
import { approvalsOf, committedDefinitions, type Definition } from './definitions.ts';
import { type GatewayReport, gatewayProblems, gatewayReports } from './gateway-status.ts';
import { type Member, perPeer, withMembers } from './members.ts';
import { unfitOrderers } from './orderer-level.ts';
import { agreedLeader, type OrdererReport, ordererReports } from './orderer-status.ts';
import { settle } from './settle.ts';
import { heightOf, stateHashAt } from './state.ts';

// Under full load a peer commits ten blocks a second, and some seconds may lie between two answers.
const peerBlocksBehindMax = 50;

export interface PeerReport {
  organization: string;
  /** `cedar`, or `cedar.1` for its second peer. */
  peer: string;
  height?: number;
  /** Commit hash at the smallest height of the peers that answered. */
  stateHash?: string;
  error?: string;
}

export interface ChannelReport {
  name: string;
  /** Organisation whose orderer leads, by what most orderers' own metrics say. */
  leader?: string;
  comparedHeight: number;
  orderers: OrdererReport[];
  peers: PeerReport[];
  chaincodes: { name: string; version: string; sequence: number; approvedBy: string[] }[];
}

export interface StatusReport {
  channels: ChannelReport[];
  gateways: GatewayReport[];
  certificates: CertificateReport[];
  problems: string[];
}

/** Asks every node how it is; a node that does not answer is a fact of the report, not a failure. */
export function nativeStatus(network: ResolvedNetwork, organizationsFolder: string): Promise<StatusReport> {
  return withMembers(network, organizationsFolder, async (members) => {
    const [channels, gateways, { certificates, problems }] = await Promise.all([
      Promise.all(network.channels.map((name) => channelReport({ network, organizationsFolder, members }, name))),
      gatewayReports(network),
      certificateReports(network, organizationsFolder, members),
    ]);
    return {
      channels,
      gateways,
      certificates,
      problems: [
        ...channels.flatMap((channel) => problemsOf(network, channel)),
        ...gatewayProblems(gateways),
        ...validateCertificates(network, organizationsFolder),
        ...problems,
      ],
    };
  });
}

interface Asked {
  network: ResolvedNetwork;
  organizationsFolder: string;
  members: readonly Member[];
}

async function channelReport({ network, organizationsFolder, members }: Asked, name: string): Promise<ChannelReport> {
  const orderers = await ordererReports(network, organizationsFolder, name);
  const asked = await Promise.all(
    perPeer(members).map(async (member) => ({ member, ...(await settle(heightOf(member, name))) })),
  );
  const answered = asked.flatMap(({ member, value }) => (value === undefined ? [] : [{ member, height: value }]));
  const comparedHeight = answered.length === 0 ? 0 : Math.min(...answered.map(({ height }) => height));
  const peers = await Promise.all(
    asked.map(async ({ member, value, error }): Promise<PeerReport> => {
      const peer = { organization: member.organization.name, peer: member.peerName };
      if (value === undefined) return { ...peer, error };
      const hash = await settle(stateHashAt(member, name, comparedHeight));
      return { ...peer, height: value, stateHash: hash.value, error: hash.error };
    }),
  );
  return {
    name,
    leader: agreedLeader(orderers),
    comparedHeight,
    orderers,
    peers,
    chaincodes: answered[0] ? await chaincodeReports(network, answered[0].member, name) : [],
  };
}

async function chaincodeReports(
  { organizations }: ResolvedNetwork,
  member: Member,
  channel: string,
): Promise<ChannelReport['chaincodes']> {
  const definitions = (await settle(committedDefinitions(member, channel))).value ?? [];
  return Promise.all(
    definitions.map(async ({ name, version, sequence }: Definition) => {
      const approvals = (await settle(approvalsOf(member, channel, name))).value ?? [];
      const approvedBy = organizations.filter(({ mspId }) => approvals.includes(mspId)).map((each) => each.name);
      return { name, version, sequence, approvedBy };
    }),
  );
}

function problemsOf(network: ResolvedNetwork, report: ChannelReport): string[] {
  const { name, leader, orderers, peers, chaincodes } = report;
  const expected = network.chaincodes.filter(({ channel }) => channel === name);
  const missing = expected.filter((each) => !chaincodes.some((committed) => committed.name === each.name));
  const hashes = new Set(peers.flatMap(({ stateHash }) => stateHash ?? []));
  return [
    ...peers.flatMap(({ peer, error }) => (error ? [`${name}: the peer of ${peer} does not answer: ${error}`] : [])),
    ...unfitOrderers([{ channel: name, orderers }]).map(({ reason }) => `${name}: ${reason}`),
    ...orderers.flatMap((orderer) => leaderProblems(name, orderer, leader)),
    ...laggards(peers).map(({ peer, behind }) => `${name}: the peer of ${peer} is ${behind} blocks behind.`),
    ...(hashes.size > 1 ? [`${name}: peers differ in their state. Find where: npm run network -- compare`] : []),
    ...(leader === undefined ? [`${name}: no orderer names a leader.`] : []),
    ...missing.map(
      (chaincode) => `${name}: chaincode ${chaincode.name} is not committed. Deploy it: npm run network -- up`,
    ),
  ];
}

function leaderProblems(channel: string, { organization, leader, error }: OrdererReport, agreed?: string): string[] {
  if (error !== undefined || agreed === undefined || leader === agreed) return [];
  return [`${channel}: the orderer of ${organization} follows ${leader ?? 'nobody'} where most follow ${agreed}.`];
}

/** Peers that are further behind the highest one than asking them one after the other explains. */
function laggards(peers: readonly PeerReport[]): { peer: string; behind: number }[] {
  const highest = Math.max(0, ...peers.map(({ height = 0 }) => height));
  return peers.flatMap(({ peer, height = highest }) =>
    highest - height > peerBlocksBehindMax ? [{ peer, behind: highest - height }] : [],
  );
}
