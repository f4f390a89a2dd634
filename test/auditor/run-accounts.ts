import { account, amountFault, bank, firstFault } from './parties.ts';
import { signatureFault } from './signatures.ts';
import { type AuditPosting, bankOf, book, bump, type Model, refused, type Step, type Verdict } from './state.ts';

export function openAccount(model: Model, { lane, request }: Step): Verdict {
  const { accounts } = bank(model, lane);
  const code = firstFault(
    amountFault({ amount: '1', currency: request.currency }),
    bankOf(request.accountId) === lane ? undefined : 'ACCOUNTS_ACCOUNT_ID_RESERVED',
  );
  if (code !== undefined) return refused(code);
  accounts.set(request.accountId, { currency: request.currency, status: 'OPEN', booked: 0n, pending: 0n });
  return { postings: [] };
}

export function changeStatus(model: Model, { lane, request, operation }: Step): Verdict {
  const action = operation.split(':')[1];
  const found = bankOf(request.accountId) === lane ? bank(model, lane).accounts.get(request.accountId) : undefined;
  if (found === undefined) return refused('ACCOUNTS_ACCOUNT_NOT_FOUND');
  if (found.status === 'CLOSED') return refused('ACCOUNTS_ACCOUNT_CLOSED');
  if (action === 'unfreezeAccount') {
    if (found.status === 'OPEN') return refused('ACCOUNTS_ACCOUNT_NOT_FROZEN');
    found.status = 'OPEN';
    return { postings: [] };
  }
  if (found.status === 'FROZEN') return refused('ACCOUNTS_ACCOUNT_FROZEN');
  if (action === 'closeAccount') {
    if (found.pending > 0n) return refused('ACCOUNTS_ACCOUNT_HAS_PENDING');
    if (found.booked > 0n) return refused('ACCOUNTS_ACCOUNT_NOT_EMPTY');
  }
  found.status = action === 'closeAccount' ? 'CLOSED' : 'FROZEN';
  return { postings: [] };
}

export function cash(model: Model, step: Step): Verdict {
  const { lane, request, operation } = step;
  const isDeposit = operation === 'accounts:deposit';
  const state = bank(model, lane);
  const { currency } = request.amount;
  const amount = BigInt(request.amount.amount);
  const found = bankOf(request.accountId) === lane ? state.accounts.get(request.accountId) : undefined;
  const code = firstFault(
    amountFault(request.amount),
    found === undefined ? 'ACCOUNTS_ACCOUNT_NOT_FOUND' : undefined,
    found?.status === 'CLOSED' ? 'ACCOUNTS_ACCOUNT_CLOSED' : undefined,
    found?.status === 'FROZEN' ? 'ACCOUNTS_ACCOUNT_FROZEN' : undefined,
    found?.currency === currency ? undefined : 'ACCOUNTS_CURRENCY_MISMATCH',
    () => (isDeposit ? undefined : signatureFault(model, step, request.accountId)),
    () =>
      !isDeposit && amount > (found?.booked ?? 0n) - (found?.pending ?? 0n) ? 'ACCOUNTS_INSUFFICIENT_FUNDS' : undefined,
    () =>
      balanceFault(model, `${lane}/${currency}`, (state.reserves.get(currency) ?? 0n) + (isDeposit ? amount : -amount)),
  );
  if (code !== undefined) return refused(code);
  const change = isDeposit ? amount : -amount;
  account(model, request.accountId).booked += change;
  bump(state.reserves, currency, change);
  const postings: AuditPosting[] = [];
  const [from, to] = isDeposit ? [`${lane}.reserves`, request.accountId] : [request.accountId, `${lane}.reserves`];
  book(postings, { from, to, amount, currency });
  return { postings };
}

/** Reserves stay within the settlement balance on both sides of zero. */
function balanceFault(model: Model, key: string, reservesAfter: bigint): string | undefined {
  if (!model.isOrdered) return undefined;
  const size = reservesAfter < 0n ? -reservesAfter : reservesAfter;
  return size > (model.balances.get(key) ?? 0n) ? 'SETTLEMENT_BALANCE_EXCEEDED' : undefined;
}

export function issueOrWithdraw(model: Model, { request, operation }: Step): Verdict {
  const isIssue = operation === 'settlement:issue';
  const { bank: name } = request;
  const { currency } = request.amount;
  const key = `${name}/${currency}`;
  const amount = BigInt(request.amount.amount);
  const balance = model.balances.get(key) ?? 0n;
  const reserves = model.banks.get(name)?.reserves.get(currency) ?? 0n;
  const code = firstFault(
    amountFault(request.amount),
    model.banks.has(name) ? undefined : 'SETTLEMENT_BANK_UNKNOWN',
    !isIssue && amount > balance ? 'SETTLEMENT_INSUFFICIENT_BALANCE' : undefined,
    !isIssue && model.isOrdered && reserves > 0n && balance - amount < reserves
      ? 'SETTLEMENT_BALANCE_BACKS_CUSTOMERS'
      : undefined,
  );
  if (code !== undefined) return refused(code);
  bump(model.balances, key, isIssue ? amount : -amount);
  const postings: AuditPosting[] = [];
  const [from, to] = isIssue
    ? ['centralbank.issued', `centralbank.${name}`]
    : [`centralbank.${name}`, 'centralbank.issued'];
  book(postings, { from, to, amount, currency });
  return { postings };
}

export function setLimit(model: Model, { request }: Step): Verdict {
  const { debtorBank, creditorBank, currency, limit } = request;
  const code = firstFault(
    amountFault({ amount: '1', currency }),
    model.banks.has(debtorBank) && model.banks.has(creditorBank) ? undefined : 'SETTLEMENT_BANK_UNKNOWN',
    debtorBank === creditorBank ? 'SETTLEMENT_SAME_BANK' : undefined,
  );
  if (code !== undefined) return refused(code);
  model.limits.set(`${debtorBank}/${creditorBank}/${currency}`, BigInt(limit));
  return { postings: [] };
}
