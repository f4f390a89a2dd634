import { HEAD_KEY, type LaneHead, outboxKey } from '@tangram/chaincode/core/batch.ts';
import type { Standing } from '@tangram/chaincode/core/book/holding.ts';
import type { JsonObject, Posting } from '@tangram/chaincode/core/ledger.ts';
import { decodeOutboxRow } from '@tangram/chaincode/core/wire/outbox-codec.ts';
import { type RowHeader, RowReader } from '@tangram/chaincode/core/wire/row-codec.ts';
import type { KeyWrite, LedgerBlock, LedgerTransaction } from '../fabric/decode-block.ts';
import { operationTable } from '../fabric/operation-table.ts';

/** One accepted operation of a batch. */
export interface OperationFact {
  operation: string;
  request: JsonObject;
  result: JsonObject;
  postings: readonly Posting[];
  standings: readonly Standing[];
}

export interface BatchFact {
  transaction: LedgerTransaction;
  header: RowHeader;
  /** Hash of the row, which the lane's next header names. */
  hash: string;
  /** Accepted operations of the own lane; of other lanes those that may concern own customers and reach no outbox. */
  operations: OperationFact[];
  /** What another lane's batch sends to the own bank. */
  items: JsonObject[];
  /** Row of its outbox that holds the items. */
  outboxIndex: number | undefined;
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
  /** Rows other than batches, whose key starts with the prefix, in ledger order. */
  rows(prefix: string): RowFact[];
}

/** Whose facts are wanted. */
export interface Reader {
  organization: string;
  /** Chaincode names that this network knows. */
  namespaces: ReadonlySet<string>;
}

const BATCH_PREFIX = 'lane/0/batch/';

export type StoredWrite = KeyWrite & { value: Uint8Array };

/** Parses the rows that projections look at; what only other banks' customers booked is not even decoded. */
export function readBlockFacts(block: LedgerBlock, reader: Reader): BlockFacts {
  const batches: BatchFact[] = [];
  const others: { transaction: LedgerTransaction; write: StoredWrite }[] = [];
  for (const transaction of block.transactions) {
    const known = knownWrites(transaction, reader.namespaces);
    for (const write of known) {
      if (write.key.startsWith(BATCH_PREFIX)) batches.push(batchOf(write, { transaction, known, reader }));
      else others.push({ transaction, write });
    }
  }
  return { block, batches, rows: (prefix) => parseRows(others, prefix) };
}

/** Writes of the network's own chaincode names, deletions left out. */
export function knownWrites({ writes }: LedgerTransaction, namespaces: ReadonlySet<string>): StoredWrite[] {
  return writes.filter((write): write is StoredWrite => namespaces.has(write.namespace) && write.value !== null);
}

/** A row of JSON. */
export function parseJsonRow(value: Uint8Array): unknown {
  return JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8'));
}

function batchOf(
  { namespace, value }: StoredWrite,
  { transaction, known, reader }: { transaction: LedgerTransaction; known: readonly StoredWrite[]; reader: Reader },
): BatchFact {
  const { organization } = reader;
  const row = new RowReader(operationTable, value);
  const { header } = row;
  const index = header.head.outbox[organization] ?? 0;
  const outbox = known.find((write) => write.namespace === namespace && write.key === outboxKey(organization, index));
  return {
    transaction,
    header,
    hash: findHash(known, namespace),
    operations: readOperations(row, namespace === organization ? () => true : (name) => FOREIGN.has(name)),
    items: outbox === undefined ? [] : [...decodeOutboxRow(operationTable, outbox.value).items],
    outboxIndex: outbox === undefined ? undefined : index,
  };
}

/** Operations of other banks about own customers that the outbox does not tell of, or not enough. */
const FOREIGN = new Set(['payments:holdFunds', 'payments:refundPayment']);

function readOperations(row: RowReader, isWanted: (operation: string) => boolean): OperationFact[] {
  const operations: OperationFact[] = [];
  for (let place = 0; place < row.count; place += 1) {
    if (!isWanted(row.operationAt(place))) continue;
    const entry = row.entryAt(place);
    const outcome = row.outcomeAt(place, entry);
    if (outcome.outcome !== 'accepted') continue;
    const { postings, standings } = row.bookedAt(entry, outcome);
    const { operation, request = {} } = entry;
    operations.push({ operation, request, result: outcome.result as JsonObject, postings, standings });
  }
  return operations;
}

/** The head, written with every batch, carries the batch's hash. */
function findHash(writes: readonly StoredWrite[], namespace: string): string {
  const head = writes.find((write) => write.namespace === namespace && write.key === HEAD_KEY);
  return head === undefined ? '' : (parseJsonRow(head.value) as LaneHead).hash;
}

function parseRows(others: { transaction: LedgerTransaction; write: StoredWrite }[], prefix: string): RowFact[] {
  return others
    .filter(({ write }) => write.key.startsWith(prefix))
    .map(({ transaction, write }) => ({
      transaction,
      namespace: write.namespace,
      key: write.key,
      value: parseJsonRow(write.value),
    }));
}
