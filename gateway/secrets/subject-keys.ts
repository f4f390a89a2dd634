import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Keys of the subjects whose credit data this bank holds, one each; they never leave the bank, let alone on the ledger. */
export interface SubjectKeys {
  /** The subject's key, 64 hex digits; made at the first call. */
  ensure(subjectId: string): string;
  /** Undefined when there never was a key, or it was destroyed. */
  find(subjectId: string): string | undefined;
  /** Overwrites and removes the key: what was sealed under it cannot be opened any more. False when there was none. */
  destroy(subjectId: string): boolean;
}

const KEY = /^[0-9a-f]{64}$/;

/**
 * Keeps each key in a file of its own, readable by the owner alone. Gateways of one bank share the folder; nothing is
 * cached, so that a key which one of them destroys is gone for all. A backup of the folder outlives an erasure: keep
 * none for longer than the erasure may take.
 */
export function openSubjectKeys(folder: string): SubjectKeys {
  const fileOf = (subjectId: string) => join(folder, `${createHash('sha256').update(subjectId).digest('hex')}.key`);
  const find = (subjectId: string): string | undefined => {
    const key = readIfThere(fileOf(subjectId));
    // A file that a crash left half overwritten is a destroyed key.
    return key !== undefined && KEY.test(key) ? key : undefined;
  };
  return {
    find,
    ensure: (subjectId) => {
      const file = fileOf(subjectId);
      const known = find(subjectId);
      if (known !== undefined) return known;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const draft = `${file}.${randomBytes(8).toString('hex')}`;
      writeDurably(draft, randomBytes(32).toString('hex'), 'wx');
      try {
        // The first of several gateways makes the key; a link appears whole or not at all.
        linkSync(draft, file);
        syncFolder(folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      } finally {
        unlinkSync(draft);
      }
      const key = find(subjectId);
      if (key === undefined) throw new Error('a key was destroyed while it was being made');
      return key;
    },
    destroy: (subjectId) => {
      const file = fileOf(subjectId);
      if (readIfThere(file) === undefined) return false;
      writeDurably(file, '-'.repeat(64), 'r+');
      unlinkSync(file);
      syncFolder(folder);
      return true;
    },
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function writeDurably(file: string, text: string, flags: string): void {
  const descriptor = openSync(file, flags, 0o600);
  try {
    writeSync(descriptor, text, 0);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
