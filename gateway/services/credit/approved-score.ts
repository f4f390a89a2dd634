import { decisionOf, type ScoreStatement } from '@tangram/chaincode/credit/index.ts';
import { errors } from '@tangram/chaincode/lending/errors.ts';
import type { RequestLoan } from '@tangram/chaincode/lending/schemas.ts';
import type { CreditServiceOptions } from './credit-ledger.ts';

/**
 * Holds back a request for a loan whose score did not approve the borrower: what is submitted may stand in a batch row for
 * ever, refused or not, and the salt of a proof alone is enough to find out what was decided. Throws
 * LENDING_SCORE_NOT_PROVEN, LENDING_SCORE_NOT_APPROVED, ServiceError.
 */
export async function assertApproved(
  { banks, queries }: Pick<CreditServiceOptions, 'banks' | 'queries'>,
  { score, borrowerAccount: accountId }: Pick<RequestLoan, 'score' | 'borrowerAccount'>,
): Promise<void> {
  if (score === undefined) return;
  const { scoredBy, scoreId } = score;
  const statement = banks.includes(scoredBy)
    ? await queries.readRow<ScoreStatement>(scoredBy, `credit-score/${scoreId}`)
    : undefined;
  const decision = statement && decisionOf(statement, { ...score, subjectId: accountId });
  if (decision === undefined) throw errors.SCORE_NOT_PROVEN({ scoredBy, scoreId, accountId });
  if (decision !== 'APPROVED') throw errors.SCORE_NOT_APPROVED({ scoreId });
}
