import { join } from 'node:path';
import { peerAddress, type ResolvedNetwork, type ResolvedOrganization } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import { loadSigner, type Signer } from '../identity/signer.ts';
import { connectNode, type NodeClient } from './node-client.ts';

/** An organisation as its administrator sees it: own signature, own peer, own orderer. */
export interface Member {
  organization: ResolvedOrganization;
  admin: Signer;
  peer: NodeClient;
  orderer?: NodeClient;
}

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
    const connectTo = (kind: 'peer' | 'orderer', address: string) =>
      connectNode({ role: `${kind} of ${name}`, address, tlsCaFile, serverName: `${kind}0.${name}.tangram.example` });
    return {
      organization,
      admin: loadSigner(mspId, adminMsp),
      peer: connectTo('peer', peerAddress(organization)),
      ...(orderer && { orderer: connectTo('orderer', `${host}:${orderer.port}`) }),
    };
  });
  try {
    return await work(members);
  } finally {
    for (const { peer, orderer } of members) {
      peer.close();
      orderer?.close();
    }
  }
}
