import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchDriver } from './settings.ts';

/** Bytes on the disk of one peer: its blocks, its state, and what it keeps beside them. */
export interface LedgerBytes {
  blocks: number;
  state: number;
  /** History index, private data and the peer's own notes; undefined where they are in one file with the state. */
  other?: number;
}

/** Cedar's peer; on the embedded network one SQLite database holds what all five peers know, so it is state and blocks. */
export function readLedgerBytes(driver: BenchDriver, dataFolder: string): LedgerBytes {
  if (driver === 'embedded') return { blocks: 0, state: folderBytes(join(dataFolder, 'network')) };
  const ledgers = join(dataFolder, 'nodes/cedar/peer/data/ledgersData');
  const blocks = folderBytes(join(ledgers, 'chains'));
  const state = folderBytes(join(ledgers, 'stateLeveldb'));
  return { blocks, state, other: folderBytes(ledgers) - blocks - state };
}

/** Bytes of all files in a folder; files may go while it is read, as LevelDB's do. */
export function folderBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
