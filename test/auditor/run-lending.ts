import { account, amountFault, bank, firstFault } from './parties.ts';
import { holderFault, release } from './run-loan-requests.ts';
import { signatureFault } from './signatures.ts';
import {
  type AuditPosting,
  book,
  bump,
  type LoanState,
  type Model,
  refused,
  type Step,
  type Verdict,
} from './state.ts';

/** A step as a row tells it: what was answered, and what was posted. */
type Told = Step & { readonly result?: any; readonly postings?: readonly AuditPosting[] };

const NOTHING: Verdict = { postings: [] };

/** Lenders pay no more than they offered, the borrower gets it all but for the fee, and every offer is free again. */
export function disburseLoan(model: Model, { lane, request, result }: Told): Verdict {
  const state = bank(model, lane);
  const asked = state.loanRequests.get(request.requestId);
  if (asked === undefined) return refused('LENDING_REQUEST_NOT_OPEN');
  const { currency, borrower } = asked;
  const offered = new Map<string, bigint>();
  for (const { lender, amount } of asked.offers.values()) bump(offered, lender, amount);
  const shares = sharesOf(result.shares);
  const principal = BigInt(result.principal.amount);
  const paidOut = BigInt(result.paidOut.amount);
  if (sum(shares) !== principal || paidOut > principal) return refused('AUDIT_SHARES_ARE_NOT_THE_LOAN');
  for (const [lender, share] of shares) {
    if (share > (offered.get(lender) ?? 0n)) return refused('AUDIT_LENDER_PAYS_MORE_THAN_OFFERED');
  }

  release(model, lane, request.requestId);
  const postings: AuditPosting[] = [];
  const own = (name: string) => `${lane}.loan-${name}`;
  for (const [lender, share] of shares) {
    account(model, lender).booked -= share;
    postings.push({ account: lender, side: 'D', amount: String(share), currency });
  }
  account(model, borrower).booked += paidOut;
  postings.push({ account: borrower, side: 'C', amount: String(paidOut), currency });
  if (paidOut < principal) {
    postings.push({ account: own('fees'), side: 'C', amount: String(principal - paidOut), currency });
    bump(state.income, currency, principal - paidOut);
  }
  book(postings, { from: own('principal'), to: own('funding'), amount: principal, currency });
  state.loans.set(request.loanId, { borrower, currency, balance: principal, shares, isWrittenOff: false });
  return { postings };
}

/** A debtor pays the lenders by their shares, to the last unit, and the bank its fee. */
export function collect(model: Model, told: Told): Verdict {
  const { lane, request, result } = told;
  const state = bank(model, lane);
  const loan = state.loans.get(request.loanId);
  if (loan === undefined) return refused('LENDING_LOAN_NOT_FOUND');
  const { currency } = loan;
  const debtor = account(model, request.debtorAccount ?? loan.borrower);
  const amount = BigInt(request.amount.amount);
  const balance = BigInt(result.balance.amount);
  const parts = sharesOf(
    result.lenders.map(({ lenderAccount, amount: part }: any) => ({ lenderAccount, principal: part })),
  );
  const paid = sum(parts);
  const fault = firstFault(
    amountFault(request.amount),
    () => signatureFault(model, told, request.debtorAccount ?? loan.borrower),
    amount > debtor.booked - debtor.pending ? 'LENDING_INSUFFICIENT_FUNDS' : undefined,
    paid > amount ? 'AUDIT_LENDERS_GET_MORE_THAN_IS_PAID' : undefined,
    sameParts(parts, split(weightsOf(loan), paid)) ? undefined : 'AUDIT_PARTS_ARE_NOT_BY_SHARES',
    balance < 0n || balance > loan.balance ? 'AUDIT_BALANCE_GROWS' : undefined,
  );
  if (fault !== undefined) return refused(fault);

  const own = ownPostings(told);
  if (net(own, `${lane}.loan-fees`) + net(own, `${lane}.loan-corrections`) !== amount - paid) {
    return refused('AUDIT_FEE_IS_NOT_WHAT_IS_LEFT');
  }
  if (net(own, `${lane}.${claimOf(loan)}`) !== loan.balance - balance) return refused('AUDIT_PRINCIPAL_DIFFERS');
  const postings: AuditPosting[] = [...own];
  debtor.booked -= amount;
  postings.push({ account: request.debtorAccount ?? loan.borrower, side: 'D', amount: String(amount), currency });
  for (const [lender, part] of parts) postings.push(credit(model, lane, { lender, part, currency }));
  bump(state.income, currency, amount - paid);
  reduce(loan, balance);
  return pairsOf(lane, own) ?? { postings };
}

function credit(model: Model, lane: string, due: { lender: string; part: bigint; currency: string }): AuditPosting {
  const { lender, part, currency } = due;
  const amount = String(part);
  if (account(model, lender).status !== 'CLOSED') {
    account(model, lender).booked += part;
    return { account: lender, side: 'C', amount, currency };
  }
  bump(bank(model, lane).suspense, currency, part);
  return { account: `${lane}.suspense`, side: 'C', amount, currency };
}

export function offerShare(model: Model, step: Step): Verdict {
  const { lane, request } = step;
  const { loans, shareSales } = bank(model, lane);
  const held = loans.get(request.loanId)?.shares.get(request.sellerAccount) ?? 0n;
  const code = holderFault(model, step, request.sellerAccount);
  if (code !== undefined) return refused(code);
  if (BigInt(request.principal.amount) > held) return refused('LENDING_SHARE_TOO_SMALL');
  shareSales.set(request.saleId, request);
  return NOTHING;
}

