import { authoriseDebit } from '../accounts/index.ts';
import type { Ledger } from '../core/ledger.ts';
import { assertSameCurrency, parseAmount, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { getFundableRequest } from './open-request.ts';
import { assertAvailable, getOpenAccount } from './parties.ts';
import { assertRateWithin, productOf } from './request-product.ts';
import type { OfferFunding, OfferResult } from './schemas.ts';
import type { LoanRequest, Offer } from './servicing/schemas.ts';
import { offerText } from './signing-texts.ts';
import { loanRequests } from './store.ts';

const OFFERS_MAX = 200;

/** The offers beside a new one. What was taken back stands in the batches, and keeps no place. Refuses: OFFERS_FULL. */
function roomIn({ requestId, offers }: LoanRequest): LoanRequest['offers'] {
  if (offers.length < OFFERS_MAX) return offers;
  const open = offers.filter(({ status }) => status === 'OPEN');
  if (open.length >= OFFERS_MAX) throw errors.OFFERS_FULL({ requestId, offers: OFFERS_MAX });
  return open;
}

/**
 * Offers to lend; the money is set aside until the loan is disbursed or the request ends. Keeps L3. Refuses, in order:
 * CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, REQUEST_NOT_FOUND, REQUEST_NOT_OPEN, REQUEST_EXPIRED,
 * CORE_CURRENCY_MISMATCH, RATE_OUTSIDE_PRODUCT, OWN_REQUEST, OFFERS_FULL, ACCOUNT_NOT_HERE, ACCOUNT_NOT_OPEN,
 * ACCOUNTS_SIGNATURE_…, INSUFFICIENT_FUNDS.
 */
export function offerFunding(ledger: Ledger, request: OfferFunding): OfferResult {
  const money = parsePositiveAmount(request.amount);
  const { offerId, requestId, lenderAccount, leastRate } = request;
  const asked = getFundableRequest(ledger, requestId);
  assertSameCurrency(money, parseAmount(asked.amount));
  assertRateWithin(productOf(ledger, asked), leastRate);
  if (lenderAccount === asked.borrowerAccount) throw errors.OWN_REQUEST({ accountId: lenderAccount });
  const others = roomIn(asked);
  const lender = getOpenAccount(ledger, lenderAccount, money);
  authoriseDebit(ledger, lender, { request, text: offerText, amount: money.amount });

  assertAvailable(lender, money.amount);
  const amount = String(money.amount);
  const offer: Offer = { offerId, lenderAccount, amount, leastRate, status: 'OPEN', taken: '0' };

  ledger.book.reserve(lenderAccount, money.amount);
  loanRequests.put(ledger, { ...asked, offers: [...others, offer] });
  ledger.emit('FundingOffered', { requestId, offerId, lenderAccount, amount: request.amount, leastRate });
  return { requestId, ...offer };
}
