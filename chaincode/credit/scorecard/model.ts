import { type Static, Type } from 'typebox';
import { canonicalJson, sha256 } from '../../core/canonical.ts';
import { strict } from '../../core/fields.ts';

const LogOdds = Type.Integer({
  minimum: -1_000_000_000_000,
  maximum: 1_000_000_000_000,
  description: 'Log-odds in units of 10^-9.',
});
const Points = Type.Integer({ minimum: -100_000, maximum: 100_000 });
const Name = Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$' });
const Category = Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,39}$' });

const worth = { weightOfEvidence: LogOdds, points: Points };

const RangeBand = Type.Object(
  {
    below: Type.Optional(
      Type.Integer({ description: 'Upper bound, itself outside; the last band has none. Bands begin where one ends.' }),
    ),
    ...worth,
  },
  strict,
);

const CategoryBand = Type.Object({ categories: Type.Array(Category, { minItems: 1 }), ...worth }, strict);

const attribute = {
  name: Name,
  source: Type.Object({ kind: Name, field: Name }, strict),
  reasonCode: Type.String({ pattern: '^[A-Z][A-Z0-9-]{1,11}$' }),
  reason: Type.String({ minLength: 1, maxLength: 200, description: 'What the applicant is told.' }),
  coefficient: LogOdds,
  missing: Type.Optional(Type.Object(worth, strict)),
};

const RangeAttribute = Type.Object(
  { ...attribute, type: Type.Literal('range'), bands: Type.Array(RangeBand, { minItems: 1, maxItems: 50 }) },
  strict,
);
const CategoryAttribute = Type.Object(
  { ...attribute, type: Type.Literal('category'), bands: Type.Array(CategoryBand, { minItems: 1, maxItems: 50 }) },
  strict,
);
export const Attribute = Type.Union([RangeAttribute, CategoryAttribute]);
export type Attribute = Static<typeof Attribute>;

/** A scorecard: everything that a score follows from. Log-odds are those of a good outcome, so more is better. */
export const ScorecardModel = Type.Object(
  {
    modelId: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }),
    version: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    arithmetic: Type.Literal(1, { description: 'How points follow from log-odds; see derive-points.ts.' }),
    title: Type.String({ minLength: 1, maxLength: 200 }),
    scaling: Type.Object(
      {
        score: Type.Integer({ minimum: 0, maximum: 10_000, description: 'Score at the odds named here.' }),
        odds: Type.Object(
          {
            good: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
            bad: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
          },
          strict,
        ),
        pointsToDoubleOdds: Type.Integer({ minimum: 1, maximum: 1_000 }),
      },
      strict,
    ),
    intercept: LogOdds,
    basePoints: Points,
    attributes: Type.Array(Attribute, { minItems: 1, maxItems: 100 }),
  },
  strict,
);
export type ScorecardModel = Static<typeof ScorecardModel>;

/** SHA-256 of the model's canonical JSON: what the ledger and every score name it by. */
export function digestModel(model: ScorecardModel): string {
  return sha256(canonicalJson(model));
}
