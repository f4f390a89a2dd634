import type { LaneMemory } from './book/lane-memory.ts';
import type { Pointer } from './id-pages.ts';
import type { AcceptedOperation, JsonObject } from './ledger.ts';
import type { OperationTable } from './operation-table.ts';
import type { Peer } from './peer.ts';

interface Source {
  readonly peer: Peer;
  readonly table: OperationTable;
  readonly memory: LaneMemory;
}

/** Operations that earlier batches accepted, taken out of their immutable batch rows. */
export class AcceptedOperations {
  readonly #source: Source;
  readonly #found = new Map<string, AcceptedOperation>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** Reads the operations at the pointers, each row once. */
  async load(pointers: readonly Pointer[]): Promise<void> {
    const { peer, table, memory } = this.#source;
    const missing = pointers.filter((pointer) => !this.has(pointer));
    for (const [sequence, inRow] of Map.groupBy(missing, ([each]) => each)) {
      const row = await memory.rows.read(peer, table, sequence);
      const { txId: transactionId, time } = row.header;
      for (const pointer of inRow) {
        const entry = row.entryAt(pointer[1]);
        const outcome = row.outcomeAt(pointer[1], entry);
        if (outcome.outcome !== 'accepted')
          throw new Error(`an id points at ${nameOf(pointer)}, which was not accepted`);
        const { operation, request = {} } = entry;
        const result = outcome.result as JsonObject;
        this.#found.set(nameOf(pointer), { operation, sequence, transactionId, time, request, result });
      }
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
}

function nameOf([sequence, entry]: Pointer): string {
  return `${sequence}/${entry}`;
}
