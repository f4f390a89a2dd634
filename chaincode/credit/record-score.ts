import type { Ledger } from '../core/ledger.ts';
import { assertConsented } from './consent-rules.ts';
import { digestsInUse } from './deposit-score.ts';
import { errors } from './errors.ts';
import { consentOf, heldSubject } from './holders.ts';
import { assertDeposited, putHolding } from './record-data.ts';
import type { RecordScore, ScoreReference, ScoreStatement } from './score-schemas.ts';
import { scores } from './store.ts';

/**
 * Publishes a bank's statement that it scored a subject: digests of model, input and result, and the consent, but not
 * the score. Refuses, in order: SUBJECT_ERASED, CONSENT_NOT_FOUND to CONSENT_PURPOSE_DIFFERS, MODEL_NOT_IN_USE,
 * NOT_DEPOSITED.
 */
export function recordScore(ledger: Ledger, request: RecordScore): ScoreStatement {
  const { schemaVersion, sealedDigest, ...statement } = request;
  const { scoreId, subjectId, consentId, commitment } = statement;
  const scoredBy = ledger.namespace;
  const subject = heldSubject(ledger, subjectId);
  const use = { subjectId, reader: scoredBy, purpose: 'CREDIT_DECISION', fields: [] } as const;
  assertConsented(consentId, consentOf(ledger, subjectId, consentId), {
    ...use,
    nowMilliseconds: ledger.nowMilliseconds,
  });
  const inUse = digestsInUse(ledger);
  const isInUse = inUse.modelDigest === statement.modelDigest && inUse.cutoffVersion === statement.cutoffVersion;
  const isCompared = statement.challengerDigest === undefined || statement.challengerDigest === inUse.challengerDigest;
  if (!isInUse || !isCompared) throw errors.MODEL_NOT_IN_USE();
  assertDeposited(ledger, { subjectId, kind: 'score', reference: scoreId, sealedDigest });

  const score: ScoreStatement = { ...statement, scoredBy, scoredAt: ledger.now };
  scores.put(ledger, score);
  const of = { subjectId, kind: 'score', schemaVersion, reference: scoreId, owner: scoredBy, consentId };
  putHolding(ledger, subject, { ...of, commitment, sealedDigest, recordedAt: ledger.now });
  ledger.emit('SubjectScored', { scoreId, subjectId, consentId });
  return score;
}

/** A bank's statement about a score. Refuses: SCORE_NOT_FOUND. */
export function getScore(ledger: Ledger, { scoreId }: ScoreReference): ScoreStatement {
  const score = scores.find(ledger, scoreId);
  if (score === undefined) throw errors.SCORE_NOT_FOUND({ scoreId });
  return score;
}
