import type { Ledger } from '../core/ledger.ts';
import { assertSameCurrency, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { offerOnScore } from './mandates.ts';
import { assertMayAsk, listOpen, resultOf } from './open-request.ts';
import { assertFuture, getOpenAccount } from './parties.ts';
import { provenScore } from './proven-score.ts';
import { assertMinimumWithin, assertWithinProduct, getProductOf } from './request-product.ts';
import { parseDate } from './schedule/dates.ts';
import type { RequestLoan, RequestResult } from './schemas.ts';
import type { LoanRequest } from './servicing/schemas.ts';
import { loanRequests } from './store.ts';

/**
 * Asks lenders for a loan; those who gave a mandate for the product offer at once to a borrower whose score was approved.
 * Keeps L3. Refuses, in order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, EXPIRY_PAST,
 * PRODUCT_NOT_FOUND, CORE_CURRENCY_MISMATCH, AMOUNT_, INSTALMENTS_, RATE_OUTSIDE_PRODUCT, SCORE_MISSING to
 * CREDIT_CONSENT_REVOKED (provenScore), MINIMUM_ABOVE_AMOUNT, MINIMUM_BELOW_PRODUCT, DATE_INVALID, ACCOUNT_NOT_HERE,
 * ACCOUNT_NOT_OPEN, REQUESTS_FULL.
 */
export function requestLoan(ledger: Ledger, request: RequestLoan): RequestResult {
  const money = parsePositiveAmount(request.amount);
  assertFuture(ledger, request.expiresAt);
  const product = getProductOf(ledger, request);
  assertSameCurrency({ amount: 0n, currency: product.currency }, money);
  assertWithinProduct(product, request);
  const score = provenScore(ledger, product, request);
  const minimum = parsePositiveAmount(request.minimumAmount ?? request.amount);
  assertSameCurrency(minimum, money);
  if (minimum.amount > money.amount) {
    throw errors.MINIMUM_ABOVE_AMOUNT({ minimum: String(minimum.amount), amount: request.amount.amount });
  }
  assertMinimumWithin(product, minimum.amount);
  if (request.firstDueDate !== undefined) parseDate(request.firstDueDate);
  getOpenAccount(ledger, request.borrowerAccount, money);
  assertMayAsk(ledger, request.borrowerAccount);

  const { minimumAmount: _minimum, score: _claim, ...asked } = request;
  const mandated = score === undefined ? [] : offerOnScore(ledger, request, score);
  const row: LoanRequest = {
    ...asked,
    status: 'OPEN',
    minimumAmount: String(minimum.amount),
    requestedAt: ledger.now,
    offers: mandated,
    ...(score === undefined ? {} : { score }),
  };

  loanRequests.put(ledger, row);
  listOpen(ledger, row);
  const { requestId, borrowerAccount, amount, highestRate, expiresAt } = request;
  ledger.emit('LoanRequested', { requestId, borrowerAccount, amount, highestRate, expiresAt });
  return { ...resultOf(row), ...(mandated.length === 0 ? {} : { mandated }) };
}
