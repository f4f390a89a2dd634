import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authenticate, type BackupKey, deriveKey, digestFile, type KeyDerivation } from './backup-key.ts';

const manifestName = 'manifest.json';
const formatVersion = 1;

/** Where a copied ledger ends. */
export interface LedgerTip {
  channel: string;
  height: number;
  headerHash: string;
  commitHash: string;
}

export interface BackedUpNode {
  /** As the supervisor names it: `peer-cedar`. */
  process: string;
  /** From the request to stop until it answered again; 0 when nothing ran. */
  standstillMilliseconds: number;
  tips: LedgerTip[];
}

export interface BackedUpFile {
  /** Below the run folder. */
  path: string;
  mode: number;
  /** Of the encrypted file. */
  bytes: number;
  sha256: string;
}

/** What a backup holds; readable without the passphrase, so it names no key and no customer. */
export interface Manifest {
  format: typeof formatVersion;
  organization: string;
  network: string;
  /** The network file as it was. */
  networkFile: string;
  /** Settings name files by full path, so a backup goes back to the folder that it came from. */
  runFolder: string;
  /** When the copied peer stood still: what came later is not in the backup. */
  takenAt: string;
  fabricVersion: string;
  chaincode: { version: string; digest: string };
  /** Index of the peer whose ledger was copied. */
  peerIndex: number;
  peer: BackedUpNode;
  orderer?: BackedUpNode;
  readModels: { gateway: string; kind: 'sqlite' | 'postgres'; path: string }[];
  key: KeyDerivation;
  files: BackedUpFile[];
}

/** Where an encrypted file lies in a backup. */
export const storedFile = (folder: string, path: string): string => join(folder, 'files', `${path}.enc`);

/** Writes the manifest with its proof; the last file of a backup, so that a half-written one has none. */
export function writeManifest(folder: string, key: BackupKey, manifest: Omit<Manifest, 'format' | 'key'>): Manifest {
  const complete: Manifest = { format: formatVersion, ...manifest, key: key.derivation };
  const proof = authenticate(key, JSON.stringify(complete));
  writeFileSync(join(folder, manifestName), `${JSON.stringify({ ...complete, proof }, null, 2)}\n`);
  return complete;
}

/**
 * Reads a backup's manifest and checks every file against it. Refuses, naming what is wrong: no manifest, another format,
 * a wrong passphrase or changed manifest, files that are missing or changed.
 */
export async function verifyBackup(
  folder: string,
  passphrase: string,
): Promise<{ manifest: Manifest; key: BackupKey }> {
  const file = join(folder, manifestName);
  if (!existsSync(file)) throw new Error(`${folder} holds no finished backup: there is no ${manifestName}.`);
  const { proof, ...manifest } = JSON.parse(readFileSync(file, 'utf8')) as Manifest & { proof: string };
  if (manifest.format !== formatVersion) {
    throw new Error(`${file} has format ${manifest.format}; this version reads format ${formatVersion}.`);
  }
  const key = await deriveKey(passphrase, manifest.key);
  if (authenticate(key, JSON.stringify(manifest)) !== proof) {
    throw new Error(`The passphrase is not the one of ${folder}, or ${manifestName} was changed.`);
  }
  const problems: string[] = [];
  for (const { path, sha256 } of manifest.files) {
    const stored = storedFile(folder, path);
    if (!existsSync(stored)) problems.push(`${path} is missing`);
    else if ((await digestFile(stored)) !== sha256) problems.push(`${path} was changed`);
  }
  if (problems.length > 0) {
    throw new Error(`The backup in ${folder} is not whole, nothing was restored:\n  ${problems.join('\n  ')}`);
  }
  return { manifest, key };
}
