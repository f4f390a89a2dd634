import { putRows } from '../put-rows.ts';
import type { Projection } from './projection.ts';

/** Every ledger transaction with its place and validation code, invalid ones too. */
export const projectTransactions: Projection = async ({ database, facts }) => {
  const { block } = facts;
  const rows = block.transactions.map((transaction) => ({
    transaction_id: transaction.transactionId,
    block: block.number,
    tx: BigInt(transaction.index),
    time: transaction.time,
    validation_code: BigInt(transaction.validationCode),
  }));
  await putRows(database, 'ledger_transaction', rows);
};