export function buyShare(model: Model, step: Step): Verdict {
  const { lane, request } = step;
  const { loans, shareSales } = bank(model, lane);
  const sale = shareSales.get(request.saleId);
  const loan = loans.get(sale?.loanId);
  if (sale === undefined || loan === undefined) return refused('LENDING_SALE_NOT_FOUND');
  const buyer = request.buyerAccount as string;
  const code = signatureFault(model, step, buyer);
  if (code !== undefined) return refused(code);
  const { amount: price, currency } = sale.price;
  const principal = BigInt(sale.principal.amount);
  const held = loan.shares.get(sale.sellerAccount) ?? 0n;
  if (held < principal) return refused('LENDING_SHARE_TOO_SMALL');
  if (BigInt(price) > account(model, buyer).booked - account(model, buyer).pending) {
    return refused('LENDING_INSUFFICIENT_FUNDS');
  }
  account(model, buyer).booked -= BigInt(price);
  account(model, sale.sellerAccount).booked += BigInt(price);
  bump(loan.shares, buyer, principal);
  if (held === principal) loan.shares.delete(sale.sellerAccount);
  else loan.shares.set(sale.sellerAccount, held - principal);
  shareSales.delete(request.saleId);
  const postings: AuditPosting[] = [];
  book(postings, { from: buyer, to: sale.sellerAccount, amount: BigInt(price), currency });
  return { postings };
}

/** Changes what is earned, and moves nobody's money. */
export function accrue(_model: Model, told: Told): Verdict {
  const own = ownPostings(told);
  if (net(own, `${told.lane}.loan-principal`) !== 0n) return refused('AUDIT_PRINCIPAL_DIFFERS');
  return pairsOf(told.lane, own) ?? { postings: own };
}

/** Moves all principal that is left to what was written off; the claim stays, and nobody's money moves. */
export function writeOffLoan(model: Model, told: Told): Verdict {
  const { lane, request } = told;
  const loan = bank(model, lane).loans.get(request.loanId);
  if (loan === undefined || loan.isWrittenOff) return refused('LENDING_LOAN_WRITTEN_OFF');
  const own = ownPostings(told);
  if (net(own, `${lane}.loan-principal`) !== loan.balance) return refused('AUDIT_PRINCIPAL_DIFFERS');
  loan.isWrittenOff = true;
  return pairsOf(lane, own) ?? { postings: own };
}

/** Where the principal of a loan stands. */
const claimOf = ({ isWrittenOff }: LoanState): string => (isWrittenOff ? 'loan-written-off' : 'loan-principal');

const ownPostings = ({ lane, postings = [] }: Told): AuditPosting[] =>
  postings.filter(({ account: name }) => name.startsWith(`${lane}.loan-`));

/** Credits less debits of an account. */
const net = (postings: readonly AuditPosting[], name: string): bigint =>
  postings
    .filter((posting) => posting.account === name)
    .reduce((total, { side, amount }) => total + (side === 'C' ? BigInt(amount) : -BigInt(amount)), 0n);

/** What borrowers owe stands against what is owed on to lenders, for principal and for interest. */
function pairsOf(lane: string, own: readonly AuditPosting[]): Verdict | undefined {
  for (const names of [
    ['principal', 'written-off', 'funding'],
    ['interest-receivable', 'interest-due'],
  ]) {
    const sums = names.map((name) => net(own, `${lane}.loan-${name}`));
    if (sums.reduce((total, each) => total + each, 0n) !== 0n) return refused('AUDIT_CLAIM_WITHOUT_DEBT');
  }
  return undefined;
}

const sharesOf = (shares: readonly { lenderAccount: string; principal: string }[]): Map<string, bigint> =>
  new Map(shares.map(({ lenderAccount, principal }) => [lenderAccount, BigInt(principal)]));
const sum = (shares: ReadonlyMap<string, bigint>): bigint =>
  [...shares.values()].reduce((total, part) => total + part, 0n);

/** Floors by shares, then one unit each in order. */
function split(shares: ReadonlyMap<string, bigint>, amount: bigint): Map<string, bigint> {
  const held = [...shares].map(([lender, share]) => [lender, sum(shares) === 0n ? 1n : share] as const);
  const total = held.reduce((all, [, share]) => all + share, 0n);
  let rest = amount - held.reduce((all, [, share]) => all + (amount * share) / total, 0n);
  return new Map(
    held.map(([lender, share]) => {
      const isLucky = rest > 0n && share > 0n;
      if (isLucky) rest -= 1n;
      return [lender, (amount * share) / total + (isLucky ? 1n : 0n)];
    }),
  );
}

function sameParts(found: ReadonlyMap<string, bigint>, expected: ReadonlyMap<string, bigint>): boolean {
  return [...expected].every(([lender, part]) => (found.get(lender) ?? 0n) === part);
}

/** What comes in after the last principal is split as that was. */
const weightsOf = ({ shares, lastShares = shares }: LoanState) => (sum(shares) === 0n ? lastShares : shares);

function reduce(loan: LoanState, balance: bigint): void {
  if (sum(loan.shares) > 0n) loan.lastShares = new Map(loan.shares);
  const parts = split(loan.shares, loan.balance - balance);
  for (const [lender, share] of loan.shares) loan.shares.set(lender, share - (parts.get(lender) ?? 0n));
  loan.balance = balance;
}
