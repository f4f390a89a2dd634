import { join } from 'node:path';
import { instanceName, peerAddress, type ResolvedNetwork, type ResolvedOrganization } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import { loadSigner, type Signer } from '../identity/signer.ts';
import { connectNode, type NodeClient } from './node-client.ts';

/** An organisation as its administrator sees it: own signature, own peers, own orderer. */
export interface Member {
  organization: ResolvedOrganization;
  admin: Signer;
  peers: { index: number; client: NodeClient }[];
  /** The peer that is asked what any of them could tell; the first one, or each in turn with `perPeer`. */
  peer: NodeClient;
  /** `cedar`, or `cedar.1` for its second peer. */
  peerName: string;
  orderer?: NodeClient;
}

/** The members once for each of their peers, which `peer` then is. */
export const perPeer = (members: readonly Member[]): Member[] =>
  members.flatMap((member) =>
    member.peers.map(({ index, client }) => ({
      ...member,
      peer: client,
      peerName: instanceName(member.organization.name, index),
    })),
  );

/** Opens every organisation's nodes with its administrator's key, for as long as the work takes. */
export async function withMembers<Result>(
  network: ResolvedNetwork,
  organizationsFolder: string,
  work: (members: Member[]) => Promise<Result>,
): Promise<Result> {
  const members = network.organizations.map((organization): Member => {
    const { adminMsp, msp } = organizationPaths(organizationsFolder, organization.name);
    const tlsCaFile = join(msp, 'tlscacerts/tlsca.pem');
    const { name, mspId, host, orderer } = organization;
    const connectTo = (role: string, node: string, address: string) =>
      connectNode({ role, address, tlsCaFile, serverName: `${node}.${name}.tangram.example` });
    const peers = organization.peers.map((peer) => ({
      index: peer.index,
      client: connectTo(`peer of ${instanceName(name, peer.index)}`, peer.name, peerAddress(organization, peer)),
    }));
    return {
      organization,
      admin: loadSigner(mspId, adminMsp),
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
