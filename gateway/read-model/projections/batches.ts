import { putRows } from '../put-rows.ts';
import type { Projection } from './projection.ts';

/** The batches and accounts that earlier projections of the block refer to: runs after them. */
export const projectBatchesAndAccounts: Projection = async ({ database, facts, batches, touched }) => {
  const rows = [...batches].map(([{ transaction, header }, number]) => ({
    number,
    block: facts.block.number,
    tx: BigInt(transaction.index),
    time: header.time,
    transaction_id: transaction.transactionId,
  }));
  await putRows(database, 'batch', rows);
  await putRows(database, 'account', [...touched]);
};
