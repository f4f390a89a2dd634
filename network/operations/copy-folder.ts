import { constants, copyFileSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What is remembered of a file that was copied while its owner was still writing. */
interface FileState {
  size: number;
  modified: number;
  /** Not written to for so long that the time of a later write is another one. */
  settled: boolean;
}

// A file system notes times in steps of some milliseconds: what was written just before a copy is copied again.
const settledMilliseconds = 2_000;

/**
 * Copies a folder in two passes: `hot` while its process writes, `cold` once it stands still. The second pass copies only
 * what has changed since, so the standstill is as long as the changes, not as the ledger. Blocks are shared with the
 * original where the file system can.
 */
export function createFolderCopy(from: string, to: string) {
  const seen = new Map<string, FileState>();

  function hot(): void {
    for (const file of filesIn(from)) {
      const before = stateOf(file);
      // A database may have removed it meanwhile.
      if (before && copy(file)) seen.set(file, before);
    }
  }

  function cold(): void {
    const now = new Set(filesIn(from));
    for (const file of now) {
      const [before, after] = [seen.get(file), stateOf(file)];
      if (!before?.settled || before.size !== after?.size || before.modified !== after.modified) copy(file);
    }
    for (const file of filesIn(to)) {
      if (!now.has(join(from, relative(to, file)))) rmSync(file);
    }
  }

  function copy(file: string): boolean {
    const target = join(to, relative(from, file));
    mkdirSync(dirname(target), { recursive: true });
    try {
      copyFileSync(file, target, constants.COPYFILE_FICLONE);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  return { hot, cold };
}

function stateOf(file: string): FileState | undefined {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found) return undefined;
  return { size: found.size, modified: found.mtimeMs, settled: Date.now() - found.mtimeMs > settledMilliseconds };
}

/** Every file below a folder, or the file that a path is; none where nothing is. */
export function filesIn(folder: string): string[] {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found ? [folder] : [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
