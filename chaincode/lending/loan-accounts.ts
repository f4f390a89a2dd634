import { creditSuspense, findOwnAccount, suspenseAccount } from '../accounts/index.ts';
import type { Ledger, Posting } from '../core/ledger.ts';
import type { Share } from './funding/shares.ts';
import { splitByShares } from './funding/shares.ts';

/**
 * The bank's own accounts about loans, as `<bank>.<name>`. The lenders own the loans and the bank keeps them, so what
 * borrowers owe stands against what is owed on to lenders.
 */
export type LoanAccount =
  | 'loan-principal'
  | 'loan-funding'
  | 'loan-interest-receivable'
  | 'loan-interest-due'
  | 'loan-fees'
  | 'loan-corrections'
  | 'loan-written-off';

export interface Entry {
  readonly debit: LoanAccount;
  readonly credit: LoanAccount;
  /** Below zero it is booked the other way round. */
  readonly amount: bigint;
}

/** Books entries between the bank's own accounts about loans; each is balanced by itself. */
export function bookEntries(ledger: Ledger, currency: string, entries: readonly Entry[]): void {
  const postings = entries
    .filter(({ amount }) => amount !== 0n)
    .flatMap(({ debit, credit, amount }): Posting[] => {
      const [from, to] = amount > 0n ? [debit, credit] : [credit, debit];
      const size = amount > 0n ? amount : -amount;
      return [
        { account: `${ledger.namespace}.${from}`, side: 'D', amount: size, currency },
        { account: `${ledger.namespace}.${to}`, side: 'C', amount: size, currency },
      ];
    });
  if (postings.length > 0) ledger.post(postings);
}

export interface LenderPart {
  readonly lenderAccount: string;
  readonly amount: string;
}

export interface Collection {
  readonly debtorAccount: string;
  readonly currency: string;
  readonly amount: bigint;
  /** The bank's part; below zero it gives some back. */
  readonly fee: bigint;
  readonly shares: readonly Share[];
}

/**
 * Takes money from a debtor and gives it to the lenders by their shares, to the last unit, but for the bank's fee. What a
 * lender's account cannot take any more is owed to its holder. What backdating shifted beyond the money at hand is kept
 * apart as a correction.
 */
export function collect(ledger: Ledger, { debtorAccount, currency, amount, fee, shares }: Collection): LenderPart[] {
  const toLenders = amount > fee ? amount - fee : 0n;
  const parts = splitByShares(toLenders, shares);
  const postings: Posting[] = [{ account: debtorAccount, side: 'D', amount, currency }];
  const lenders: LenderPart[] = [];
  for (const [index, { lenderAccount }] of shares.entries()) {
    const part = parts[index]!;
    if (part === 0n) continue;
    postings.push({
      account: payee(ledger, lenderAccount, { amount: part, currency }),
      side: 'C',
      amount: part,
      currency,
    });
    lenders.push({ lenderAccount, amount: String(part) });
  }
  ledger.post([...postings, ...feePostings(ledger, { fee, currency, correction: fee - (amount - toLenders) })]);
  return lenders;
}

function feePostings(ledger: Ledger, booked: { fee: bigint; currency: string; correction: bigint }): Posting[] {
  const { fee, currency, correction } = booked;
  const own = (name: LoanAccount, credit: bigint): Posting[] => {
    if (credit === 0n) return [];
    const account = `${ledger.namespace}.${name}`;
    return [{ account, side: credit > 0n ? 'C' : 'D', amount: credit > 0n ? credit : -credit, currency }];
  };
  return [...own('loan-fees', fee), ...own('loan-corrections', -correction)];
}

function payee(ledger: Ledger, accountId: string, money: { amount: bigint; currency: string }): string {
  if (findOwnAccount(ledger, accountId)?.status !== 'CLOSED') return accountId;
  creditSuspense(ledger, money);
  return suspenseAccount(ledger.namespace);
}
