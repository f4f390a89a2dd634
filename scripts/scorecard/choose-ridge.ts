import { binOf } from './bin.ts';
import { buildModel, type FittedModel, type FittingRules } from './build-model.ts';
import type { Applicant, ColumnFile } from './columns.ts';

const FOLDS = 5;
const RIDGES = [0, 1, 2, 5, 10, 20, 50];

/**
 * The ridge under which models of four fifths of the applicants foretell the fifth best: least log loss, everything
 * from the bands on done anew for each fold. Looks at no other applicants than these.
 */
export function chooseRidge(
  file: ColumnFile,
  applicants: readonly Applicant[],
  rules: Omit<FittingRules, 'ridge'>,
): number {
  // Goods stand before bads, so every fifth has its share of both.
  const losses = RIDGES.map((ridge) => {
    return Array.from({ length: FOLDS }, (_, fold) => {
      const rest = applicants.filter((__, index) => index % FOLDS !== fold);
      const unseen = applicants.filter((__, index) => index % FOLDS === fold);
      const fitted = tryBuilding(file, rest, { ...rules, ridge });
      return fitted === undefined ? Number.POSITIVE_INFINITY : logLoss(fitted, unseen);
    }).reduce((sum, loss) => sum + loss, 0);
  });
  if (!losses.some(Number.isFinite)) throw new Error('no model of four fifths of the applicants could be fitted');
  return RIDGES[losses.indexOf(Math.min(...losses))] as number;
}

/** Undefined under a ridge that gives no model, as where outcomes follow from a column entirely. */
function tryBuilding(file: ColumnFile, applicants: readonly Applicant[], rules: FittingRules): FittedModel | undefined {
  try {
    return buildModel(file, applicants, rules);
  } catch {
    return undefined;
  }
}

function logLoss({ attributes, fit }: FittedModel, applicants: readonly Applicant[]): number {
  return applicants.reduce((sum, { isGood, values }) => {
    const logOdds = attributes.reduce((total, attribute) => {
      const bin = binOf(attribute, values.get(attribute.column.name) ?? null);
      return total + attribute.coefficient * bin.weightOfEvidence;
    }, fit.intercept);
    return sum + Math.log1p(Math.exp(isGood ? -logOdds : logOdds));
  }, 0);
}
