import { type Static, Type } from 'typebox';
import { DomainError } from '../../core/errors.ts';
import { strict } from '../../core/fields.ts';
import { errors } from '../errors.ts';
import type { ScorecardModel } from './model.ts';
import { type Score, type ScoreInput, scoreApplicant } from './score.ts';

export const Decision = Type.Union([Type.Literal('APPROVED'), Type.Literal('REFERRED'), Type.Literal('DECLINED')]);
export type Decision = Static<typeof Decision>;

/** Scores at or above `approveFrom` are approved, those at or above `referFrom` go to a person, others are declined. */
export const Cutoff = Type.Object(
  {
    cutoffVersion: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    approveFrom: Type.Integer({ minimum: -100_000, maximum: 100_000 }),
    referFrom: Type.Integer({ minimum: -100_000, maximum: 100_000 }),
  },
  strict,
);
export type Cutoff = Static<typeof Cutoff>;

export interface Judgement extends Score {
  readonly decision: Decision;
  readonly cutoffVersion: number;
}

export interface ModelInUse {
  readonly model: ScorecardModel;
  readonly cutoff: Cutoff;
}

/** Refuses: CUTOFF_INVALID. */
export function assertCutoff({ approveFrom, referFrom }: Cutoff): void {
  if (referFrom > approveFrom) throw errors.CUTOFF_INVALID({ rule: 'referFrom is above approveFrom' });
}

/** Refuses: CUTOFF_INVALID. */
export function decide(score: number, cutoff: Cutoff): Decision {
  assertCutoff(cutoff);
  if (score >= cutoff.approveFrom) return 'APPROVED';
  return score >= cutoff.referFrom ? 'REFERRED' : 'DECLINED';
}

/** Refuses: SCORE_INPUT_INVALID, CUTOFF_INVALID. */
export function judge({ model, cutoff }: ModelInUse, input: ScoreInput): Judgement {
  const score = scoreApplicant(model, input);
  return { ...score, decision: decide(score.score, cutoff), cutoffVersion: cutoff.cutoffVersion };
}

/**
 * The champion decides. The challenger is computed beside it, to be compared later, and decides nothing: an applicant
 * that it cannot score is left out of the comparison, not refused. Refuses: SCORE_INPUT_INVALID, CUTOFF_INVALID.
 */
export function judgeWithChallenger(
  inUse: { readonly champion: ModelInUse; readonly challenger?: ModelInUse },
  input: ScoreInput,
): { readonly champion: Judgement; readonly challenger?: Judgement } {
  const champion = judge(inUse.champion, input);
  if (inUse.challenger === undefined) return { champion };
  try {
    return { champion, challenger: judge(inUse.challenger, input) };
  } catch (error) {
    if (error instanceof DomainError && error.code === errors.SCORE_INPUT_INVALID.code) return { champion };
    throw error;
  }
}
