import type { Ledger } from '../core/ledger.ts';
import type { Amount } from '../core/money.ts';
import { isHeldAt } from './find-account.ts';
import { credited, debited, released, reserved } from './rules.ts';
import type { Account, DirectoryEntry } from './schemas.ts';
import { accounts, directory, suspenses } from './store.ts';

/** Id under which money is booked that came back for an account which can no longer take it. */
export const suspenseAccount = (bank: string): string => `${bank}.suspense`;

/** An account of this bank, or undefined. */
export function findOwnAccount(ledger: Ledger, accountId: string): Account | undefined {
  return isHeldAt(ledger.namespace, accountId) ? accounts.find(ledger, accountId) : undefined;
}

/** What another bank tells about an account of its own, or undefined. */
export function findForeignAccount(ledger: Ledger, bank: string, accountId: string): DirectoryEntry | undefined {
  const [entry] = directory.findFrom(ledger, bank, [[accountId]]);
  return entry;
}

/** Loads own accounts together, for an operation that touches many. */
export function prefetchAccounts(ledger: Ledger, accountIds: readonly string[]): void {
  const own = accountIds.filter((accountId) => isHeldAt(ledger.namespace, accountId));
  accounts.demand(
    ledger,
    own.map((accountId) => [accountId]),
  );
}

/** Books a credit. The caller posts it. */
export function creditAccount(ledger: Ledger, account: Account, amount: bigint): Account {
  return saved(ledger, credited(account, amount));
}

/** Books a debit that was found to be covered. The caller posts it. */
export function debitAccount(ledger: Ledger, account: Account, amount: bigint): Account {
  return saved(ledger, debited(account, amount));
}

/** Sets funds aside for a hold. */
export function reserveFunds(ledger: Ledger, account: Account, amount: bigint): Account {
  return saved(ledger, reserved(account, amount));
}

/** Gives a hold's funds back. */
export function releaseFunds(ledger: Ledger, account: Account, amount: bigint): Account {
  return saved(ledger, released(account, amount));
}

/** Books money that no customer account can take; the bank owes it until it finds the owner (A7). */
export function creditSuspense(ledger: Ledger, money: Amount): void {
  const { currency, amount } = money;
  const before = suspenses.find(ledger, currency) ?? { currency, credits: '0', items: 0 };
  suspenses.put(ledger, { currency, credits: String(BigInt(before.credits) + amount), items: before.items + 1 });
}

function saved(ledger: Ledger, account: Account): Account {
  accounts.put(ledger, account);
  return account;
}
