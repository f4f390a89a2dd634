import { findOwnAccount } from '../accounts/index.ts';
import type { Ledger, Posting } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { type Match, matchOffers } from './funding/match-offers.ts';
import { bookEntries } from './loan-accounts.ts';
import { today } from './loan-books.ts';
import { endRequest, getFundableRequest } from './open-request.ts';
import { getOpenAccount } from './parties.ts';
import { register } from './register.ts';
import { productOf } from './request-product.ts';
import { buildSchedule } from './schedule/build-schedule.ts';
import { addMonths, formatDate } from './schedule/dates.ts';
import { formatRate, parseDecimal } from './schedule/fraction.ts';
import type { SchedulePreviewRequest } from './schedule/schemas.ts';
import type { DisbursedLoan, DisburseLoan } from './schemas.ts';
import { scaledRate } from './servicing/loan.ts';
import { balloonOf } from './servicing/loan-record.ts';
import type { LoanProduct } from './servicing/product-schemas.ts';
import type { Loan, LoanRequest, Offer } from './servicing/schemas.ts';
import { calendarTermsOf } from './set-calendar.ts';
import { accruals, loans, referenceRates } from './store.ts';

/**
 * Matches a request with its offers, pays the borrower and gives birth to the loan, all in one commit. Offers that are
 * not taken are free again, wholly or in part. Keeps L3 and L4. Refuses, in order: REQUEST_NOT_FOUND, REQUEST_NOT_OPEN,
 * REQUEST_EXPIRED, FUNDING_TOO_LOW, ACCOUNT_NOT_HERE, ACCOUNT_NOT_OPEN (borrower, then lenders), REFERENCE_RATE_NOT_FOUND,
 * those of a schedule.
 */
export function disburseLoan(ledger: Ledger, { loanId, requestId }: DisburseLoan): DisbursedLoan {
  const request = getFundableRequest(ledger, requestId);
  const { match, offers } = matchedOffers(request);
  const { currency } = request.amount;
  const money = { amount: match.amount, currency };
  getOpenAccount(ledger, request.borrowerAccount, money);
  for (const { lenderAccount } of offers.filter(isTaken)) getOpenAccount(ledger, lenderAccount, money);
  const product = productOf(ledger, request);

  const { loan, disbursementFee } = bornLoan(ledger, { loanId, request: { ...request, offers }, match, product });
  const paidOut = match.amount - disbursementFee;

  endRequest(ledger, { ...request, offers: takeOffers(ledger, offers) }, { status: 'FUNDED', loanId });
  ledger.post(disbursementPostings(ledger, loan, { paidOut, disbursementFee }));
  bookEntries(ledger, currency, [{ debit: 'loan-principal', credit: 'loan-funding', amount: match.amount }]);
  loans.put(ledger, loan);
  const accrualDate = loan.disbursementDate;
  accruals.put(ledger, { loanId, accrualDate, recognised: '0', bucket: 'current' });
  register(ledger, loanId);
  const { borrowerAccount, principal, annualRate, disbursementDate, dueDates, shares } = loan;
  ledger.emit('LoanDisbursed', { loanId, requestId, borrowerAccount, principal, annualRate });
  const paid = { amount: String(paidOut), currency };
  const terms = { annualRate, disbursementDate, dueDates };
  return { loanId, requestId, borrowerAccount, principal, paidOut: paid, ...terms, shares };
}

const isTaken = (offer: Offer): boolean => offer.taken !== '0';

/** Offers with what is taken of each. Refuses: FUNDING_TOO_LOW. */
function matchedOffers(request: LoanRequest): { match: Match; offers: Offer[] } {
  const open = request.offers.filter(({ status }) => status === 'OPEN');
  const terms = open.map(({ offerId, amount, leastRate }) => ({ offerId, amount: BigInt(amount), leastRate }));
  const asked = {
    amount: BigInt(request.amount.amount),
    minimumAmount: BigInt(request.minimumAmount),
    highestRate: request.highestRate,
    rule: request.matching,
  };
  const match = matchOffers(asked, terms);
  if (match === undefined) {
    const fit = terms.filter(({ leastRate }) => scaledRate(leastRate) <= scaledRate(request.highestRate));
    const offered = String(fit.reduce((sum, { amount }) => sum + amount, 0n));
    throw errors.FUNDING_TOO_LOW({ requestId: request.requestId, offered, minimum: request.minimumAmount });
  }
  const taken = new Map(open.map(({ offerId }, index) => [offerId, String(match.taken[index])]));
  const offers = request.offers.map((offer) => ({ ...offer, taken: taken.get(offer.offerId) ?? '0' }));
  return { match, offers };
}

/** Frees what was set aside for the offers that are taken, so that it can be lent; the signature under the offer covers it. */
function takeOffers(ledger: Ledger, offers: readonly Offer[]): Offer[] {
  return offers.map((offer): Offer => {
    if (!isTaken(offer)) return offer;
    ledger.book.release(offer.lenderAccount, BigInt(offer.amount));
    return { ...offer, status: 'TAKEN' };
  });
}

