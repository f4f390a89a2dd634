import type { JsonObject } from '@tangram/chaincode/core/ledger.ts';
import type { OperationFact } from '../block-facts.ts';
import { listOf, type ReadModelDatabase } from '../database.ts';
import { toLedgerId, toPosition } from '../position.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

interface StoredPosting {
  account: string;
  side: 'D' | 'C';
  amount: string;
  currency: string;
  valueDate?: string;
  reference?: string;
}

/**
 * Entries of the own bank's customer accounts with the balance after each. Folds postings from the balance before
 * the block, so it runs before the accounts themselves are projected.
 */
export const projectEntries: Projection = async ({ database, facts, organization }) => {
  const block = facts.block.number;
  const postings = facts.operations
    .filter(({ namespace }) => namespace === organization)
    .flatMap((fact) => customerPostings(fact, organization).map((posting) => ({ fact, posting })));
  if (postings.length === 0) return;

  const balances = await loadBalances(database, [...new Set(postings.map(({ posting }) => posting.account))]);
  const rows: Row<'entry'>[] = [];
  const counts = new Map<number, number>();
  for (const { fact, posting } of postings) {
    const { transaction, entry, time } = fact;
    const index = counts.get(transaction.index) ?? 0;
    counts.set(transaction.index, index + 1);
    const amount = BigInt(posting.amount);
    const before = balances.get(posting.account) ?? 0n;
    const balance = posting.side === 'C' ? before + amount : before - amount;
    balances.set(posting.account, balance);
    rows.push({
      position: toPosition(block, transaction.index, index),
      entry_id: toLedgerId(block, transaction.index, index),
      account_id: posting.account,
      side: posting.side,
      amount: posting.amount,
      currency: posting.currency,
      balance: String(balance),
      operation: entry.operation,
      reference: posting.reference ?? referenceOf(entry.request),
      origin_bank: originOf(entry.request, organization),
      booking_time: time,
      value_date: posting.valueDate ?? time.slice(0, 10),
      transaction_id: transaction.transactionId,
    });
  }
  await putRows(database, 'entry', rows);
};

/** Internal accounts are named `<bank>.<name>` and have no customer. */
function customerPostings({ entry }: OperationFact, organization: string): StoredPosting[] {
  const postings = (entry.postings ?? []) as unknown as StoredPosting[];
  return postings.filter((posting) => posting.account.startsWith(`${organization}-`));
}

const REFERENCE_FIELDS = ['reversalId', 'refundId', 'paymentId', 'holdId', 'depositId', 'withdrawalId'];

function referenceOf(request: JsonObject): string {
  const field = REFERENCE_FIELDS.find((name) => typeof request[name] === 'string');
  return field === undefined ? '' : String(request[field]);
}

/** Bank whose outbox brought it, or the own bank: payment ids are unique per debtor's bank only. */
function originOf(request: JsonObject, organization: string): string {
  return typeof request.from === 'string' ? request.from : organization;
}

async function loadBalances(database: ReadModelDatabase, accountIds: string[]): Promise<Map<string, bigint>> {
  const rows = await database.db
    .selectFrom('account')
    .select(['account_id', 'booked'])
    .where('account_id', 'in', listOf(database, accountIds))
    .execute();
  return new Map(rows.map((row) => [row.account_id, BigInt(row.booked)]));
}
