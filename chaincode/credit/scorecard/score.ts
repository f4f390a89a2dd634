import { errors } from '../errors.ts';
import { type Attribute, digestModel, type ScorecardModel } from './model.ts';

/** Values by attribute: whole numbers (amounts as decimal text), category codes; null or absent = not known. */
export type ScoreInput = Readonly<Record<string, string | number | null | undefined>>;

/** What one attribute gave, and how much less that is than the most it can give. */
export interface AttributePoints {
  readonly name: string;
  readonly points: number;
  readonly cost: number;
}

export interface Score {
  readonly modelId: string;
  readonly modelVersion: number;
  readonly modelDigest: string;
  readonly score: number;
  /** In the order of the model's attributes; base points and these add up to the score. */
  readonly attributes: readonly AttributePoints[];
  /** At most four, dearest first; none of an attribute that cost nothing. */
  readonly reasonCodes: readonly string[];
}

const REASON_CODES = 4;
const WHOLE_NUMBER = /^-?(0|[1-9][0-9]{0,37})$/;

/**
 * Points of an applicant under a model, by integers alone. Where two attributes cost the same, the one that the model
 * declares first is named first. Refuses: SCORE_INPUT_INVALID.
 */
export function scoreApplicant(model: ScorecardModel, input: ScoreInput): Score {
  const scored = model.attributes.map((attribute) => {
    const points = pointsFor(attribute, input[attribute.name]);
    const { name, reasonCode } = attribute;
    return { name, points, cost: mostPoints(attribute) - points, reasonCode };
  });
  const attributes = scored.map(({ reasonCode: _code, ...given }): AttributePoints => given);
  return {
    modelId: model.modelId,
    modelVersion: model.version,
    modelDigest: digestModel(model),
    score: attributes.reduce((sum, { points }) => sum + points, model.basePoints),
    attributes,
    reasonCodes: reasonCodesOf(scored),
  };
}

// Sorting is stable, so equal costs stay in the model's order.
function reasonCodesOf(scored: readonly { readonly cost: number; readonly reasonCode: string }[]): string[] {
  return scored
    .filter(({ cost }) => cost > 0)
    .sort((left, right) => right.cost - left.cost)
    .slice(0, REASON_CODES)
    .map(({ reasonCode }) => reasonCode);
}

function mostPoints({ bands, missing }: Attribute): number {
  return Math.max(...[...bands, ...(missing ? [missing] : [])].map(({ points }) => points));
}

function pointsFor(attribute: Attribute, value: string | number | null | undefined): number {
  const { name } = attribute;
  if (value === null || value === undefined) {
    if (attribute.missing === undefined) throw errors.SCORE_INPUT_INVALID({ attribute: name, problem: 'missing' });
    return attribute.missing.points;
  }
  if (attribute.type === 'category') {
    const band = attribute.bands.find(({ categories }) => categories.includes(value as string));
    if (band === undefined) throw errors.SCORE_INPUT_INVALID({ attribute: name, problem: 'no category of the model' });
    return band.points;
  }
  const number = wholeNumber(value);
  if (number === undefined) throw errors.SCORE_INPUT_INVALID({ attribute: name, problem: 'no whole number' });
  const band = attribute.bands.find(({ below }) => below === undefined || number < BigInt(below));
  if (band === undefined) throw new Error(`Invariant C1: no band of ${name} is open.`);
  return band.points;
}

function wholeNumber(value: string | number): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return WHOLE_NUMBER.test(value) ? BigInt(value) : undefined;
}
