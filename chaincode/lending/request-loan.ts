import type { Ledger } from '../core/ledger.ts';
import { assertSameCurrency, parsePositiveAmount } from '../core/money.ts';
import { provenDecision } from '../credit/index.ts';
import { errors } from './errors.ts';
import { listOpen, resultOf } from './open-request.ts';
import { assertFuture, getOpenAccount } from './parties.ts';
import { parseDate } from './schedule/dates.ts';
import type { RequestLoan, RequestResult } from './schemas.ts';
import { scaledRate } from './servicing/loan.ts';
import type { LoanProduct, LoanRequest } from './servicing/schemas.ts';
import { loanRequests, products } from './store.ts';

/**
 * Asks lenders for a loan. Keeps L3. Refuses, in order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, EXPIRY_PAST,
 * PRODUCT_NOT_FOUND, CORE_CURRENCY_MISMATCH, AMOUNT_, INSTALMENTS_, RATE_OUTSIDE_PRODUCT, SCORE_MISSING,
 * SCORE_NOT_PROVEN, SCORE_NOT_APPROVED, MINIMUM_ABOVE_AMOUNT,
 * DATE_INVALID, ACCOUNT_NOT_HERE, ACCOUNT_NOT_OPEN.
 */
export function requestLoan(ledger: Ledger, request: RequestLoan): RequestResult {
  const money = parsePositiveAmount(request.amount);
  assertFuture(ledger, request.expiresAt);
  const product = getProduct(ledger, request);
  assertSameCurrency({ amount: 0n, currency: product.currency }, money);
  assertWithinProduct(product, request);
  const score = provenScore(ledger, product, request);
  const minimum = parsePositiveAmount(request.minimumAmount ?? request.amount);
  assertSameCurrency(minimum, money);
  if (minimum.amount > money.amount) {
    throw errors.MINIMUM_ABOVE_AMOUNT({ minimum: String(minimum.amount), amount: request.amount.amount });
  }
  if (request.firstDueDate !== undefined) parseDate(request.firstDueDate);
  getOpenAccount(ledger, request.borrowerAccount, money);

  const { minimumAmount: _minimum, score: _claim, ...asked } = request;
  const row: LoanRequest = {
    ...asked,
    status: 'OPEN',
    minimumAmount: String(minimum.amount),
    requestedAt: ledger.now,
    offers: [],
    ...(score === undefined ? {} : { score }),
  };

  loanRequests.put(ledger, row);
  listOpen(ledger, row);
  const { requestId, borrowerAccount, amount, highestRate, expiresAt } = request;
  ledger.emit('LoanRequested', { requestId, borrowerAccount, amount, highestRate, expiresAt });
  return resultOf(row);
}

/** Refuses: PRODUCT_NOT_FOUND. */
function getProduct(ledger: Ledger, { productId, productVersion: version }: RequestLoan): LoanProduct {
  const [product] = products.findFrom(ledger, 'consortium', [[productId, String(version)]]);
  if (product === undefined) throw errors.PRODUCT_NOT_FOUND({ productId, version });
  return product;
}

/** The score on which a request rests. Refuses, in order: SCORE_MISSING, SCORE_NOT_PROVEN, SCORE_NOT_APPROVED. */
function provenScore(ledger: Ledger, product: LoanProduct, request: RequestLoan): LoanRequest['score'] {
  const { score, borrowerAccount: accountId } = request;
  if (score === undefined) {
    if (product.requiresScore === true) throw errors.SCORE_MISSING({ productId: product.productId });
    return undefined;
  }
  const { scoredBy, scoreId } = score;
  const decision = provenDecision(ledger, { ...score, subjectId: accountId });
  if (decision === undefined) throw errors.SCORE_NOT_PROVEN({ scoredBy, scoreId, accountId });
  if (decision !== 'APPROVED') throw errors.SCORE_NOT_APPROVED({ scoreId, decision });
  return { scoredBy, scoreId };
}

/** Refuses, in order: AMOUNT_, INSTALMENTS_, RATE_OUTSIDE_PRODUCT. */
function assertWithinProduct(product: LoanProduct, { amount, instalments, highestRate }: RequestLoan): void {
  const { productId, leastInstalments, mostInstalments } = product;
  const asked = BigInt(amount.amount);
  if (asked < BigInt(product.leastPrincipal) || asked > BigInt(product.mostPrincipal)) {
    const bounds = { least: product.leastPrincipal, most: product.mostPrincipal };
    throw errors.AMOUNT_OUTSIDE_PRODUCT({ productId, ...bounds, amount: amount.amount });
  }
  if (instalments < leastInstalments || instalments > mostInstalments) {
    const bounds = { least: leastInstalments, most: mostInstalments };
    throw errors.INSTALMENTS_OUTSIDE_PRODUCT({ productId, ...bounds, instalments });
  }
  const rate = scaledRate(highestRate);
  if (rate < scaledRate(product.lowestRate) || rate > scaledRate(product.highestRate)) {
    const bounds = { least: product.lowestRate, most: product.highestRate };
    throw errors.RATE_OUTSIDE_PRODUCT({ productId, ...bounds, rate: highestRate });
  }
}
