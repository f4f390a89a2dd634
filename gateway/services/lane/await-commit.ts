import { setTimeout as sleep } from 'node:timers/promises';
import type { EndorsedTransaction } from '../../fabric/endorsement.ts';
import type { LaneTransport } from './lane-transport.ts';

export interface CommitTools {
  transport: LaneTransport;
  findBlockOf: (transactionId: string) => Promise<bigint | undefined>;
}

export type Verdict =
  | { kind: 'committed'; blockNumber: bigint | undefined }
  | { kind: 'not-committed'; validationCode: number }
  | { kind: 'undecided' };

/** Peer's validation code of an envelope that was sent twice: the first may well have been committed. */
const DUPLICATE_TXID = 9;
const STATUS_MILLISECONDS = 1_500;
/** How long it is asked for when its submission failed. */
export const DOUBTFUL_MILLISECONDS = 500;

/**
 * Submits an endorsed batch and finds out what became of it. Whatever fails on the way, the ledger decides: the batch
 * landed if its sequence holds this transaction, and never will if the sequence holds another.
 */
export async function awaitCommit(
  tools: CommitTools,
  attempt: { endorsed: EndorsedTransaction; sequence: number; deadline: number },
): Promise<Verdict> {
  const { endorsed, sequence, deadline } = attempt;
  let validationCode = DUPLICATE_TXID;
  let isOrdered = false;
  for (let round = 0; round === 0 || Date.now() < deadline; round += 1) {
    if (round > 0) await sleep(Math.min(50 * 2 ** round, 1_000));
    try {
      // The same envelope again is harmless: the ledger takes a transaction id once. Orderers that took it may have
      // died with it, or with the leader that they handed it to; sending again must not delay asking, though.
      if (isOrdered && isResendRound(round)) void endorsed.submit().catch(() => undefined);
      // What failed may have been ordered all the same: the peer is asked either way.
      isOrdered ||= await isTaken(endorsed);
      const patience = isOrdered ? STATUS_MILLISECONDS : DOUBTFUL_MILLISECONDS;
      const status = await tools.transport.commitStatus(endorsed.transactionId, patience);
      if (status.validationCode === 0) return { kind: 'committed', blockNumber: status.blockNumber };
      validationCode = status.validationCode;
      if (validationCode !== DUPLICATE_TXID) return { kind: 'not-committed', validationCode };
    } catch {
      // An error of the status call says nothing about the batch itself; the lane does.
    }
    const verdict = await askLane(tools, { endorsed, sequence }).catch(() => undefined);
    if (verdict === 'landed') {
      return { kind: 'committed', blockNumber: await findBlock(tools, endorsed.transactionId) };
    }
    if (verdict === 'overtaken') return { kind: 'not-committed', validationCode };
  }
  return { kind: 'undecided' };
}

/** Submits; false when the orderers did not say that they have it. */
export const isTaken = (endorsed: EndorsedTransaction): Promise<boolean> =>
  endorsed.submit().then(
    () => true,
    () => false,
  );

/** Rounds 1, 2, 4, 8 and so on: while a new leader is sought, everybody's envelopes each time would keep it busy. */
export const isResendRound = (round: number): boolean => Number.isInteger(Math.log2(round));

async function askLane(
  tools: CommitTools,
  attempt: { endorsed: EndorsedTransaction; sequence: number },
): Promise<'landed' | 'overtaken' | 'open'> {
  const head = await tools.transport.readHead();
  if (!head || head.sequence < attempt.sequence) return 'open';
  const transactionId = await tools.transport.findBatchTransaction(attempt.sequence);
  // Any peer may have told the head; the own one, which tells of batches, may lie a block behind.
  if (transactionId === undefined) return 'open';
  return transactionId === attempt.endorsed.transactionId ? 'landed' : 'overtaken';
}

async function findBlock(tools: CommitTools, transactionId: string): Promise<bigint | undefined> {
  const block = await tools.findBlockOf(transactionId).catch(() => undefined);
  if (block !== undefined) return block;
  const status = await tools.transport.commitStatus(transactionId, STATUS_MILLISECONDS).catch(() => undefined);
  return status?.blockNumber;
}
