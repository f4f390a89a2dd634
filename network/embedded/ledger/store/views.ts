import { byteKeyOf, keyBytes } from '../hashing.ts';
import type { Version } from '../types.ts';
import { PreImages, type RowAt, readRow, restoreChunk } from './pre-images.ts';
import type { HistoryRow, Reader, StateRange, StoredEntry, StoredValue } from './reader.ts';

// Rows may be large, and most readers stop early: chunks begin small and grow.
const firstChunk = 16;
const largestChunk = 256;

/** The state at one height, which stays as it is while blocks commit. */
export class View {
  readonly height: number;
  readonly #reader: Reader;
  /** One for each block committed since, oldest first. */
  readonly #overlays: PreImages[] = [];
  users = 0;

  constructor(reader: Reader, height: number) {
    this.#reader = reader;
    this.height = height;
  }

  hide(changes: PreImages): void {
    this.#overlays.push(changes);
  }

  getRow(at: RowAt): StoredValue | undefined {
    for (const overlay of this.#overlays) {
      const found = overlay.find(at);
      if (found) return found.value;
    }
    return readRow(this.#reader, at);
  }

  getVersion(at: RowAt): Version | undefined {
    const row = this.#overlays.length > 0 ? this.getRow(at) : this.#readVersion(at);
    return row && { block: row.block, tx: row.tx };
  }

  getMetadata(at: RowAt): Uint8Array | null | undefined {
    if (this.#overlays.length > 0) return this.getRow(at)?.metadata;
    return this.#reader.getMetadata(at.namespace, at.collection, at.key);
  }

  /** Rows in byte order; each chunk is restored to this height when it is fetched. */
  *range(range: StateRange): Generator<StoredEntry, undefined> {
    const end = range.end && byteKeyOf(range.end);
    let start = range.start;
    for (let limit = firstChunk; ; limit = Math.min(2 * limit, largestChunk)) {
      const rows = this.#reader.rangeChunk({ ...range, start }, limit);
      const last = rows.at(-1);
      const isLastChunk = !last || rows.length < limit;
      const next = isLastChunk ? undefined : `${byteKeyOf(last.key)}\0`;
      const context = { overlays: this.#overlays, start: byteKeyOf(start), end: next ?? end };
      yield* this.#overlays.length === 0 ? rows : restoreChunk(rows, range, context);
      if (next === undefined) return undefined;
      start = keyBytes(next);
    }
  }

  history(namespace: string, key: Uint8Array): HistoryRow[] {
    return this.#reader.history(namespace, key).filter(({ block }) => block < this.height);
  }

  getBlock(number: number): Uint8Array | undefined {
    return this.#reader.getBlock(number);
  }

  #readVersion(at: RowAt): Version | undefined {
    if (at.mspId !== undefined) return readRow(this.#reader, at);
    return this.#reader.getVersion(at.namespace, at.collection, at.key);
  }
}

/** Hands out views of the committed state and keeps them true over commits. */
export class Views {
  readonly #reader: Reader;
  readonly #inUse = new Set<View>();
  #current: View | undefined;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  acquire(height: number): View {
    this.#current ??= new View(this.#reader, height);
    this.#current.users += 1;
    this.#inUse.add(this.#current);
    return this.#current;
  }

  release(view: View): void {
    view.users -= 1;
    if (view.users === 0) this.#inUse.delete(view);
  }

  /** Where the next commit must keep what it changes; undefined when nobody reads. */
  prepareCommit(): PreImages | undefined {
    return this.#inUse.size > 0 ? new PreImages(this.#reader) : undefined;
  }

  /** Later views see the state as it is from now on; those in use go on seeing what was. */
  advance(changes: PreImages | undefined): void {
    this.#current = undefined;
    if (changes) for (const view of this.#inUse) view.hide(changes);
  }
}
