import { toLedgerId, toPosition } from '../position.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

/**
 * Events, numbered within their ledger transaction so that every gateway gives an event the same id. A bank keeps its
 * own, those that name its customers and those that name no customer; the central bank, as the regulator, keeps all.
 * They hold public data only.
 */
export const projectEvents: Projection = async ({ database, facts, organization }) => {
  const block = facts.block.number;
  const rows: Row<'event'>[] = [];
  const isOwn = (accountId: string) => accountId.startsWith(`${organization}-`);
  const counts = new Map<number, number>();
  for (const { namespace, transaction, time, entry } of facts.operations) {
    for (const event of entry.events ?? []) {
      const index = counts.get(transaction.index) ?? 0;
      counts.set(transaction.index, index + 1);
      const accounts = accountsOf(event.data);
      const isForeign = namespace !== organization && accounts.length > 0;
      if (isForeign && organization !== REGULATOR && !accounts.some(isOwn)) continue;
      rows.push({
        position: toPosition(block, transaction.index, index),
        event_id: toLedgerId(block, transaction.index, index),
        lane: namespace,
        type: event.type,
        data: JSON.stringify(event.data),
        accounts: JSON.stringify(accounts),
        time,
        transaction_id: transaction.transactionId,
      });
    }
  }
  await putRows(database, 'event', rows);
};

const REGULATOR = 'centralbank';
const ACCOUNT_FIELDS = ['accountId', 'debtorAccount', 'creditorAccount'];

function accountsOf(data: object): string[] {
  const fields = data as Record<string, unknown>;
  return ACCOUNT_FIELDS.map((name) => fields[name]).filter((value) => typeof value === 'string');
}
