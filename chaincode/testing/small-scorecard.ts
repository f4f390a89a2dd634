import { basePointsOf, pointsOf } from '../credit/scorecard/derive-points.ts';
import type { Attribute, ScorecardModel } from '../credit/scorecard/model.ts';

const scaling = { score: 600, odds: { good: 30, bad: 1 }, pointsToDoubleOdds: 20 };
const intercept = 1_000_000_000;

/** An attribute over ranges, `[below, weight of evidence in thousandths]` each; undefined below = the open band. */
export function rangeAttribute(
  name: string,
  reasonCode: string,
  bands: readonly (readonly [below: number | undefined, weight: number])[],
): Attribute {
  return {
    name,
    type: 'range',
    source: { kind: 'cashFlow', field: name },
    reasonCode,
    reason: `${name} is low`,
    coefficient: 1_000_000_000,
    bands: bands.map(([below, weight]) => ({ ...(below === undefined ? {} : { below }), ...worthOf(weight) })),
    missing: worthOf(-500),
  };
}

function worthOf(weight: number): { weightOfEvidence: number; points: number } {
  const weightOfEvidence = weight * 1_000_000;
  return { weightOfEvidence, points: pointsOf(scaling.pointsToDoubleOdds, 1_000_000_000, weightOfEvidence) };
}

/** A valid model of five ranges and one category, small enough to score by hand. */
export function smallScorecard(): ScorecardModel {
  const steps = [
    [0, -1_000],
    [100, 0],
    [undefined, 1_000],
  ] as const;
  return {
    modelId: 'small',
    version: 1,
    arithmetic: 1,
    title: 'Small scorecard for tests',
    scaling,
    intercept,
    basePoints: basePointsOf({ scaling, intercept }),
    attributes: [
      rangeAttribute('inflow', 'R01', steps),
      rangeAttribute('balance', 'R02', steps),
      rangeAttribute('invoices', 'R03', steps),
      rangeAttribute('taxPaid', 'R04', steps),
      rangeAttribute('years', 'R05', [
        [2, -693],
        [undefined, 693],
      ]),
      {
        name: 'history',
        type: 'category',
        source: { kind: 'bureau', field: 'history' },
        reasonCode: 'R06',
        reason: 'Repaid late before',
        coefficient: 1_000_000_000,
        bands: [
          { categories: ['CLEAN', 'NONE'], ...worthOf(400) },
          { categories: ['LATE'], ...worthOf(-1_500) },
        ],
      },
    ],
  };
}

/** An applicant in the best band of every attribute. */
export const bestApplicant = { inflow: 500, balance: '100', invoices: 100, taxPaid: 900, years: 9, history: 'CLEAN' };
