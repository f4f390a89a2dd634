import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const passphraseLengthMin = 16;
const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
// Half a second of a core and 128 MB for each guess of a passphrase.
const scryptCost = { N: 2 ** 17, r: 8, p: 1 };

/** How the keys of a backup come from its passphrase; stands in the manifest, in the open. */
export interface KeyDerivation {
  salt: string;
  N: number;
  r: number;
  p: number;
}

/** The two keys of one backup: one hides the files, one proves the manifest. */
export interface BackupKey {
  derivation: KeyDerivation;
  encryption: Buffer;
  authentication: Buffer;
}

/** The passphrase from a file, else from TANGRAM_BACKUP_KEY. Refuses: none, a file that others can read, a short one. */
export function readPassphrase(file: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  if (file === undefined && !environment.TANGRAM_BACKUP_KEY) {
    throw new Error(
      "A backup holds keys and customers' names, so it is always encrypted: give a passphrase with --key-file <file> or TANGRAM_BACKUP_KEY.\nA new one: openssl rand -base64 32 > backup.key && chmod 600 backup.key",
    );
  }
  if (file !== undefined && (statSync(file).mode & 0o077) !== 0) {
    throw new Error(`Others can read ${file}: chmod 600 ${file}, and use a new passphrase if they may have.`);
  }
  const passphrase = (file === undefined ? environment.TANGRAM_BACKUP_KEY : readFileSync(file, 'utf8'))?.trim() ?? '';
  if (passphrase.length < passphraseLengthMin) {
    throw new Error(`The passphrase has ${passphrase.length} characters; it needs ${passphraseLengthMin} or more.`);
  }
  return passphrase;
}

/** Derives the keys of a backup: a new one unless its derivation is given. */
export async function deriveKey(passphrase: string, given?: KeyDerivation): Promise<BackupKey> {
  const derivation = given ?? { salt: randomBytes(16).toString('hex'), ...scryptCost };
  const { N, r, p } = derivation;
  const master = await new Promise<Buffer>((resolve, reject) =>
    scrypt(passphrase, Buffer.from(derivation.salt, 'hex'), 32, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  );
  const key = (use: string) => Buffer.from(hkdfSync('sha256', master, '', `tangram backup ${use}`, 32));
  return { derivation, encryption: key('encryption'), authentication: key('authentication') };
}

/** Proof that who wrote a text had the passphrase. */
export const authenticate = ({ authentication }: BackupKey, text: string): string =>
  createHmac('sha256', authentication).update(text).digest('hex');

export interface Move {
  from: string;
  to: string;
  /** The file's path in the backup: it is bound to the bytes, so that two files cannot be swapped. */
  path: string;
}

/** Encrypts a file as iv, ciphertext, tag; returns size and SHA-256 of what was written. */
export async function encryptFile({ encryption }: BackupKey, { from, to, path }: Move) {
  const iv = randomBytes(ivBytes);
  const encrypt = createCipheriv(cipher, encryption, iv).setAAD(Buffer.from(path));
  const digest = createHash('sha256');
  let bytes = 0;
  const count = (chunk: Buffer) => {
    digest.update(chunk);
    bytes += chunk.length;
    return chunk;
  };
  const seal = new Transform({
    construct(done) {
      this.push(count(iv));
      done();
    },
    transform: (chunk, _encoding, done) => done(null, count(encrypt.update(chunk))),
    flush(done) {
      this.push(count(encrypt.final()));
      done(null, count(encrypt.getAuthTag()));
    },
  });
  mkdirSync(dirname(to), { recursive: true });
  await pipeline(createReadStream(from), seal, createWriteStream(to, { mode: 0o600 }));
  return { bytes, sha256: digest.digest('hex') };
}

/** Decrypts a file; throws, naming it, when its bytes or its place are not those that were encrypted. */
export async function decryptFile({ encryption }: BackupKey, { from, to, path }: Move, mode: number): Promise<void> {
  const size = statSync(from).size;
  const file = await open(from);
  try {
    const [iv, tag] = [Buffer.alloc(ivBytes), Buffer.alloc(tagBytes)];
    await file.read(iv, 0, ivBytes, 0);
    await file.read(tag, 0, tagBytes, size - tagBytes);
    const decrypt = createDecipheriv(cipher, encryption, iv).setAAD(Buffer.from(path)).setAuthTag(tag);
    mkdirSync(dirname(to), { recursive: true });
    // The end of a stream is inclusive: an empty file has nothing between iv and tag.
    const isEmpty = size === ivBytes + tagBytes;
    const content = isEmpty
      ? []
      : file.createReadStream({ start: ivBytes, end: size - tagBytes - 1, autoClose: false });
    await pipeline(content, decrypt, createWriteStream(to, { mode }));
  } catch (error) {
    throw new Error(`${path} cannot be decrypted: ${(error as Error).message}`, { cause: error });
  } finally {
    await file.close();
  }
}

/** SHA-256 of a file as it lies there. */
export async function digestFile(file: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return digest.digest('hex');
}
