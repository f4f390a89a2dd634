import { findBank } from '../core/banks.ts';
import type { BatchRow } from '../core/batch.ts';
import { batchKey } from '../core/batch.ts';
import type { Ledger } from '../core/ledger.ts';
import { minorUnitExponent } from '../core/money.ts';
import { errors } from './errors.ts';
import { due, settleable } from './rules.ts';
import type { Settlement, SettlePair } from './schemas.ts';
import { settledOut, settlementAccounts, settlements } from './store.ts';

/**
 * Settles what one bank has delivered to another, as far as the debtor's balance reaches, in one ledger transaction
 * over the central bank and both banks. Reads immutable batch rows, so running lanes never conflict with it.
 * Refuses, in order: CORE_CURRENCY_UNKNOWN, BANK_UNKNOWN, SAME_BANK, EXISTS_WITH_DIFFERENT_PAYLOAD, BATCH_NOT_FOUND,
 * NOTHING_TO_SETTLE, INSUFFICIENT_BALANCE.
 */
export function settlePair(ledger: Ledger, request: SettlePair): Settlement {
  checkPair(ledger, request);
  const earlier = settlements.find(ledger, request.settlementId);
  if (earlier !== undefined) return repeated(earlier, request);
  const { debtorBank, creditorBank, currency } = request;
  const debtorBatch = loadBatch(ledger, debtorBank, request.debtorSequence);
  const creditorBatch = loadBatch(ledger, creditorBank, request.creditorSequence);
  const [settledRow] = settledOut.findFrom(ledger, debtorBank, [[creditorBank, currency]]);
  const debtor = findBalance(ledger, debtorBank, currency);
  const creditor = findBalance(ledger, creditorBank, currency);

  const settled = BigInt(settledRow?.amount ?? '0');
  const dueAmount = due({
    sent: BigInt(debtorBatch.head.sent[creditorBank]?.[currency] ?? '0'),
    received: BigInt(creditorBatch.head.received[debtorBank]?.[currency] ?? '0'),
    settled,
  });
  if (dueAmount === 0n) throw errors.NOTHING_TO_SETTLE({ debtorBank, creditorBank, currency });
  const amount = settleable(dueAmount, debtor);
  if (amount === 0n) {
    throw errors.INSUFFICIENT_BALANCE({ bank: debtorBank, currency, balance: '0', required: String(dueAmount) });
  }

  const settlement: Settlement = {
    ...request,
    amount: String(amount),
    remaining: String(dueAmount - amount),
    settledAt: ledger.now,
  };
  settlementAccounts.put(ledger, { bank: debtorBank, currency, balance: String(debtor - amount) });
  settlementAccounts.put(ledger, { bank: creditorBank, currency, balance: String(creditor + amount) });
  settlements.put(ledger, settlement);
  ledger.post([
    { account: `centralbank.${debtorBank}`, side: 'D', amount, currency },
    { account: `centralbank.${creditorBank}`, side: 'C', amount, currency },
  ]);
  ledger.emit('PairSettled', settlement);
  applyAtBothBanks(ledger, settlement, settled);
  return settlement;
}

function checkPair(ledger: Ledger, { debtorBank, creditorBank, currency }: SettlePair): void {
  minorUnitExponent(currency);
  for (const bank of [debtorBank, creditorBank]) {
    if (findBank(ledger, bank) === undefined) throw errors.BANK_UNKNOWN({ bank });
  }
  if (debtorBank === creditorBank) throw errors.SAME_BANK({ bank: debtorBank });
}

/** The first result where the request is the same; the batches that it names need not be. */
function repeated(earlier: Settlement, request: SettlePair): Settlement {
  const isSame =
    earlier.debtorBank === request.debtorBank &&
    earlier.creditorBank === request.creditorBank &&
    earlier.currency === request.currency;
  if (!isSame) throw errors.EXISTS_WITH_DIFFERENT_PAYLOAD({ settlementId: request.settlementId });
  return earlier;
}

function loadBatch(ledger: Ledger, bank: string, sequence: number): BatchRow {
  const [row] = ledger.readFrom(bank, [batchKey(sequence)]);
  if (row === undefined || row === null) throw errors.BATCH_NOT_FOUND({ bank, sequence });
  return row as BatchRow;
}

function findBalance(ledger: Ledger, bank: string, currency: string): bigint {
  const account = settlementAccounts.find(ledger, bank, currency);
  return BigInt(account?.balance ?? '0');
}

function applyAtBothBanks(ledger: Ledger, settlement: Settlement, settled: bigint): void {
  const { settlementId, debtorBank, creditorBank, currency } = settlement;
  const common = { settlementId, amount: { amount: settlement.amount, currency }, settledBefore: String(settled) };
  const debtorSide = { ...common, side: 'debtor', counterparty: creditorBank };
  const creditorSide = { ...common, side: 'creditor', counterparty: debtorBank };
  ledger.callOperation(debtorBank, 'settlement:applySettlement', debtorSide);
  ledger.callOperation(creditorBank, 'settlement:applySettlement', creditorSide);
}
