import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChaincodeSet } from '../drivers/services.ts';

/** A version of the chaincode, the slot of containers that serves it, and the digest of the code in their image. */
export interface ComposeChaincode extends ChaincodeSet {
  digest: string;
}

/** Letters of the slots, as services, profiles and files of docker-compose.yaml carry them. */
export const slotLetters = ['a', 'b'] as const;

/** What the channel's definitions ask for; before the first upgrade the code that the set-up image was built with. */
export function currentChaincode(dataFolder: string, builtDigest: string): ComposeChaincode {
  const file = setFile(dataFolder);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  return { version: '1.0', slot: 0, digest: builtDigest };
}

export function noteChaincode(dataFolder: string, set: ComposeChaincode): void {
  writeFileSync(setFile(dataFolder), `${JSON.stringify(set)}\n`);
}

const setFile = (dataFolder: string) => join(dataFolder, 'chaincode.json');
