import { type AccountState, type BankState, bankOf, DEFAULT_LIMIT, type Model, outstanding } from './state.ts';

export interface Leg {
  readonly lane: string;
  readonly debtor: string;
  readonly creditor: string;
  readonly currency: string;
  readonly amount: bigint;
}

/** Why the account that pays cannot, cover left aside. */
export function debtorFault(model: Model, leg: Leg): string | undefined {
  if (bankOf(leg.debtor) !== leg.lane) return 'PAYMENTS_DEBTOR_NOT_HELD_HERE';
  const account = bank(model, leg.lane).accounts.get(leg.debtor);
  if (account === undefined) return 'PAYMENTS_DEBTOR_UNKNOWN';
  if (account.status === 'CLOSED') return 'PAYMENTS_DEBTOR_CLOSED';
  if (account.status === 'FROZEN') return 'PAYMENTS_DEBTOR_FROZEN';
  return account.currency === leg.currency ? undefined : 'PAYMENTS_DEBTOR_CURRENCY_MISMATCH';
}

/** Why the account that is paid cannot be; money given back reaches a frozen account too. */
export function creditorFault(model: Model, leg: Leg, isGivenBack = false): string | undefined {
  const home = bankOf(leg.creditor);
  if (!model.banks.has(home)) return 'PAYMENTS_CREDITOR_BANK_UNKNOWN';
  // Without a common order of the lanes nobody can say what another bank's directory held at that moment.
  if (home !== leg.lane && !model.isOrdered) return undefined;
  const account = bank(model, home).accounts.get(leg.creditor);
  if (account === undefined) return 'PAYMENTS_CREDITOR_UNKNOWN';
  if (account.status === 'CLOSED') return 'PAYMENTS_CREDITOR_CLOSED';
  if (account.status === 'FROZEN' && !isGivenBack) return 'PAYMENTS_CREDITOR_FROZEN';
  return account.currency === leg.currency ? undefined : 'PAYMENTS_CREDITOR_CURRENCY_MISMATCH';
}

export function coverFault(model: Model, leg: Leg): string | undefined {
  const { booked, pending } = account(model, leg.debtor);
  return leg.amount > booked - pending ? 'PAYMENTS_INSUFFICIENT_FUNDS' : undefined;
}

export function limitFault(model: Model, leg: Leg): string | undefined {
  const to = bankOf(leg.creditor);
  if (to === leg.lane || !model.isOrdered) return undefined;
  const limit = model.limits.get(`${leg.lane}/${to}/${leg.currency}`) ?? DEFAULT_LIMIT;
  return outstanding(model, { ...leg, to }) + leg.amount > limit ? 'PAYMENTS_LIMIT_EXCEEDED' : undefined;
}

export function bank(model: Model, name: string): BankState {
  const found = model.banks.get(name);
  if (found === undefined) throw new Error(`the auditor knows no bank ${name}`);
  return found;
}

export function account(model: Model, accountId: string): AccountState {
  const found = bank(model, bankOf(accountId)).accounts.get(accountId);
  if (found === undefined) throw new Error(`the auditor knows no account ${accountId}`);
  return found;
}

/** The first of several faults, in documented precedence. */
export function firstFault(...faults: (string | undefined | (() => string | undefined))[]): string | undefined {
  for (const fault of faults) {
    const code = typeof fault === 'function' ? fault() : fault;
    if (code !== undefined) return code;
  }
  return undefined;
}

const WITH_MINOR_UNITS = new Set(['CNY', 'USD', 'EUR', 'JPY', 'KWD', 'CLF']);

/** Why a sum of money is no amount to pay. */
export function amountFault(money: { amount: string; currency: string }): string | undefined {
  if (!WITH_MINOR_UNITS.has(money.currency)) return 'CORE_CURRENCY_UNKNOWN';
  return BigInt(money.amount) > 0n ? undefined : 'CORE_AMOUNT_NOT_POSITIVE';
}
