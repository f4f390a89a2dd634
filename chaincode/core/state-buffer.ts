import { canonicalJson } from './canonical.ts';
import type { LedgerState } from './ledger.ts';
import type { Peer, StateWrite } from './peer.ts';
import type { UndoLog } from './undo-log.ts';

/** Rows read and written by one ledger transaction: read together, parsed once, flushed once. */
export class StateBuffer implements LedgerState {
  readonly #peer: Peer;
  readonly #undo: UndoLog;
  readonly #rows = new Map<string, unknown>();
  readonly #written = new Set<string>();

  constructor(peer: Peer, undo: UndoLog) {
    this.#peer = peer;
    this.#undo = undo;
  }

  async prefetch(keys: readonly string[]): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#rows.has(key));
    if (missing.length === 0) return;
    const values = await this.#peer.getStates(missing);
    missing.forEach((key, index) => {
      const value = values[index];
      this.#rows.set(key, value === undefined ? undefined : Object.freeze(JSON.parse(value)));
    });
  }

  async find(key: string): Promise<unknown> {
    if (!this.#rows.has(key)) await this.prefetch([key]);
    return this.#rows.get(key);
  }

  /** A row that was read or written before in this ledger transaction. */
  buffered(key: string): unknown {
    if (!this.#rows.has(key)) throw new Error(`row ${key} was not prefetched`);
    return this.#rows.get(key);
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
    this.#rows.set(key, Object.freeze(record));
    this.#written.add(key);
  }

  /** Every written row once, sorted by key. */
  writes(): StateWrite[] {
    return [...this.#written].sort().map((key) => ({ key, value: canonicalJson(this.#rows.get(key)) }));
  }
}
