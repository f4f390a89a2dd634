import { findOwnAccount } from '../accounts/index.ts';
import { findBank } from '../core/banks.ts';
import { availableBalance, type Holding } from '../core/book/holding.ts';
import { bankOfAccount } from '../core/identifiers.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Amount } from '../core/money.ts';
import { checkPairLimit } from '../settlement/index.ts';
import { errors } from './errors.ts';

export interface Creditor {
  readonly bank: string;
  readonly accountId: string;
  /** Set when the creditor is a customer of this bank. */
  readonly own: Holding | undefined;
}

/** Refuses: SAME_ACCOUNT. */
export function assertTwoAccounts(debtorAccount: string, creditorAccount: string): void {
  if (debtorAccount === creditorAccount) throw errors.SAME_ACCOUNT({ accountId: debtorAccount });
}

/** The account that pays. Refuses, in order: DEBTOR_NOT_HELD_HERE, _UNKNOWN, _CLOSED, _FROZEN, _CURRENCY_MISMATCH. */
export function getDebtor(ledger: Ledger, accountId: string, currency: string): Holding {
  const bank = ledger.namespace;
  if (bankOfAccount(accountId) !== bank) throw errors.DEBTOR_NOT_HELD_HERE({ accountId, bank });
  const account = findOwnAccount(ledger, accountId);
  if (account === undefined) throw errors.DEBTOR_UNKNOWN({ accountId });
  if (account.status === 'CLOSED') throw errors.DEBTOR_CLOSED({ accountId });
  if (account.status === 'FROZEN') throw errors.DEBTOR_FROZEN({ accountId });
  if (account.currency !== currency) {
    throw errors.DEBTOR_CURRENCY_MISMATCH({ accountId, accountCurrency: account.currency, currency });
  }
  return account;
}

/**
 * The account that is paid, here or at another bank. Money that goes back to its owner may reach a frozen account.
 * Refuses, in order: CREDITOR_BANK_UNKNOWN, CREDITOR_BANK_LEAVING, _UNKNOWN, _CLOSED, _FROZEN, _CURRENCY_MISMATCH.
 */
export function getCreditor(
  ledger: Ledger,
  accountId: string,
  { currency, isGivenBack = false }: { currency: string; isGivenBack?: boolean },
): Creditor {
  const bank = bankOfAccount(accountId);
  if (bank !== ledger.namespace) assertBank(ledger, bank, isGivenBack);
  const own = bank === ledger.namespace ? findOwnAccount(ledger, accountId) : undefined;
  const account = bank === ledger.namespace ? own : ledger.findListing(bank, accountId);
  if (account === undefined) throw errors.CREDITOR_UNKNOWN({ accountId });
  if (account.status === 'CLOSED') throw errors.CREDITOR_CLOSED({ accountId });
  if (account.status === 'FROZEN' && !isGivenBack) throw errors.CREDITOR_FROZEN({ accountId });
  if (account.currency !== currency) {
    throw errors.CREDITOR_CURRENCY_MISMATCH({ accountId, accountCurrency: account.currency, currency });
  }
  return { bank, accountId, own };
}

/** Refuses: CREDITOR_BANK_UNKNOWN, CREDITOR_BANK_LEAVING. */
function assertBank(ledger: Ledger, bank: string, isGivenBack: boolean): void {
  const found = findBank(ledger, bank);
  if (found === undefined) throw errors.CREDITOR_BANK_UNKNOWN({ bank });
  if (found.status === 'LEAVING' && !isGivenBack) throw errors.CREDITOR_BANK_LEAVING({ bank });
}

/** Refuses: INSUFFICIENT_FUNDS. */
export function assertAvailable(account: Holding, required: bigint): void {
  const available = availableBalance(account);
  if (required <= available) return;
  throw errors.INSUFFICIENT_FUNDS({
    accountId: account.accountId,
    available: String(available),
    required: String(required),
  });
}

/** Within a bank there is no limit. Refuses: LIMIT_EXCEEDED. */
export function assertWithinLimit(ledger: Ledger, creditor: Creditor, money: Amount): void {
  if (creditor.bank === ledger.namespace) return;
  const { isWithin, limit, used } = checkPairLimit(ledger, creditor.bank, money);
  if (isWithin) return;
  throw errors.LIMIT_EXCEEDED({
    debtorBank: ledger.namespace,
    creditorBank: creditor.bank,
    currency: money.currency,
    limit: String(limit),
    used: String(used),
    required: String(money.amount),
  });
}