interface Birth {
  readonly loanId: string;
  readonly request: LoanRequest;
  readonly match: Match;
  readonly product: LoanProduct;
}

function bornLoan(ledger: Ledger, { loanId, request, match, product }: Birth): { loan: Loan; disbursementFee: bigint } {
  const day = today(ledger);
  const { currency } = request.amount;
  const principal = { amount: String(match.amount), currency };
  const rate = rateOf(ledger, product, match.annualRate);
  const balloon = balloonOf(match.amount, parseDecimal(product.balloonShare ?? '0'));
  const firstDueDate = request.firstDueDate ?? formatDate(firstDue(day, product));
  const calendar = calendarTermsOf(ledger, product);
  const { instalments, disbursementFee, instalmentFee } = buildSchedule({
    ...scheduleTerms(product),
    ...(calendar === undefined ? {} : { calendar }),
    ...(product.method === 'balloon' ? { balloon: { amount: String(balloon), currency } } : {}),
    principal,
    annualRate: rate.annualRate,
    instalments: request.instalments,
    disbursementDate: formatDate(day),
    firstDueDate,
  });
  const taken = request.offers.filter(isTaken);
  const loan: Loan = {
    loanId,
    requestId: request.requestId,
    status: 'ACTIVE',
    borrowerAccount: request.borrowerAccount,
    product,
    principal,
    ...rate,
    disbursementDate: formatDate(day),
    dueDates: instalments.map(({ due }) => formatDate(due)),
    balloon: String(balloon),
    instalmentFee: String(instalmentFee),
    shares: sharesOfOffers(taken),
    events: [],
    securities: [],
    ...(request.score === undefined ? {} : { score: request.score }),
  };
  return { loan, disbursementFee };
}

/** A lender who made several offers holds one share. */
function sharesOfOffers(offers: readonly Offer[]): Loan['shares'] {
  const shares = new Map<string, bigint>();
  for (const { lenderAccount, taken } of offers) {
    shares.set(lenderAccount, (shares.get(lenderAccount) ?? 0n) + BigInt(taken));
  }
  return [...shares].map(([lenderAccount, principal]) => ({ lenderAccount, principal: String(principal) }));
}

/** A floating rate is the reference rate of the day and the margin. Refuses: REFERENCE_RATE_NOT_FOUND. */
export function rateOf(ledger: Ledger, { referenceRateId: rateId }: LoanProduct, rate: string) {
  if (rateId === undefined) return { annualRate: rate };
  const [reference] = referenceRates.findFrom(ledger, 'consortium', [[rateId]]);
  if (reference === undefined) throw errors.REFERENCE_RATE_NOT_FOUND({ rateId });
  return { annualRate: formatRate(scaledRate(reference.annualRate) + scaledRate(rate)), margin: rate };
}

function firstDue(day: number, { frequency: { every, unit } }: LoanProduct): number {
  if (unit === 'month') return addMonths(day, every);
  return day + every * (unit === 'week' ? 7 : 1);
}

type ScheduleTerms = Pick<SchedulePreviewRequest, 'dayCount' | 'frequency' | 'method'> &
  Partial<SchedulePreviewRequest>;

/** What due dates and fees follow from; principal and interest are the servicing's to plan. */
function scheduleTerms(product: LoanProduct): ScheduleTerms {
  const { dayCount, frequency, method, endOfMonth, rollConvention } = product;
  const { disbursementFee, instalmentFee } = product;
  return {
    dayCount,
    frequency,
    method,
    ...(endOfMonth === undefined ? {} : { endOfMonth }),
    ...(rollConvention === undefined ? {} : { rollConvention }),
    ...(disbursementFee === undefined ? {} : { disbursementFee }),
    ...(instalmentFee === undefined ? {} : { instalmentFee }),
  };
}

/** Lenders pay the borrower, who gets the principal less the fee. */
function disbursementPostings(
  ledger: Ledger,
  { shares, principal, borrowerAccount }: Loan,
  { paidOut, disbursementFee }: { readonly paidOut: bigint; readonly disbursementFee: bigint },
): Posting[] {
  const { currency } = principal;
  const postings = shares.map((share): Posting => {
    const amount = BigInt(share.principal);
    if (findOwnAccount(ledger, share.lenderAccount)?.keys !== undefined) {
      ledger.book.grantDebit(share.lenderAccount, amount);
    }
    return { account: share.lenderAccount, side: 'D', amount, currency };
  });
  postings.push({ account: borrowerAccount, side: 'C', amount: paidOut, currency });
  if (disbursementFee > 0n) {
    postings.push({ account: `${ledger.namespace}.loan-fees`, side: 'C', amount: disbursementFee, currency });
  }
  return postings;
}
