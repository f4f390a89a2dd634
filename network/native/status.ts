import type { ResolvedNetwork } from '../config/resolve.ts';
import { certificatesOf, daysLeft, validateCertificates } from '../config/validate-certificates.ts';
import { approvedPackage, committedDefinitions, type Definition } from './deploy.ts';
import { type Member, perPeer, withMembers } from './members.ts';
import { heightOf, stateHashAt } from './state.ts';

const metricsMilliseconds = 3_000;
const renewalDays = 30;

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
  /** Organisation whose orderer leads, by what the orderers' own metrics say. */
  leader?: string;
  comparedHeight: number;
  peers: PeerReport[];
  chaincodes: { name: string; version: string; sequence: number; approvedBy: string[] }[];
}

export interface StatusReport {
  channels: ChannelReport[];
  certificates: { organization: string; use: string; daysLeft: number }[];
  problems: string[];
}

/** Asks every node how it is; a node that does not answer is a fact of the report, not a failure. */
export function nativeStatus(network: ResolvedNetwork, organizationsFolder: string): Promise<StatusReport> {
  return withMembers(network, organizationsFolder, async (members) => {
    const channels = await Promise.all(network.channels.map((name) => channelReport(network, members, name)));
    const certificates = network.organizations.flatMap((organization) =>
      certificatesOf(organization, organizationsFolder).flatMap(({ use, certificate }) =>
        certificate ? [{ organization: organization.name, use, daysLeft: daysLeft(certificate) }] : [],
      ),
    );
    const problems = [
      ...channels.flatMap((channel) => problemsOf(network, channel)),
      ...validateCertificates(network, organizationsFolder),
      ...certificates
        .filter((entry) => entry.daysLeft >= 0 && entry.daysLeft < renewalDays)
        .map((entry) => `${entry.organization}, ${entry.use}: the certificate ends in ${entry.daysLeft} days.`),
    ];
    return { channels, certificates, problems };
  });
}

async function channelReport(
  network: ResolvedNetwork,
  members: readonly Member[],
  name: string,
): Promise<ChannelReport> {
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
    leader: await leaderOf(network, name),
    comparedHeight,
    peers,
    chaincodes: await chaincodeReports(
      members.flatMap(
        ({ organization }) => answered.find(({ member }) => member.organization === organization)?.member ?? [],
      ),
      name,
    ),
  };
}

async function chaincodeReports(members: readonly Member[], channel: string): Promise<ChannelReport['chaincodes']> {
  const [first] = members;
  const definitions = first ? ((await settle(committedDefinitions(first, channel))).value ?? []) : [];
  return Promise.all(
    definitions.map(async ({ name, version, sequence }: Definition) => {
      const approvals = await Promise.all(
        members.map(async (member) => {
          const { value } = await settle(approvedPackage(member, { channel, name, sequence }));
          return value === undefined ? [] : [member.organization.name];
        }),
      );
      return { name, version, sequence, approvedBy: approvals.flat() };
    }),
  );
}

/** Orderers name their leader by consenter id in their metrics; the answer of most of them counts. */
async function leaderOf({ organizations }: ResolvedNetwork, channel: string): Promise<string | undefined> {
  const votes = await Promise.all(
    organizations.map(async ({ host, orderer }) => {
      if (!orderer) return undefined;
      const url = `http://${host}:${orderer.operationsPort}/metrics`;
      const { value } = await settle(
        fetch(url, { signal: AbortSignal.timeout(metricsMilliseconds) }).then((response) => response.text()),
      );
      const line = new RegExp(`^consensus_BFT_leader_id\\{[^}]*channel="${channel}"[^}]*\\} (\\d+)`, 'm');
      return Number(line.exec(value ?? '')?.[1]) || undefined;
    }),
  );
  const counted = Map.groupBy(
    votes.filter((vote) => vote !== undefined),
    (vote) => vote,
  );
  const [id] = [...counted].sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  return organizations.find(({ orderer }) => orderer !== undefined && orderer.id === id)?.name;
}

function problemsOf(network: ResolvedNetwork, { name, leader, peers, chaincodes }: ChannelReport): string[] {
  const expected = network.chaincodes.filter(({ channel }) => channel === name);
  const missing = expected.filter((each) => !chaincodes.some((committed) => committed.name === each.name));
  const hashes = new Set(peers.flatMap(({ stateHash }) => stateHash ?? []));
  return [
    ...peers.flatMap(({ peer, error }) => (error ? [`${name}: the peer of ${peer} does not answer: ${error}`] : [])),
    ...(hashes.size > 1 ? [`${name}: peers differ in their state.`] : []),
    ...(leader === undefined ? [`${name}: no orderer names a leader.`] : []),
    ...missing.map(
      (chaincode) => `${name}: chaincode ${chaincode.name} is not committed. Deploy it: npm run network -- up`,
    ),
  ];
}

async function settle<Value>(work: Promise<Value>): Promise<{ value?: Value; error?: string }> {
  try {
    return { value: await work };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
