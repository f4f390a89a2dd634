import { type BatchRow, batchKey } from './batch.ts';
import type { Pointer } from './id-pages.ts';
import type { AcceptedOperation, JsonObject } from './ledger.ts';
import type { OperationTable } from './operation-table.ts';
import type { Peer } from './peer.ts';
import { decodeRow } from './wire/row-codec.ts';

// A batch row holds up to 10,000 operations and many megabytes: a thousand of them asked for together would not pass
// through one message, nor through memory.
const ROWS_AT_ONCE = 4;

/** Operations that earlier batches accepted, taken out of their immutable batch rows. */
export class AcceptedOperations {
  readonly #peer: Peer;
  readonly #table: OperationTable;
  readonly #found = new Map<string, AcceptedOperation>();
  /** The rows parsed last, because lookups one by one often want neighbours. */
  #recent = new Map<number, BatchRow>();

  constructor(peer: Peer, table: OperationTable) {
    this.#peer = peer;
    this.#table = table;
  }

  /** Reads the operations at the pointers, each row once. */
  async load(pointers: readonly Pointer[]): Promise<void> {
    const missing = pointers.filter((pointer) => !this.#found.has(nameOf(pointer)));
    const bySequence = Map.groupBy(missing, ([sequence]) => sequence);
    const unread = [...bySequence.keys()].filter((sequence) => !this.#recent.has(sequence));
    for (const row of this.#recent.values()) this.#take(row, bySequence.get(row.sequence) ?? []);
    for (let start = 0; start < unread.length; start += ROWS_AT_ONCE) {
      const rows = await this.#read(unread.slice(start, start + ROWS_AT_ONCE));
      for (const row of rows) this.#take(row, bySequence.get(row.sequence) ?? []);
      this.#recent = new Map(rows.map((row) => [row.sequence, row]));
    }
  }

  /** True when the operation was loaded. */
  has(pointer: Pointer): boolean {
    return this.#found.has(nameOf(pointer));
  }

  /** A loaded operation. */
  get(pointer: Pointer): AcceptedOperation {
    const operation = this.#found.get(nameOf(pointer));
    if (operation === undefined) throw new Error(`entry ${nameOf(pointer)} was not loaded`);
    return operation;
  }

  async #read(sequences: readonly number[]): Promise<BatchRow[]> {
    const values = await this.#peer.getStates(sequences.map(batchKey));
    return values.map((value, index) => {
      if (value === undefined) throw new Error(`an id page points at batch ${sequences[index]}, which is not there`);
      return decodeRow(this.#table, value);
    });
  }

  #take(row: BatchRow, pointers: readonly Pointer[]): void {
    for (const pointer of pointers) {
      const entry = row.entries[pointer[1]];
      if (entry === undefined) throw new Error(`an id page points at ${nameOf(pointer)}, which is not there`);
      const { operation, request, result } = entry;
      const { sequence, txId: transactionId, time } = row;
      const accepted = { operation, sequence, transactionId, time, request, result: result as JsonObject };
      this.#found.set(nameOf(pointer), accepted);
    }
  }
}

function nameOf([sequence, entry]: Pointer): string {
  return `${sequence}/${entry}`;
}
