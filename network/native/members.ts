import { join } from 'node:path';
import {
  instanceName,
  onThisMachine,
  peerAddress,
  type ResolvedNetwork,
  type ResolvedOrganization,
} from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import { loadSigner, type Signer } from '../identity/signer.ts';
import { connectNode, type NodeClient } from './node-client.ts';

/** An organisation as its administrator sees it: own signature, own peers, own orderer. */
export interface Member {
  organization: ResolvedOrganization;
  /** Its administrator; of an organisation that runs elsewhere one of ours, who may ask and not administer. */
  admin: Signer;
  peers: { index: number; client: NodeClient }[];
  /** The peer that is asked what any of them could tell; the first one, or each in turn with `perPeer`. */
  peer: NodeClient;
  /** `cedar`, or `cedar.1` for its second peer. */
  peerName: string;
  orderer?: NodeClient;
}

/** The members whose nodes and keys are on this machine. */
export const own = (members: readonly Member[]): Member[] =>
  members.filter(({ organization }) => !organization.elsewhere);

/** The members once for each of their peers, which `peer` then is. */
export const perPeer = (members: readonly Member[]): Member[] =>
  members.flatMap((member) =>
    member.peers.map(({ index, client }) => ({
      ...member,
      peer: client,
      peerName: instanceName(member.organization.name, index),
    })),
  );

/** Opens every organisation's nodes with its administrator's key, or with ours where it is elsewhere, for as long as the work takes. */
export async function withMembers<Result>(
  network: ResolvedNetwork,
  organizationsFolder: string,
  work: (members: Member[]) => Promise<Result>,
): Promise<Result> {
  const signers = new Map(
    onThisMachine(network).organizations.map(({ name, mspId }) => [
      name,
      loadSigner(mspId, organizationPaths(organizationsFolder, name).adminMsp),
    ]),
  );
  const [ours] = signers.values();
  if (!ours) throw new Error('No organisation of the network runs on this machine.');
  const members = network.organizations.map((organization): Member => {
    const { msp } = organizationPaths(organizationsFolder, organization.name);
    const tlsCaFile = join(msp, 'tlscacerts/tlsca.pem');
    const { name, host, orderer } = organization;
    const connectTo = (role: string, node: string, address: string) =>
      connectNode({ role, address, tlsCaFile, serverName: `${node}.${name}.tangram.example` });
    const peers = organization.peers.map((peer) => ({
      index: peer.index,
      client: connectTo(`peer of ${instanceName(name, peer.index)}`, peer.name, peerAddress(organization, peer)),
    }));
    return {
      organization,
      admin: signers.get(name) ?? ours,
      peers,
      peer: (peers[0] as (typeof peers)[number]).client,
      peerName: name,
      ...(orderer && { orderer: connectTo(`orderer of ${name}`, 'orderer0', `${host}:${orderer.port}`) }),
    };
  });
  try {
    return await work(members);
  } finally {
    for (const { peers, orderer } of members) {
      for (const { client } of peers) client.close();
      orderer?.close();
    }
  }
}

/** Asks one member after the other: any peer will do, and one that does not answer is passed over. */
export async function inTurn<Answer>(
  members: readonly Member[],
  ask: (member: Member) => Promise<Answer>,
): Promise<Answer> {
  let last: unknown;
  for (const member of members) {
    try {
      return await ask(member);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
