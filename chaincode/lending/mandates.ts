import { assertSigned, findOwnAccount } from '../accounts/index.ts';
import { availableBalance } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import { assertSameCurrency, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { getOpenAccount } from './parties.ts';
import { assertRateWithin, getProductOf } from './request-product.ts';
import { smaller } from './schedule/fraction.ts';
import type { EndMandate, MandateResult, ProductReference, RequestLoan, SetMandate } from './schemas.ts';
import { scaledRate } from './servicing/loan.ts';
import type { LoanMandates, LoanRequest, Mandate, Offer } from './servicing/schemas.ts';
import { mandateText } from './signing-texts.ts';
import { loanRequests, mandates, scoreUses } from './store.ts';

const MANDATES_MAX = 50;

/**
 * A lender has the bank offer for them, up to an amount a loan, whenever a borrower with an approved score asks under a
 * product. Refuses, in order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, PRODUCT_NOT_FOUND, CORE_CURRENCY_MISMATCH,
 * RATE_OUTSIDE_PRODUCT, MANDATES_FULL, ACCOUNT_NOT_HERE, ACCOUNT_NOT_OPEN, ACCOUNTS_SIGNATURE_….
 */
export function setMandate(ledger: Ledger, request: SetMandate): MandateResult {
  const money = parsePositiveAmount(request.most);
  const { mandateId, lenderAccount, leastRate, productId, productVersion } = request;
  const product = getProductOf(ledger, request);
  assertSameCurrency({ amount: 0n, currency: product.currency }, money);
  assertRateWithin(product, leastRate);
  const others = mandatesOf(ledger, request);
  if (others.length >= MANDATES_MAX) {
    throw errors.MANDATES_FULL({ productId, version: productVersion, mandates: MANDATES_MAX });
  }
  const lender = getOpenAccount(ledger, lenderAccount, money);
  const isSigned = lender.keys !== undefined;
  if (isSigned) assertSigned(ledger, lender, { request, text: mandateText });

  const mandate: Mandate = { mandateId, lenderAccount, most: String(money.amount), leastRate, isSigned };

  mandates.put(ledger, { productId, productVersion, mandates: [...others, mandate] });
  ledger.emit('LoanMandateSet', { mandateId, lenderAccount, productId, productVersion });
  return { productId, productVersion, ...mandate };
}

/** Ends a mandate; what was offered under it stays. Refuses: MANDATE_NOT_FOUND. */
export function endMandate(ledger: Ledger, request: EndMandate): MandateResult {
  const { mandateId, productId, productVersion } = request;
  const all = mandatesOf(ledger, request);
  const mandate = all.find((each) => each.mandateId === mandateId);
  if (mandate === undefined) throw errors.MANDATE_NOT_FOUND({ mandateId, productId, version: productVersion });

  mandates.put(ledger, { productId, productVersion, mandates: all.filter((each) => each !== mandate) });
  ledger.emit('LoanMandateEnded', { mandateId, lenderAccount: mandate.lenderAccount });
  return { productId, productVersion, ...mandate };
}

/** The mandates under a product, in the order in which they were given. */
export const listMandates = (
  ledger: Ledger,
  { productId, version: productVersion }: ProductReference,
): LoanMandates => ({ productId, productVersion, mandates: [...mandatesOf(ledger, { productId, productVersion })] });

const mandatesOf = (
  ledger: Ledger,
  { productId, productVersion }: Pick<SetMandate, 'productId' | 'productVersion'>,
): LoanMandates['mandates'] => mandates.find(ledger, productId, String(productVersion))?.mandates ?? [];

/**
 * Offers under mandates for a request that rests on a score. A score stands for one loan: while a request on it is open or
 * funded, another one is for lenders to judge themselves, or one borrower could take every lender's whole account.
 */
export function offerOnScore(ledger: Ledger, request: RequestLoan, score: NonNullable<LoanRequest['score']>): Offer[] {
  const used = scoreUses.find(ledger, score.scoredBy, score.scoreId);
  const status = used && loanRequests.find(ledger, used.requestId)?.status;
  if (status === 'OPEN' || status === 'FUNDED') return [];
  const offers = offerByMandates(ledger, request);
  if (offers.length > 0) scoreUses.put(ledger, { ...score, requestId: request.requestId });
  return offers;
}

/**
 * Offers for lenders who gave a mandate, as much as it and their account allow, and sets the money aside. One that was
 * given without a signature ends where its account gets keys: the bank alone may not spend from it any more.
 */
function offerByMandates(ledger: Ledger, request: RequestLoan): Offer[] {
  const { requestId, borrowerAccount, highestRate, amount } = request;
  return mandatesOf(ledger, request).flatMap(({ mandateId, lenderAccount, most, leastRate, isSigned }): Offer[] => {
    if (lenderAccount === borrowerAccount || scaledRate(leastRate) > scaledRate(highestRate)) return [];
    const lender = findOwnAccount(ledger, lenderAccount);
    if (lender?.status !== 'OPEN' || (lender.keys !== undefined && !isSigned)) return [];
    const part = smaller(smaller(BigInt(most), BigInt(amount.amount)), availableBalance(lender));
    if (part <= 0n) return [];
    if (lender.keys !== undefined) ledger.book.grantDebit(lenderAccount, part);
    ledger.book.reserve(lenderAccount, part);
    const money = { amount: String(part), currency: amount.currency };
    ledger.emit('FundingOffered', { requestId, offerId: mandateId, lenderAccount, amount: money, leastRate });
    return [{ offerId: mandateId, lenderAccount, amount: money.amount, leastRate, status: 'OPEN', taken: '0' }];
  });
}
