import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes files below a folder; those with `key` in their name are readable by this user alone. */
export function writeTree(folder: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: modeOf(name) });
  }
}

/** Puts a file in the place of another at once: who reads meanwhile sees one or the other, whole. */
export function replaceFile(file: string, content: string): void {
  const draft = `${file}.new`;
  writeFileSync(draft, content, { mode: modeOf(file) });
  // A draft that an interrupted run left keeps its own mode.
  chmodSync(draft, modeOf(file));
  renameSync(draft, file);
}

const modeOf = (name: string) => (/key/i.test(name) ? 0o600 : 0o644);
