import type { Settlement } from '@tangram/chaincode/settlement/schemas.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

/** Banks' balances at the central bank, and the settlements that moved them. */
export const projectSettlementAccounts: Projection = async ({ database, facts }) => {
  const accounts = new Map<string, Row<'settlement_account'>>();
  for (const { namespace, key, value } of facts.rows('settlement-account/')) {
    if (namespace === 'centralbank') accounts.set(key, value as Row<'settlement_account'>);
  }
  await putRows(database, 'settlement_account', [...accounts.values()]);

  const settlements = new Map<string, Row<'settlement'>>();
  for (const { namespace, value, transaction } of facts.rows('settlement/')) {
    if (namespace !== 'centralbank') continue;
    const settlement = value as Settlement;
    settlements.set(settlement.settlementId, {
      settlement_id: settlement.settlementId,
      debtor_bank: settlement.debtorBank,
      creditor_bank: settlement.creditorBank,
      currency: settlement.currency,
      amount: settlement.amount,
      settled_at: settlement.settledAt,
      transaction_id: transaction.transactionId,
      block: facts.block.number,
    });
  }
  await putRows(database, 'settlement', [...settlements.values()]);
};
