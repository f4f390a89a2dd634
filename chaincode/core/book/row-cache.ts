import { batchKey } from '../batch.ts';
import { errors } from '../lane-errors.ts';
import type { OperationTable } from '../operation-table.ts';
import type { Peer } from '../peer.ts';
import { RowReader } from '../wire/row-codec.ts';

/** A row holds up to 10,000 operations and several megabytes. */
const BYTES_MAX = 32 * 1024 * 1024;

/**
 * Batch rows that were asked for lately. They are immutable and read outside the transaction's read set (whatever points
 * at them stands in it), so that endorsers that remember different ones still endorse the same.
 */
export class RowCache {
  readonly #namespace: string;
  /** The one asked for last stands last. */
  readonly #rows = new Map<number, { readonly bytes: Uint8Array; reader?: RowReader }>();
  #size = 0;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** Remembers a row that is committed. */
  keep(sequence: number, bytes: Uint8Array): void {
    this.#forget(sequence);
    this.#rows.set(sequence, { bytes });
    this.#size += bytes.length;
    for (const oldest of this.#rows.keys()) {
      if (this.#size <= BYTES_MAX || oldest === sequence) break;
      this.#forget(oldest);
    }
  }

  /** A committed row, opened. Refuses: LANE_MEMORY_BEHIND (the peer has not indexed its last block yet). */
  async read(peer: Peer, table: OperationTable, sequence: number): Promise<RowReader> {
    if (!this.#rows.has(sequence)) {
      const [value] = await peer.latest([batchKey(sequence)]);
      if (value === undefined) throw errors.MEMORY_BEHIND({ lane: this.#namespace });
      this.keep(sequence, value);
    }
    const row = this.#rows.get(sequence) as { bytes: Uint8Array; reader?: RowReader };
    this.#rows.delete(sequence);
    this.#rows.set(sequence, row);
    row.reader ??= new RowReader(table, row.bytes);
    return row.reader;
  }

  clear(): void {
    this.#rows.clear();
    this.#size = 0;
  }

  #forget(sequence: number): void {
    this.#size -= this.#rows.get(sequence)?.bytes.length ?? 0;
    this.#rows.delete(sequence);
  }
}
