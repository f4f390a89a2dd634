import type { Standing } from '@tangram/chaincode/core/book/holding.ts';
import type { JsonObject, Posting } from '@tangram/chaincode/core/ledger.ts';
import type { BatchFact, OperationFact } from '../block-facts.ts';
import { loadAccounts } from '../projection-memory.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import { isOwnAccount, numberOf, type Projection, type ProjectionContext } from './projection.ts';

/**
 * Entries of the own bank's customer accounts with the balance after each, and with them the accounts: as they stood
 * before the block, with what its operations tell of their standing and with their postings.
 */
export const projectEntries: Projection = async (context) => {
  const { database, facts, memory, organization } = context;
  const own = facts.batches.filter(({ header }) => header.lane === organization);
  await loadAccounts(database, memory, unknownOf(context, own));
  const rows: Row<'entry'>[] = [];
  for (const batch of own) {
    const place = { next: 0n };
    for (const fact of batch.operations) {
      for (const standing of fact.standings) applyStanding(context, standing);
      for (const posting of fact.postings) {
        if (!isOwnAccount(posting.account, organization)) continue;
        rows.push(book(context, posting, { batch, fact, place: place.next }));
        place.next += 1n;
      }
    }
  }
  await putRows(database, 'entry', rows);
};

/** Accounts that the batches book on and the memory does not hold. */
function unknownOf({ memory, organization }: ProjectionContext, batches: BatchFact[]): Set<string> {
  const ids = new Set<string>();
  for (const { operations } of batches) {
    for (const { standings, postings } of operations) {
      for (const { accountId } of standings) if (!memory.accounts.has(accountId)) ids.add(accountId);
      for (const { account } of postings) {
        if (isOwnAccount(account, organization) && !memory.accounts.has(account)) ids.add(account);
      }
    }
  }
  return ids;
}

function applyStanding({ memory, touched }: ProjectionContext, standing: Standing): void {
  const { accountId, currency, status, pending } = standing;
  const before = memory.accounts.get(accountId);
  const row = before ?? { account_id: accountId, currency, booked: '0', last_entry: null, last_payment: null };
  const after = Object.assign(row, { status, pending: String(pending) });
  memory.accounts.set(accountId, after);
  touched.add(after);
}

function book(
  context: ProjectionContext,
  posting: Posting,
  { batch, fact, place }: { batch: BatchFact; fact: OperationFact; place: bigint },
): Row<'entry'> {
  const { memory, touched, organization } = context;
  const { account: accountId, side, amount, valueDate } = posting;
  const account = memory.accounts.get(accountId);
  if (account === undefined) throw new Error(`${accountId} is booked on before it was opened`);
  memory.last.entry += 1n;
  const number = memory.last.entry;
  const previous = account.last_entry;
  const before = account.balance ?? BigInt(account.booked);
  account.balance = side === 'C' ? before + amount : before - amount;
  account.booked = String(account.balance);
  account.last_entry = number;
  touched.add(account);
  return {
    number,
    account_id: accountId,
    previous,
    batch: numberOf(context, batch),
    place,
    side,
    amount: String(amount),
    balance: account.booked,
    operation: fact.operation,
    reference: posting.reference ?? referenceOf(fact.request),
    origin_bank: originOf(fact.request, organization),
    value_date: valueDate === undefined || valueDate === batch.header.time.slice(0, 10) ? null : valueDate,
  };
}

const REFERENCE_FIELDS = ['reversalId', 'refundId', 'paymentId', 'holdId', 'depositId', 'withdrawalId'];

function referenceOf(request: JsonObject): string {
  for (const name of REFERENCE_FIELDS) {
    const id = request[name];
    if (typeof id === 'string') return id;
  }
  return '';
}

/** Bank whose outbox brought it, or the own bank: payment ids are unique per debtor's bank only. */
function originOf(request: JsonObject, organization: string): string {
  return typeof request.from === 'string' ? request.from : organization;
}
