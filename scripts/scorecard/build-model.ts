import { readModel } from '@tangram/chaincode/credit/scorecard/check-model.ts';
import { basePointsOf, pointsOf } from '@tangram/chaincode/credit/scorecard/derive-points.ts';
import type { Attribute, ScorecardModel } from '@tangram/chaincode/credit/scorecard/model.ts';
import { type BinnedAttribute, type BinningRules, binColumn, binOf } from './bin.ts';
import { type Applicant, type ColumnFile, usedColumns } from './columns.ts';
import { fitLogistic, type LogisticFit } from './logistic.ts';

export interface FittedAttribute extends BinnedAttribute {
  readonly coefficient: number;
  readonly standardError: number;
}

export interface Dropped {
  readonly attribute: BinnedAttribute;
  readonly why: string;
}

export interface FittedModel {
  readonly model: ScorecardModel;
  readonly attributes: readonly FittedAttribute[];
  readonly dropped: readonly Dropped[];
  readonly fit: LogisticFit;
}

export interface FittingRules extends BinningRules {
  readonly leastInformationValue: number;
  /** Coefficients less than so many standard errors above zero are dropped, the least certain first. */
  readonly leastStandardErrors: number;
  readonly ridge: number;
  /** Columns that somebody has no value of, be it only one who was held out: worth nothing either way, if nothing is known. */
  readonly sometimesMissing?: ReadonlySet<string>;
}

const NANO = 1e9;

/** Bins, selects and fits a scorecard on applicants; the model is checked as the ledger checks it. */
export function buildModel(file: ColumnFile, applicants: readonly Applicant[], rules: FittingRules): FittedModel {
  const binned = usedColumns(file).map((column) => binColumn(column, applicants, rules));
  const isWeak = ({ informationValue }: BinnedAttribute) => informationValue < rules.leastInformationValue;
  const dropped: Dropped[] = binned
    .filter(isWeak)
    .map((attribute) => ({ attribute, why: `information value below ${rules.leastInformationValue}` }));
  let attributes = binned.filter((attribute) => !isWeak(attribute));
  for (;;) {
    const fit = fitOn(attributes, applicants, rules.ridge);
    const certainties = fit.coefficients.map((value, index) => value / (fit.standardErrors[index] as number));
    const least = Math.min(...certainties);
    if (attributes.length === 0) throw new Error('no attribute tells goods from bads');
    if (least >= rules.leastStandardErrors) return finish(file, rules, { attributes, dropped, fit });
    const weakest = attributes[certainties.indexOf(least)] as BinnedAttribute;
    attributes = attributes.filter((attribute) => attribute !== weakest);
    dropped.push({ attribute: weakest, why: `coefficient ${least.toFixed(2)} standard errors from zero` });
  }
}

function fitOn(attributes: readonly BinnedAttribute[], applicants: readonly Applicant[], ridge: number): LogisticFit {
  const rows = applicants.map(({ values }) =>
    attributes.map((attribute) => binOf(attribute, values.get(attribute.column.name) ?? null).weightOfEvidence),
  );
  return fitLogistic(
    rows,
    applicants.map(({ isGood }) => isGood),
    ridge,
  );
}

function finish(
  file: ColumnFile,
  { sometimesMissing }: FittingRules,
  { attributes, dropped, fit }: { attributes: readonly BinnedAttribute[]; dropped: Dropped[]; fit: LogisticFit },
): FittedModel {
  const fitted = attributes.map((attribute, index) => ({
    ...attribute,
    coefficient: fit.coefficients[index] as number,
    standardError: fit.standardErrors[index] as number,
  }));
  const { modelId, version, title, scaling } = file;
  const intercept = Math.round(fit.intercept * NANO);
  const model = readModel({
    modelId,
    version,
    arithmetic: 1,
    title,
    scaling,
    intercept,
    basePoints: basePointsOf({ scaling, intercept }),
    attributes: fitted.map((attribute) => {
      const isUnseen = sometimesMissing?.has(attribute.column.name) ?? false;
      return attributeOf(attribute, { pointsToDoubleOdds: scaling.pointsToDoubleOdds, isUnseen });
    }),
  });
  return { model, attributes: fitted, dropped, fit };
}

function attributeOf(
  { column, bins, coefficient }: FittedAttribute,
  { pointsToDoubleOdds, isUnseen }: { readonly pointsToDoubleOdds: number; readonly isUnseen: boolean },
): Attribute {
  const nanoCoefficient = Math.round(coefficient * NANO);
  const worth = (weight: number) => {
    const weightOfEvidence = Math.round(weight * NANO);
    return { weightOfEvidence, points: pointsOf(pointsToDoubleOdds, nanoCoefficient, weightOfEvidence) };
  };
  const missing = bins.find(({ isMissing }) => isMissing) ?? (isUnseen ? { weightOfEvidence: 0 } : undefined);
  const known = bins.filter(({ isMissing }) => !isMissing);
  const { name, kind, field, reasonCode, reason } = column;
  const common = {
    name,
    source: { kind, field },
    reasonCode,
    reason,
    coefficient: nanoCoefficient,
    ...(missing ? { missing: worth(missing.weightOfEvidence) } : {}),
  };
  if (column.type === 'category') {
    const bands = known.map(({ categories = [], weightOfEvidence }) => ({
      categories: [...categories],
      ...worth(weightOfEvidence),
    }));
    return { ...common, type: 'category', bands };
  }
  const bands = known.map(({ below, weightOfEvidence }) => ({
    ...(below === undefined ? {} : { below }),
    ...worth(weightOfEvidence),
  }));
  return { ...common, type: 'range', bands };
}
