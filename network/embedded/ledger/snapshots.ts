import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LedgerError } from './errors.ts';

export type Snapshot = { name: string; height: number };

// This process is the only writer, and it copies between two blocks, so database file and write-ahead log together are
// the state. A copy of a test ledger takes a millisecond or so.
const parts = ['', '-wal'];

/** Named copies of a channel's database. Nothing may write to it while a copy is made. */
export class Snapshots {
  readonly #file: string;
  readonly #folder: string;

  constructor(file: string, directory: string, channelId: string) {
    this.#file = file;
    this.#folder = join(directory, 'snapshots', channelId);
  }

  /** Oldest first. */
  list(): Snapshot[] {
    const manifest = this.#manifest();
    return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as Snapshot[]) : [];
  }

  take(name: string, height: number): void {
    mkdirSync(this.#folder, { recursive: true });
    this.#drop(name);
    for (const part of parts) {
      if (existsSync(this.#file + part)) copyFileSync(this.#file + part, this.#copy(name) + part);
    }
    this.#save([...this.list().filter((snapshot) => snapshot.name !== name), { name, height }]);
  }

  /** Puts the copy in the database's place, which must be closed, and drops later snapshots. */
  restore(name: string): void {
    const snapshots = this.list();
    const index = snapshots.findIndex((snapshot) => snapshot.name === name);
    if (index < 0) throw new LedgerError('UNKNOWN_SNAPSHOT', `there is no snapshot '${name}'`);
    for (const part of [...parts, '-shm']) rmSync(this.#file + part, { force: true });
    for (const part of parts) {
      if (existsSync(this.#copy(name) + part)) copyFileSync(this.#copy(name) + part, this.#file + part);
    }
    for (const later of snapshots.slice(index + 1)) this.#drop(later.name);
    this.#save(snapshots.slice(0, index + 1));
  }

  #drop(name: string): void {
    for (const part of parts) rmSync(this.#copy(name) + part, { force: true });
  }

  #save(snapshots: Snapshot[]): void {
    writeFileSync(this.#manifest(), JSON.stringify(snapshots));
  }

  #manifest(): string {
    return join(this.#folder, 'snapshots.json');
  }

  #copy(name: string): string {
    return join(this.#folder, `${encodeURIComponent(name)}.sqlite`);
  }
}
