import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toLowS } from './ecdsa.ts';
import type { ConformanceNetwork } from './network.ts';

/** An identity with its key: all that is needed to sign as somebody. */
export interface Member {
  mspId: string;
  certificate: Buffer;
  key: KeyObject;
}

export type Role = 'gateway' | 'Admin' | 'peer' | 'orderer';

const folders: Record<Role, string> = {
  gateway: 'users/gateway',
  Admin: 'users/Admin',
  peer: 'peers/peer0',
  orderer: 'orderers/orderer0',
};

/** Loads a member of an organisation from the network's MSP material. */
export function loadMember(
  network: Pick<ConformanceNetwork, 'organizationsDir'>,
  mspId: string,
  role: Role = 'gateway',
): Member {
  const folder = join(network.organizationsDir, organizationOf(mspId), folders[role], 'msp');
  return {
    mspId,
    certificate: readFileSync(join(folder, 'signcerts/cert.pem')),
    key: createPrivateKey(readFileSync(join(folder, 'keystore/key.pem'))),
  };
}

/** Folder name of an organisation: `CedarMSP` is `cedar`. */
export function organizationOf(mspId: string): string {
  return mspId.slice(0, -'MSP'.length).toLowerCase();
}

/** Signs as Fabric demands: ECDSA over SHA-256, the signature in DER with a low S. */
export function signMessage(member: Member, message: Uint8Array): Uint8Array {
  return toLowS(sign('sha256', message, member.key));
}
