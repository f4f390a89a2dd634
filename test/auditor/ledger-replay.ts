import { type DecodedRow, decodeBatchRow } from '@tangram/network/ledger-format/batch-row.ts';
import { Auditor } from './auditor.ts';
import type { BlockWrites, TransactionWrites } from './block-writes.ts';
import { IdPageChecks } from './check-ids.ts';
import { checkRows, SegmentCounts } from './check-rows.ts';
import { compareCounters } from './compare.ts';
import type { SettlementFacts } from './settle.ts';

/** Rows of which only the newest matters, and which are few: what a bank owes, has settled, and where its lane stands. */
const LATEST = /^(lane\/0\/head$|settlement-account\/|settled-(in|out)\/|suspense\/|reserves\/)/;
const BATCH = 'lane/0/batch/';
const LANES_OF_THE_CENTRAL_BANK = ['centralbank', 'consortium'];

const ownerOf = (namespace: string): string => {
  const owner = LANES_OF_THE_CENTRAL_BANK.includes(namespace) ? 'centralbank' : namespace;
  return `${owner.charAt(0).toUpperCase()}${owner.slice(1)}MSP`;
};

/** Replays the blocks of a channel: rows through the auditor, and every other row that a batch leaves against him. */
export class LedgerReplay {
  readonly auditor = new Auditor({ isPacked: true });
  readonly #segments = new SegmentCounts();
  readonly #pages = new IdPageChecks();
  readonly #latest = new Map<string, Uint8Array>();
  readonly #foreign: readonly string[];
  #block: BlockWrites | undefined;

  /** `foreign`: chaincodes of the channel that are none of the product's. */
  constructor(foreign: readonly string[] = []) {
    this.#foreign = foreign;
  }

  addBlock(block: BlockWrites): void {
    const { problems } = this.auditor;
    const { number, isWhole, previousHash } = block;
    if (number !== (this.#block?.number ?? -1) + 1) problems.add(`block ${number} follows ${this.#block?.number}`);
    if (!isWhole) problems.add(`block ${number} holds other transactions than its header states`);
    if (this.#block !== undefined && this.#block.hash !== previousHash) {
      problems.add(`block ${number} does not continue its predecessor`);
    }
    this.#block = { ...block, transactions: [] };
    for (const transaction of block.transactions) this.#add(transaction);
  }

  /** Checks what must hold at the end, and gives all that was found. */
  finish(): readonly string[] {
    const { problems, model } = this.auditor;
    this.auditor.checkInvariants();
    problems.add(...compareCounters(model, (namespace, key) => this.#newest(namespace, key)));
    return problems.kept;
  }

  #newest(namespace: string, key: string): any {
    const value = this.#latest.get(`${namespace}/${key}`);
    return value === undefined ? undefined : JSON.parse(Buffer.from(value).toString('utf8'));
  }

  #add(transaction: TransactionWrites): void {
    const { auditor } = this;
    const { txId, endorsers } = transaction;
    const writes = transaction.writes.filter(({ namespace }) => !this.#foreign.includes(namespace));
    for (const namespace of new Set(writes.map((write) => write.namespace))) {
      if (namespace.startsWith('_') || namespace === 'lscc') continue;
      if (!endorsers.has(ownerOf(namespace)) || endorsers.size < 2) {
        auditor.problems.add(`${txId} writes ${namespace} with the endorsement of ${[...endorsers].join(', ')} alone`);
      }
    }
    for (const { namespace, key, value } of writes) {
      if (LATEST.test(key)) this.#latest.set(`${namespace}/${key}`, value);
      else if (namespace === 'centralbank' && key.startsWith('settlement/')) {
        auditor.addSettlement(JSON.parse(Buffer.from(value).toString('utf8')) as SettlementFacts);
      }
    }
    for (const { namespace, key, value } of writes) {
      if (key.startsWith(BATCH)) this.#addRow(transaction, { namespace, key, value });
    }
  }

  #addRow(transaction: TransactionWrites, { namespace, key, value }: TransactionWrites['writes'][number]): void {
    const { auditor } = this;
    const row = this.#decode(namespace, key, value);
    if (row === undefined) return;
    if (row.lane !== namespace || key !== `${BATCH}${String(row.sequence).padStart(12, '0')}`) {
      auditor.problems.add(`${namespace} ${key} is the row of ${row.lane} ${row.sequence}`);
    }
    if (row.txId !== transaction.txId) auditor.problems.add(`${row.lane} ${row.sequence} names another transaction`);
    auditor.addRow(row);
    this.#segments.add(row);
    const own = transaction.writes.filter((write) => write.namespace === namespace);
    auditor.problems.add(...checkRows(auditor.model, row, { writes: own, segments: this.#segments }));
    this.#pages.add(row);
    for (const page of own.filter((write) => write.key.startsWith('ids/'))) {
      auditor.problems.add(...this.#pages.check(auditor.model, row, page));
    }
    auditor.problems.add(...this.#pages.findMissing(row));
  }

  #decode(namespace: string, key: string, value: Uint8Array): DecodedRow | undefined {
    try {
      return decodeBatchRow(value);
    } catch (error) {
      this.auditor.problems.add(`${namespace} ${key} cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  }
}
