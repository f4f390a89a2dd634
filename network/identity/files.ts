import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Writes files below a folder; those with `key` in their name are readable by this user alone. */
export function writeTree(folder: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: modeOf(name) });
  }
}

/** Puts a file in the place of another at once: who reads meanwhile sees one or the other, whole. */
export function replaceFile(file: string, content: string, mode: number = modeOf(basename(file))): void {
  const draft = `${file}.new`;
  // What an interrupted run left would keep its own mode.
  rmSync(draft, { force: true });
  writeFileSync(draft, content, { mode });
  renameSync(draft, file);
}

const modeOf = (name: string) => (/key/i.test(name) ? 0o600 : 0o644);
