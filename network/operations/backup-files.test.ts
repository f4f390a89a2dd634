import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decryptFile, deriveKey, encryptFile, readPassphrase } from './backup-key.ts';
import { type Manifest, storedFile, verifyBackup, writeManifest } from './backup-manifest.ts';
import { createFolderCopy, filesIn } from './copy-folder.ts';

const passphrase = 'a passphrase that is long enough';
// A real backup makes each guess dear; here that would only be slow.
const quick = { salt: '00'.repeat(16), N: 2 ** 10, r: 8, p: 1 };
const plain: Record<string, string> = {
  'organizations/cedar/key.pem': 'a key',
  'nodes/cedar/peer/data/CURRENT': 'MANIFEST-000001\n',
  'nodes/cedar/peer/data/empty': '',
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tangram-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

async function takeBackup(): Promise<string> {
  const to = join(folder, 'backup');
  const key = await deriveKey(passphrase, quick);
  const files = [];
  for (const [path, text] of Object.entries(plain)) {
    const from = write(join('source', path), text);
    files.push({ path, mode: 0o600, ...(await encryptFile(key, { from, to: storedFile(to, path), path })) });
  }
  writeManifest(to, key, { organization: 'cedar', files } as Omit<Manifest, 'format' | 'key'>);
  return to;
}

describe('a backup', () => {
  test('gives back every byte, and shows none of them', async () => {
    const backup = await takeBackup();
    const { manifest, key } = await verifyBackup(backup, passphrase);

    for (const { path, mode } of manifest.files) {
      expect(readFileSync(storedFile(backup, path)).includes('a key')).toBe(false);
      const to = join(folder, 'back', path);
      await decryptFile(key, { from: storedFile(backup, path), to, path }, mode);
      expect(readFileSync(to, 'utf8')).toBe(plain[path]);
    }
    expect(manifest.files.map(({ path }) => path)).toEqual(Object.keys(plain));
  });

  test('is refused with another passphrase, and when its manifest was changed', async () => {
    const backup = await takeBackup();
    await expect(verifyBackup(backup, `${passphrase}!`)).rejects.toThrow(/The passphrase is not the one/);

    const file = join(backup, 'manifest.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"organization": "cedar"', '"organization": "maple"'));

    await expect(verifyBackup(backup, passphrase)).rejects.toThrow(/manifest.json was changed/);
  });

  test('is refused with the names of files that are missing or changed, and when it was never finished', async () => {
    const backup = await takeBackup();
    const [first = '', second = ''] = Object.keys(plain);
    rmSync(storedFile(backup, first));
    const bytes = readFileSync(storedFile(backup, second));
    bytes[14] = (bytes[14] ?? 0) ^ 1;
    writeFileSync(storedFile(backup, second), bytes);

    await expect(verifyBackup(backup, passphrase)).rejects.toThrow(
      new RegExp(`nothing was restored:\n {2}${first} is missing\n {2}${second} was changed`),
    );
    rmSync(join(backup, 'manifest.json'));
    await expect(verifyBackup(backup, passphrase)).rejects.toThrow(/no finished backup/);
  });

  test('binds each file to its path, so that two cannot change places', async () => {
    const backup = await takeBackup();
    const { key } = await verifyBackup(backup, passphrase);
    const [first = '', second = ''] = Object.keys(plain);

    const swapped = { from: storedFile(backup, first), to: join(folder, 'swapped'), path: second };
    await expect(decryptFile(key, swapped, 0o600)).rejects.toThrow(`${second} cannot be decrypted`);
  });
});

describe('readPassphrase', () => {
  test('takes a file that only its owner reads, or the environment', () => {
    const file = write('key', `${passphrase}\n`);
    chmodSync(file, 0o600);

    expect(readPassphrase(file, {})).toBe(passphrase);
    expect(readPassphrase(undefined, { TANGRAM_BACKUP_KEY: passphrase })).toBe(passphrase);
  });

  test('refuses none, a short one, and a file that others can read', () => {
    const file = write('key', passphrase);
    chmodSync(file, 0o644);

    expect(() => readPassphrase(undefined, {})).toThrow(/openssl rand/);
    expect(() => readPassphrase(undefined, { TANGRAM_BACKUP_KEY: 'short' })).toThrow(/has 5 characters/);
    expect(() => readPassphrase(file, {})).toThrow(/Others can read/);
  });
});

describe('createFolderCopy', () => {
  test('has in the end what the folder has, whatever was written, replaced or removed in between', () => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    for (const name of ['kept', 'changed', 'removed', 'deep/moved']) write(join('from', name), name);
    const copy = createFolderCopy(from, to);
    copy.hot();
    write('from/changed', 'CHANGED');
    rmSync(join(from, 'removed'));
    renameSync(join(from, 'deep/moved'), join(from, 'deep/new'));
    copy.cold();

    const contents = (root: string) =>
      filesIn(root).map((file) => [file.slice(root.length), readFileSync(file, 'utf8')]);
    expect(contents(to).sort()).toEqual(contents(from).sort());
    expect(contents(to)).toHaveLength(3);
  });
});
