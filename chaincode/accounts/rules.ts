import type { Account, AccountStatus } from './schemas.ts';

/** Booked balance of a credit-normal account: posted credits minus posted debits. */
export const bookedBalance = (account: Account): bigint => BigInt(account.bookedCredits) - BigInt(account.bookedDebits);

/** What may still be spent: booked minus pending debits. Pending credits never count (A2). */
export const availableBalance = (account: Account): bigint => bookedBalance(account) - BigInt(account.pendingDebits);

/** The account after a posted credit. */
export const credited = (account: Account, amount: bigint): Account => ({
  ...account,
  bookedCredits: String(BigInt(account.bookedCredits) + positive(amount)),
});

/** The account after a posted debit; keeps A2, so the caller decides about cover beforehand. */
export const debited = (account: Account, amount: bigint): Account =>
  covered({ ...account, bookedDebits: String(BigInt(account.bookedDebits) + positive(amount)) });

/** The account with an amount set aside for a hold. */
export const reserved = (account: Account, amount: bigint): Account =>
  covered({ ...account, pendingDebits: String(BigInt(account.pendingDebits) + positive(amount)) });

/** The account with a hold's amount given back. */
export function released(account: Account, amount: bigint): Account {
  const pendingDebits = BigInt(account.pendingDebits) - positive(amount);
  if (pendingDebits < 0n) throw new Error(`Invariant A3: ${account.accountId} would release more than it holds.`);
  return { ...account, pendingDebits: String(pendingDebits) };
}

const transitions = {
  freeze: { OPEN: 'FROZEN' },
  unfreeze: { FROZEN: 'OPEN' },
  close: { OPEN: 'CLOSED' },
} as const satisfies Record<string, Partial<Record<AccountStatus, AccountStatus>>>;

export type AccountAction = keyof typeof transitions;

/** The status that an action leads to, or undefined where the state table has no such step (A5). */
export const statusAfter = (status: AccountStatus, action: AccountAction): AccountStatus | undefined =>
  (transitions[action] as Partial<Record<AccountStatus, AccountStatus>>)[status];

function positive(amount: bigint): bigint {
  if (amount <= 0n) throw new Error(`Invariant L1: a posting of ${amount} is not positive.`);
  return amount;
}

function covered(account: Account): Account {
  if (availableBalance(account) < 0n) throw new Error(`Invariant A2: ${account.accountId} would be overdrawn.`);
  return account;
}
