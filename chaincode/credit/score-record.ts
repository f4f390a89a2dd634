import { canonicalJson, sha256 } from '../core/canonical.ts';
import type { CreditRecord, FieldValue } from './data/fields.ts';
import type { Disclosure } from './disclosure/commitment.ts';
import { type Judgement, judgeWithChallenger, type ModelInUse } from './scorecard/decide.ts';
import type { ScoreInput } from './scorecard/score.ts';

export interface OpenedInput {
  readonly kind: string;
  readonly version: number;
  readonly disclosures: readonly Disclosure[];
}

export interface Models {
  readonly champion: ModelInUse;
  readonly challenger?: ModelInUse;
}

export interface Scoring {
  readonly champion: Judgement;
  readonly challenger?: Judgement;
  /** SHA-256 over the opened fields with their salts: whoever has them finds the same. */
  readonly inputDigest: string;
  /** What is committed to: `score` in kinds.ts. */
  readonly record: CreditRecord;
}

/**
 * Scores opened fields: the same here, at a gateway, and wherever else it is computed. Absent fields count as not known.
 * Refuses: SCORE_INPUT_INVALID.
 */
export function scoreOpened(models: Models, inputs: readonly OpenedInput[]): Scoring {
  const values = new Map<string, FieldValue>();
  for (const { kind, disclosures } of inputs) {
    for (const { leaf, value } of disclosures) values.set(`${kind}.${leaf}`, value);
  }
  const inputOf = ({ model }: ModelInUse): ScoreInput =>
    Object.fromEntries(
      model.attributes.map(({ name, source: { kind, field } }) => [name, values.get(`${kind}.${field}`) ?? null]),
    );
  const input = { ...(models.challenger ? inputOf(models.challenger) : {}), ...inputOf(models.champion) };
  const { champion, challenger } = judgeWithChallenger(models, input);
  const inputDigest = sha256(canonicalJson(inputs));
  return {
    champion,
    ...(challenger ? { challenger } : {}),
    inputDigest,
    record: {
      score: champion.score,
      decision: champion.decision,
      reasonCodes: champion.reasonCodes.join(' ') || 'NONE',
      modelDigest: champion.modelDigest,
      cutoffVersion: champion.cutoffVersion,
      inputDigest,
      challenger: challenger ? `${challenger.modelDigest} ${challenger.score} ${challenger.decision}` : null,
    },
  };
}
