import { common } from '@hyperledger/fabric-protos';
import { type BlockWrites, readBlockWrites } from './block-writes.ts';
import { compareAccounts, type FoundAccount } from './compare.ts';
import { LedgerReplay } from './ledger-replay.ts';

/** A channel's ledger from its first block, and what a bank's read model says of its accounts. */
export interface LedgerSource {
  /** Serialised blocks of the finance channel, in order, from block 0. */
  readonly blocks: AsyncIterable<Uint8Array>;
  /** Every account of a bank, as its read model shows it. */
  readonly readModel?: (bank: string) => AsyncIterable<FoundAccount> | Iterable<FoundAccount>;
  /** Chaincodes of the channel that are none of the product's: what they write is left out. */
  readonly foreign?: readonly string[];
}

export interface AuditReport {
  /** Each in one sentence; the first two hundred. Empty: all is well. */
  readonly problems: readonly string[];
  readonly problemCount: number;
  readonly blocks: number;
  readonly transactions: number;
  /** Transactions that the peers found invalid; they have no effect. */
  readonly invalid: number;
  readonly rows: number;
  readonly operations: number;
  readonly accepted: number;
  readonly refused: number;
  readonly replayed: number;
  /** Accepted payments:sendPayment. */
  readonly payments: number;
  readonly milliseconds: number;
}

/**
 * Replays a whole channel, block by block, through the auditor's own model, and lists every rule that it breaks. Keeps
 * about a hundred bytes of each payment, and no block.
 */
export async function auditLedger({ blocks, readModel, foreign }: LedgerSource): Promise<AuditReport> {
  const start = performance.now();
  const replay = new LedgerReplay(foreign);
  const count = { blocks: 0, transactions: 0, invalid: 0 };
  for await (const bytes of blocks) {
    const block: BlockWrites = readBlockWrites(common.Block.deserializeBinary(bytes));
    count.blocks += 1;
    count.transactions += block.transactions.length + block.invalid;
    count.invalid += block.invalid;
    replay.addBlock(block);
  }
  replay.finish();
  const { auditor } = replay;
  const { problems } = auditor;
  if (readModel !== undefined) {
    for (const bank of auditor.model.banks.keys()) {
      problems.add(...(await compareAccounts(auditor.model, bank, readModel(bank))));
    }
  }
  return {
    problems: problems.kept,
    problemCount: problems.count,
    ...count,
    ...auditor.counts,
    milliseconds: Math.round(performance.now() - start),
  };
}
