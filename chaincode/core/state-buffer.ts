import { canonicalJson } from './canonical.ts';
import type { LedgerState } from './ledger.ts';
import { NotLoaded } from './not-loaded.ts';
import type { Peer, StateWrite } from './peer.ts';
import type { UndoLog } from './undo-log.ts';

/** Reads a stored value: JSON, or one of the binary rows that core writes. */
export type ParseRow = (bytes: Uint8Array) => unknown;

/** Rows read and written by one ledger transaction: read together, parsed once, flushed once. */
export class StateBuffer implements LedgerState {
  readonly #peer: Peer;
  readonly #undo: UndoLog;
  readonly #parse: ParseRow;
  readonly #rows = new Map<string, unknown>();
  readonly #written = new Set<string>();

  constructor(peer: Peer, undo: UndoLog, parse: ParseRow) {
    this.#peer = peer;
    this.#undo = undo;
    this.#parse = parse;
  }

  /** Reads rows that are not buffered yet, together. */
  async load(keys: readonly string[]): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#rows.has(key));
    if (missing.length === 0) return;
    const values = await this.#peer.getStates(missing);
    missing.forEach((key, index) => {
      const value = values[index];
      this.#rows.set(key, value === undefined ? undefined : Object.freeze(this.#parse(value)));
    });
  }

  demand(keys: readonly string[]): void {
    if (keys.some((key) => !this.#rows.has(key))) throw new NotLoaded(() => this.load(keys));
  }

  find(key: string): unknown {
    const row = this.#rows.get(key);
    if (row === undefined && !this.#rows.has(key)) throw new NotLoaded(() => this.load([key]));
    return row;
  }

  put(key: string, record: object): void {
    const existed = this.#rows.has(key);
    const before = this.#rows.get(key);
    const wasWritten = this.#written.has(key);
    this.#undo.push(() => {
      if (existed) this.#rows.set(key, before);
      else this.#rows.delete(key);
      if (!wasWritten) this.#written.delete(key);
    });
    this.#rows.set(key, record instanceof Uint8Array ? record : Object.freeze(record));
    this.#written.add(key);
  }

  /** Every written row once, sorted by key. */
  writes(): StateWrite[] {
    return [...this.#written].sort().map((key) => {
      const row = this.#rows.get(key);
      return { key, value: row instanceof Uint8Array ? row : canonicalJson(row) };
    });
  }
}
