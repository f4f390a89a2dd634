import { account, amountFault, bank, firstFault } from './parties.ts';
import { signatureFault } from './signatures.ts';
import {
  type AuditPosting,
  bankOf,
  book,
  bump,
  type LoanRequestState,
  type LoanState,
  type Model,
  refused,
  type Step,
  type Verdict,
} from './state.ts';

/** A step as a row tells it: what was answered, and what was posted. */
type Told = Step & { readonly result?: any; readonly postings?: readonly AuditPosting[] };

const NOTHING: Verdict = { postings: [] };

/** Records what a borrower asks, so that offers can be counted against it, and what mandates offer at once. */
export function requestLoan(model: Model, { lane, request, result }: Told): Verdict {
  const code = amountFault(request.amount);
  if (code !== undefined) return refused(code);
  const state = bank(model, lane);
  const { borrowerAccount: borrower, amount } = request;
  const offers: LoanRequestState['offers'] = new Map();
  for (const { offerId, lenderAccount: lender, amount: offered } of result?.mandated ?? []) {
    const mandate = state.mandates.get(offerId);
    const part = BigInt(offered);
    const { booked, pending, keys } = account(model, lender);
    const isMeant = mandate?.lenderAccount === lender && mandate.productId === request.productId;
    if (!isMeant || request.score === undefined || part > BigInt(mandate.most.amount)) {
      return refused('AUDIT_OFFER_WITHOUT_MANDATE');
    }
    if (keys !== undefined && mandate.signature === undefined) return refused('AUDIT_MANDATE_NOT_SIGNED');
    if (part > booked - pending) return refused('LENDING_INSUFFICIENT_FUNDS');
    account(model, lender).pending += part;
    offers.set(offerId, { lender, amount: part });
  }
  state.loanRequests.set(request.requestId, { borrower, currency: amount.currency, offers });
  return NOTHING;
}

export function setMandate(model: Model, step: Step): Verdict {
  const { lane, request } = step;
  const code = firstFault(
    amountFault(request.most),
    bankOf(request.lenderAccount) === lane ? undefined : 'LENDING_ACCOUNT_NOT_HERE',
    () => holderFault(model, step, request.lenderAccount),
  );
  if (code !== undefined) return refused(code);
  bank(model, lane).mandates.set(request.mandateId, request);
  return NOTHING;
}

export function endMandate(model: Model, { lane, request }: Step): Verdict {
  return bank(model, lane).mandates.delete(request.mandateId) ? NOTHING : refused('LENDING_MANDATE_NOT_FOUND');
}

/** Sets money aside. */
export function offerFunding(model: Model, step: Step): Verdict {
  const { lane, request } = step;
  const asked = bank(model, lane).loanRequests.get(request.requestId);
  const amount = BigInt(request.amount.amount);
  const lender = request.lenderAccount as string;
  const code = firstFault(
    amountFault(request.amount),
    asked === undefined ? 'LENDING_REQUEST_NOT_FOUND' : undefined,
    bankOf(lender) === lane ? undefined : 'LENDING_ACCOUNT_NOT_HERE',
    () => signatureFault(model, step, lender),
    () =>
      amount > account(model, lender).booked - account(model, lender).pending
        ? 'LENDING_INSUFFICIENT_FUNDS'
        : undefined,
  );
  if (code !== undefined) return refused(code);
  account(model, lender).pending += amount;
  asked?.offers.set(request.offerId, { lender, amount });
  return NOTHING;
}

export function withdrawOffer(model: Model, { lane, request }: Step): Verdict {
  const asked = bank(model, lane).loanRequests.get(request.requestId);
  const offer = asked?.offers.get(request.offerId);
  if (asked === undefined || offer === undefined) return refused('LENDING_OFFER_NOT_FOUND');
  account(model, offer.lender).pending -= offer.amount;
  asked.offers.delete(request.offerId);
  return NOTHING;
}

/** A request that ends sets all its money free. */
export function endRequests(model: Model, { lane, request, result }: Told): Verdict {
  const ended: readonly string[] = request.requestId === undefined ? result.expired : [request.requestId];
  for (const requestId of ended) if (!release(model, lane, requestId)) return refused('LENDING_REQUEST_NOT_OPEN');
  return NOTHING;
}

function release(model: Model, lane: string, requestId: string): boolean {
  const { loanRequests } = bank(model, lane);
  const asked = loanRequests.get(requestId);
  if (asked === undefined) return false;
  for (const { lender, amount } of asked.offers.values()) account(model, lender).pending -= amount;
  return loanRequests.delete(requestId);
}

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
  state.loans.set(request.loanId, { borrower, currency, balance: principal, shares });
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
  if (net(own, `${lane}.loan-principal`) !== loan.balance - balance) return refused('AUDIT_PRINCIPAL_DIFFERS');
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

/** What moves no money yet is signed where the account has keys, and need not be where it has none. */
const holderFault = (model: Model, step: Step, holder: string): string | undefined =>
  account(model, holder).keys === undefined ? undefined : signatureFault(model, step, holder);

/** Changes what is earned, and moves nobody's money. */
export function accrue(_model: Model, told: Told): Verdict {
  const own = ownPostings(told);
  if (net(own, `${told.lane}.loan-principal`) !== 0n) return refused('AUDIT_PRINCIPAL_DIFFERS');
  return pairsOf(told.lane, own) ?? { postings: own };
}

const ownPostings = ({ lane, postings = [] }: Told): AuditPosting[] =>
  postings.filter(({ account: name }) => name.startsWith(`${lane}.loan-`));

/** Credits less debits of an account. */
const net = (postings: readonly AuditPosting[], name: string): bigint =>
  postings
    .filter((posting) => posting.account === name)
    .reduce((total, { side, amount }) => total + (side === 'C' ? BigInt(amount) : -BigInt(amount)), 0n);

/** What borrowers owe stands against what is owed on to lenders, for principal and for interest. */
function pairsOf(lane: string, own: readonly AuditPosting[]): Verdict | undefined {
  for (const [claim, debt] of [
    ['principal', 'funding'],
    ['interest-receivable', 'interest-due'],
  ] as const) {
    if (net(own, `${lane}.loan-${claim}`) + net(own, `${lane}.loan-${debt}`) !== 0n)
      return refused('AUDIT_CLAIM_WITHOUT_DEBT');
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
