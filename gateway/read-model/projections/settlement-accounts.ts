import { putRows } from '../database.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

/** Banks' balances at the central bank. */
export const projectSettlementAccounts: Projection = async ({ database, facts }) => {
  const rows = new Map<string, Row<'settlement_account'>>();
  for (const { namespace, key, value } of facts.rows('settlement-account/')) {
    if (namespace === 'centralbank') rows.set(key, value as Row<'settlement_account'>);
  }
  await putRows(database, 'settlement_account', [...rows.values()]);
};
