import { putRows } from '../database.ts';
import { toLedgerId, toPosition } from '../position.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

/** Events of every operation, numbered within their ledger transaction. They hold public data only. */
export const projectEvents: Projection = async ({ database, facts }) => {
  const block = facts.block.number;
  const rows: Row<'event'>[] = [];
  const counts = new Map<number, number>();
  for (const { transaction, time, entry } of facts.operations) {
    for (const event of entry.events ?? []) {
      const index = counts.get(transaction.index) ?? 0;
      counts.set(transaction.index, index + 1);
      rows.push({
        position: toPosition(block, transaction.index, index),
        event_id: toLedgerId(block, transaction.index, index),
        type: event.type,
        data: JSON.stringify(event.data),
        accounts: JSON.stringify(accountsOf(event.data)),
        time,
        transaction_id: transaction.transactionId,
      });
    }
  }
  await putRows(database, 'event', rows);
};

const ACCOUNT_FIELDS = ['accountId', 'debtorAccount', 'creditorAccount'];

function accountsOf(data: object): string[] {
  return Object.entries(data)
    .filter(([name, value]) => ACCOUNT_FIELDS.includes(name) && typeof value === 'string')
    .map(([, value]) => value as string);
}
