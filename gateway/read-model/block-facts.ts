import {
  type BatchEntry,
  type BatchRow,
  HEAD_KEY,
  type LaneCounters,
  type LaneHead,
} from '@tangram/chaincode/core/batch.ts';
import { decodeRow } from '@tangram/chaincode/core/wire/row-codec.ts';
import type { KeyWrite, LedgerBlock, LedgerTransaction } from '../fabric/decode-block.ts';
import { operationTable } from '../fabric/operation-table.ts';

/** One accepted operation, of a batch or of a direct ledger transaction. */
export interface OperationFact {
  /** Namespace that booked it. */
  namespace: string;
  transaction: LedgerTransaction;
  /** Lane time, ISO instant. */
  time: string;
  entry: BatchEntry;
  /** Counters after its batch; undefined for direct ledger transactions. */
  counters: LaneCounters | undefined;
}

export interface BatchFact {
  transaction: LedgerTransaction;
  row: BatchRow;
  /** Hash of the row, which the lane's next header names. */
  hash: string;
}

/** A public row as a block leaves it. */
export interface RowFact {
  transaction: LedgerTransaction;
  namespace: string;
  key: string;
  value: unknown;
}

/** A block, parsed once for all projections. */
export interface BlockFacts {
  block: LedgerBlock;
  batches: BatchFact[];
  operations: OperationFact[];
  /** Rows other than batches, whose key starts with the prefix, in ledger order. */
  rows(prefix: string): RowFact[];
}

const BATCH_PREFIX = 'lane/0/batch/';
const DIRECT_PREFIX = 'direct/';

/** Parses the rows that projections look at. `namespaces` are the chaincode names that this network knows. */
export function readBlockFacts(block: LedgerBlock, namespaces: ReadonlySet<string>): BlockFacts {
  const batches: BatchFact[] = [];
  const operations: OperationFact[] = [];
  const others: { transaction: LedgerTransaction; write: StoredWrite }[] = [];
  for (const transaction of block.transactions) {
    const known = transaction.writes.filter(isOfNamespaces(namespaces));
    for (const write of known) {
      if (write.key.startsWith(BATCH_PREFIX)) {
        const row = decodeRow(operationTable, write.value);
        batches.push({ transaction, row, hash: findHash(known, write.namespace) });
        operations.push(...operationsOf(row, transaction));
      } else if (write.key.startsWith(DIRECT_PREFIX)) {
        const entry = parse(write.value) as BatchEntry & { time: string };
        operations.push({ namespace: write.namespace, transaction, time: entry.time, entry, counters: undefined });
      } else {
        others.push({ transaction, write });
      }
    }
  }
  return { block, batches, operations, rows: (prefix) => parseRows(others, prefix) };
}

type StoredWrite = KeyWrite & { value: Uint8Array };

function isOfNamespaces(namespaces: ReadonlySet<string>): (write: KeyWrite) => write is StoredWrite {
  return (write): write is StoredWrite => namespaces.has(write.namespace) && write.value !== null;
}

function parse(value: Uint8Array): unknown {
  return JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8'));
}

/** The head, written with every batch, carries the batch's hash. */
function findHash(writes: readonly StoredWrite[], namespace: string): string {
  const head = writes.find((write) => write.namespace === namespace && write.key === HEAD_KEY);
  return head === undefined ? '' : (parse(head.value) as LaneHead).hash;
}

function operationsOf(row: BatchRow, transaction: LedgerTransaction): OperationFact[] {
  return row.entries
    .filter((entry) => entry.outcome === 'accepted')
    .map((entry) => ({ namespace: row.lane, transaction, time: row.time, entry, counters: row.head }));
}

function parseRows(others: { transaction: LedgerTransaction; write: StoredWrite }[], prefix: string): RowFact[] {
  return others
    .filter(({ write }) => write.key.startsWith(prefix))
    .map(({ transaction, write }) => ({
      transaction,
      namespace: write.namespace,
      key: write.key,
      value: parse(write.value),
    }));
}
