import { termsOf } from '@tangram/chaincode/settlement/index.ts';
import type { ReadModelDatabase } from '../database.ts';
import { type NetworkState, pairKey } from '../network-state.ts';
import type { PositionView, SettlementAccountView } from '../types.ts';

/** A bank's balances at the central bank, one per currency. */
export function listSettlementAccounts({ db }: ReadModelDatabase, bank: string): Promise<SettlementAccountView[]> {
  return db.selectFrom('settlement_account').selectAll().where('bank', '=', bank).orderBy('currency').execute();
}

/** What every bank owes every other, per currency in which it ever sent. */
export function listPositions(network: NetworkState): PositionView[] {
  const positions: PositionView[] = [];
  for (const [debtorBank, lane] of network.lanes) {
    for (const [creditorBank, currencies] of Object.entries(lane.counters.sent)) {
      for (const [currency, sent] of Object.entries(currencies)) {
        positions.push(positionOf(network, { debtorBank, creditorBank, currency, sent }));
      }
    }
  }
  return positions;
}

function positionOf(
  network: NetworkState,
  pair: Pick<PositionView, 'debtorBank' | 'creditorBank' | 'currency' | 'sent'>,
): PositionView {
  const { debtorBank, creditorBank, currency, sent } = pair;
  const key = pairKey(debtorBank, creditorBank, currency);
  const settled = network.settled.get(key) ?? 0n;
  const { limit, settleAtShare } = network.terms.get(key) ?? termsOf(undefined);
  return {
    ...pair,
    received: network.lanes.get(creditorBank)?.counters.received[debtorBank]?.[currency] ?? '0',
    settled: String(settled),
    outstanding: String(BigInt(sent) - settled),
    limit: String(limit),
    settleAtShare,
  };
}

/** Block of a valid ledger transaction. */
export async function findBlockOf({ db }: ReadModelDatabase, transactionId: string): Promise<bigint | undefined> {
  const row = await db
    .selectFrom('ledger_transaction')
    .select('block')
    .where('transaction_id', '=', transactionId)
    .where('validation_code', '=', 0n)
    .executeTakeFirst();
  return row?.block;
}

/** Where a settlement stands on the ledger. */
export async function findSettlement(
  { db }: ReadModelDatabase,
  settlementId: string,
): Promise<{ transactionId: string; blockNumber: string } | undefined> {
  const row = await db
    .selectFrom('settlement')
    .select(['transaction_id', 'block'])
    .where('settlement_id', '=', settlementId)
    .executeTakeFirst();
  return row && { transactionId: row.transaction_id, blockNumber: String(row.block) };
}
