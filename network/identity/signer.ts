import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { msp } from '@hyperledger/fabric-protos';
import { signLowS } from './ecdsa.ts';

/** A private identity: signs low-S, and names itself by its serialised identity. */
export interface Signer {
  mspId: string;
  /** msp.SerializedIdentity. */
  serialized: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** Loads signcerts/cert.pem and keystore/key.pem of an MSP folder. */
export function loadSigner(mspId: string, mspDir: string): Signer {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(readFileSync(join(mspDir, 'signcerts/cert.pem')));
  const key = createPrivateKey(readFileSync(join(mspDir, 'keystore/key.pem')));
  return { mspId, serialized: identity.serializeBinary(), sign: (message) => signLowS(message, key) };
}
