import type { Ledger } from '../core/ledger.ts';
import { provenDecision } from '../credit/index.ts';
import { errors } from './errors.ts';
import type { RequestLoan } from './schemas.ts';
import type { LoanProduct } from './servicing/product-schemas.ts';
import type { LoanRequest } from './servicing/schemas.ts';

/**
 * The score on which a request rests. No error tells what was decided. Refuses, in order: SCORE_MISSING, SCORE_NOT_PROVEN,
 * SCORE_NOT_APPROVED.
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
  return { scoredBy, scoreId };
}
