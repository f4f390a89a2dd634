import type { Ledger } from '../core/ledger.ts';
import { assertNotWithdrawn, provenDecision } from '../credit/index.ts';
import { errors } from './errors.ts';
import type { RequestLoan } from './schemas.ts';
import type { LoanProduct } from './servicing/product-schemas.ts';
import type { LoanRequest } from './servicing/schemas.ts';

const DAY_MILLISECONDS = 86_400_000;
/** For how long a score counts where the product does not say. */
const VALID_DAYS = 30;

/**
 * The score on which a request rests. No error tells what was decided. Refuses, in order: SCORE_MISSING, SCORE_NOT_PROVEN,
 * SCORE_NOT_APPROVED, SCORE_EXPIRED, CREDIT_SUBJECT_ERASED, CREDIT_CONSENT_REVOKED.
 */
export function provenScore(ledger: Ledger, product: LoanProduct, request: RequestLoan): LoanRequest['score'] {
  const { score, borrowerAccount: accountId } = request;
  if (score === undefined) {
    if (product.requiresScore === true) throw errors.SCORE_MISSING({ productId: product.productId });
    return undefined;
  }
  const { scoredBy, scoreId } = score;
  const proven = provenDecision(ledger, { ...score, subjectId: accountId });
  if (proven === undefined) throw errors.SCORE_NOT_PROVEN({ scoredBy, scoreId, accountId });
  if (proven.decision !== 'APPROVED') throw errors.SCORE_NOT_APPROVED({ scoreId });
  const { scoredAt } = proven.statement;
  const { scoreValidDays: days = VALID_DAYS } = product;
  // At its very end a score has ended.
  if (ledger.nowMilliseconds >= Date.parse(scoredAt) + days * DAY_MILLISECONDS) {
    throw errors.SCORE_EXPIRED({ scoreId, scoredAt, days });
  }
  assertNotWithdrawn(ledger, proven.statement);
  return { scoredBy, scoreId };
}
