import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LedgerError } from './errors.ts';

type Entry = { name: string; height: number; file: string };
/** Which snapshot is on its way back, and which files it has. */
type Restoration = { name: string; parts: string[] };

// This process is the only writer, and it copies between two blocks, so database file and write-ahead log together are
// the state. A copy of a test ledger takes milliseconds.
const parts = ['-wal', ''];

/**
 * Named copies of a channel's database. A process killed at any moment leaves the old state or the new one: a copy
 * counts from when the manifest names it, and a return that has begun is finished when the ledger opens again.
 */
export class Snapshots {
  readonly #file: string;
  readonly #folder: string;

  constructor(file: string, directory: string, channelId: string) {
    this.#file = file;
    this.#folder = join(directory, 'snapshots', channelId);
  }

  /** Oldest first. */
  list(): { name: string; height: number }[] {
    return this.#entries().map(({ name, height }) => ({ name, height }));
  }

  /** Copies the database, to which nobody may write meanwhile; an earlier copy of that name goes. */
  take(name: string, height: number): void {
    mkdirSync(this.#folder, { recursive: true });
    const entries = this.#entries();
    const ordinals = entries.map(({ file }) => Number.parseInt(file, 10));
    const entry = { name, height, file: `${Math.max(0, ...ordinals) + 1}.sqlite` };
    for (const part of parts) copy(this.#file + part, join(this.#folder, entry.file) + part);
    this.#save([...entries.filter((other) => other.name !== name), entry]);
    for (const other of entries.filter((other) => other.name === name)) this.#drop(other);
  }

  /** Puts a copy in the place of the database, which must be closed, and drops later copies. */
  restore(name: string): void {
    const entry = this.#entries().find((other) => other.name === name);
    if (!entry) throw new LedgerError('UNKNOWN_SNAPSHOT', `there is no snapshot '${name}'`);
    const source = join(this.#folder, entry.file);
    const restoration: Restoration = { name, parts: parts.filter((part) => existsSync(source + part)) };
    for (const part of parts) copy(source + part, this.#incoming(part));
    replaceFile(this.#marker(), JSON.stringify(restoration));
    this.finishRestore();
  }

  /** Completes a return that was interrupted; call it before the database is opened. */
  finishRestore(): void {
    if (!existsSync(this.#marker())) return;
    const restoration = JSON.parse(readFileSync(this.#marker(), 'utf8')) as Restoration;
    rmSync(`${this.#file}-shm`, { force: true });
    for (const part of parts) {
      // A part that is not there any more has been moved before the interruption.
      if (existsSync(this.#incoming(part))) renameSync(this.#incoming(part), this.#file + part);
      else if (!restoration.parts.includes(part)) rmSync(this.#file + part, { force: true });
    }
    const entries = this.#entries();
    const index = entries.findIndex(({ name }) => name === restoration.name);
    this.#save(entries.slice(0, index + 1));
    for (const later of entries.slice(index + 1)) this.#drop(later);
    rmSync(this.#marker());
  }

  #entries(): Entry[] {
    const manifest = this.#manifest();
    return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as Entry[]) : [];
  }

  #drop({ file }: Entry): void {
    for (const part of parts) rmSync(join(this.#folder, file) + part, { force: true });
  }

  #save(entries: Entry[]): void {
    replaceFile(this.#manifest(), JSON.stringify(entries));
  }

  #manifest(): string {
    return join(this.#folder, 'snapshots.json');
  }

  #incoming(part: string): string {
    return `${this.#file}.incoming${part}`;
  }

  #marker(): string {
    return `${this.#file}.restore`;
  }
}

/** Copies a file, sharing its blocks where the file system can; an absent one leaves no copy. */
function copy(source: string, target: string): void {
  rmSync(target, { force: true });
  if (existsSync(source)) copyFileSync(source, target, constants.COPYFILE_FICLONE);
}

function replaceFile(file: string, content: string): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}
