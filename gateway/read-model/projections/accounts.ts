import type { EntryPosting, EntryStanding } from '@tangram/chaincode/core/batch.ts';
import type { JsonObject } from '@tangram/chaincode/core/ledger.ts';
import type { OperationFact } from '../block-facts.ts';
import { listOf, type ReadModelDatabase } from '../database.ts';
import { toLedgerId, toPosition } from '../position.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

/**
 * The own bank's customer accounts after the block, and their entries with the balance after each: the accounts before
 * the block with what its operations tell of their standing, and with their postings.
 */
export const projectAccounts: Projection = async ({ database, facts, organization }) => {
  const own = facts.operations.filter(({ namespace }) => namespace === organization);
  const accounts = await loadAccounts(database, touchedBy(own, organization));
  const touched = new Set<Row<'account'>>();
  const rows: Row<'entry'>[] = [];
  const counts = new Map<number, number>();
  for (const fact of own) {
    for (const standing of fact.entry.standings ?? []) touched.add(applyStanding(accounts, standing));
    for (const posting of fact.entry.postings ?? []) {
      if (!isOwn(posting.account, organization)) continue;
      const account = accounts.get(posting.account);
      if (account === undefined) throw new Error(`${posting.account} is booked on before it was opened`);
      applyPosting(account, posting);
      touched.add(account);
      const index = counts.get(fact.transaction.index) ?? 0;
      counts.set(fact.transaction.index, index + 1);
      rows.push(entryRow(fact, { posting, index, block: facts.block.number, balance: account.booked, organization }));
    }
  }
  await putRows(database, 'account', [...touched]);
  await putRows(database, 'entry', rows);
};

function entryRow(
  { transaction, entry, time }: OperationFact,
  at: { posting: EntryPosting; index: number; block: bigint; balance: string; organization: string },
): Row<'entry'> {
  const { posting, index, block, balance, organization } = at;
  return {
    position: toPosition(block, transaction.index, index),
    entry_id: toLedgerId(block, transaction.index, index),
    account_id: posting.account,
    side: posting.side,
    amount: posting.amount,
    currency: posting.currency,
    balance,
    operation: entry.operation,
    reference: posting.reference ?? referenceOf(entry.request),
    origin_bank: originOf(entry.request, organization),
    booking_time: time,
    value_date: posting.valueDate ?? time.slice(0, 10),
    transaction_id: transaction.transactionId,
  };
}

/** Internal accounts are named `<bank>.<name>` and have no customer. */
const isOwn = (accountId: string, organization: string): boolean => accountId.startsWith(`${organization}-`);

function touchedBy(facts: OperationFact[], organization: string): string[] {
  const ids = new Set<string>();
  for (const { entry } of facts) {
    for (const { accountId } of entry.standings ?? []) ids.add(accountId);
    for (const { account } of entry.postings ?? []) if (isOwn(account, organization)) ids.add(account);
  }
  return [...ids];
}

function applyStanding(accounts: Map<string, Row<'account'>>, standing: EntryStanding): Row<'account'> {
  const { accountId, currency, status, pending } = standing;
  const row = accounts.get(accountId) ?? { account_id: accountId, currency, status, booked: '0', pending };
  accounts.set(accountId, row);
  return Object.assign(row, { status, pending });
}

function applyPosting(account: Row<'account'>, { side, amount }: EntryPosting): void {
  const change = side === 'C' ? BigInt(amount) : -BigInt(amount);
  account.booked = String(BigInt(account.booked) + change);
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

async function loadAccounts(database: ReadModelDatabase, ids: string[]): Promise<Map<string, Row<'account'>>> {
  if (ids.length === 0) return new Map();
  const rows = await database.db
    .selectFrom('account')
    .selectAll()
    .where('account_id', 'in', listOf(database, ids))
    .execute();
  return new Map(rows.map((row) => [row.account_id, row]));
}
