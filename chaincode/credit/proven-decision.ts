import { findBank } from '../core/banks.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Kind } from './data/fields.ts';
import { kinds } from './data/kinds.ts';
import type { Disclosure } from './disclosure/commitment.ts';
import { verifyDisclosure } from './disclosure/verify-disclosure.ts';
import { errors } from './errors.ts';
import { heldSubject } from './holders.ts';
import type { Consent } from './schemas.ts';
import type { ScoreStatement } from './score-schemas.ts';
import { consents, scores } from './store.ts';

/** Which bank scored whom, and the opened decision of that score. */
export interface ScoreClaim {
  readonly scoredBy: string;
  readonly scoreId: string;
  readonly subjectId: string;
  readonly decisionProof: Disclosure;
}

export interface ProvenDecision {
  readonly decision: string;
  readonly statement: ScoreStatement;
}

/** What a claim proves against the scorer's statement on the ledger; undefined where it proves nothing. */
export function provenDecision(ledger: Ledger, claim: ScoreClaim): ProvenDecision | undefined {
  const statement = findScore(ledger, claim);
  if (statement === undefined) return undefined;
  const decision = decisionOf(statement, claim);
  return decision === undefined ? undefined : { decision, statement };
}

/** The decision that a claim proves against a statement, on the ledger or off it; undefined where it proves none. */
export function decisionOf(statement: ScoreStatement, claim: ScoreClaim): string | undefined {
  const { scoredBy, scoreId, subjectId, decisionProof } = claim;
  if (statement.subjectId !== subjectId || decisionProof.leaf !== 'decision') return undefined;
  const { schemaVersion } = kinds.score as Kind;
  const context = { owner: scoredBy, subjectId, kind: 'score', schemaVersion, reference: scoreId };
  const isProven = verifyDisclosure({ context, commitment: statement.commitment }, decisionProof);
  return isProven ? String(decisionProof.value) : undefined;
}

/** A bank's statement about a score; undefined where there is none. */
export function findScore(
  ledger: Ledger,
  { scoredBy, scoreId }: Pick<ScoreClaim, 'scoredBy' | 'scoreId'>,
): ScoreStatement | undefined {
  if (scoredBy === ledger.namespace) return scores.find(ledger, scoreId);
  // A name that is no bank's must not be called.
  if (findBank(ledger, scoredBy) === undefined) return undefined;
  return scores.findFrom(ledger, scoredBy, [[scoreId]])[0];
}

/** The consent under a score of a subject of this bank; undefined where there is none. */
export const findScoreConsent = (ledger: Ledger, { consentId }: ScoreStatement): Consent | undefined =>
  consents.find(ledger, consentId);

/**
 * Nothing new rests on a score once its subject is to be forgotten, or has taken back the consent under it: asked at the
 * subject's bank, which keeps both. Refuses, in order: SUBJECT_ERASED, CONSENT_REVOKED.
 */
export function assertNotWithdrawn(ledger: Ledger, statement: ScoreStatement): void {
  const { subjectId, consentId } = statement;
  heldSubject(ledger, subjectId);
  if (findScoreConsent(ledger, statement)?.status === 'REVOKED') throw errors.CONSENT_REVOKED({ consentId });
}
