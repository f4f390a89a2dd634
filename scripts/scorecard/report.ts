import { digestModel } from '@tangram/chaincode/credit/scorecard/model.ts';
import { scoreApplicant } from '@tangram/chaincode/credit/scorecard/score.ts';
import type { FittedModel, FittingRules } from './build-model.ts';
import type { Applicant, ColumnFile } from './columns.ts';
import {
  type Band,
  bandBounds,
  bandsOf,
  brier,
  gini,
  hosmerLemeshow,
  kolmogorovSmirnov,
  populationStability,
  type Scored,
} from './measures.ts';
import type { Split } from './split.ts';

const BANDS = 10;

export interface ReportInput {
  readonly file: ColumnFile;
  readonly fitted: FittedModel;
  readonly split: Split;
  readonly rules: FittingRules;
  readonly seed: string;
}

/** What the model is worth, measured with the chaincode's own engine on the applicants that it has not seen. */
interface Evaluation {
  readonly gini: number;
  readonly kolmogorovSmirnov: { readonly gap: number; readonly score: number };
  readonly brier: number;
  readonly hosmerLemeshow: number;
  readonly bands: readonly Band[];
}

/** Scores every applicant with the engine that the ledger runs. */
function scoreAll({ model }: FittedModel, applicants: readonly Applicant[]): Scored[] {
  return applicants.map(({ isGood, values }) => {
    return { isGood, score: scoreApplicant(model, Object.fromEntries(values)).score };
  });
}

function evaluate(scored: readonly Scored[], bounds: readonly number[], oddsAt: (score: number) => number): Evaluation {
  const bands = bandsOf(scored, bounds, oddsAt);
  return {
    gini: gini(scored),
    kolmogorovSmirnov: kolmogorovSmirnov(scored),
    brier: brier(scored, oddsAt),
    hosmerLemeshow: hosmerLemeshow(bands),
    bands,
  };
}

/** The report as Markdown. */
export function writeReport({ file, fitted, split, rules, seed }: ReportInput): string {
  const { score: at, odds, pointsToDoubleOdds } = fitted.model.scaling;
  const oddsAt = (score: number) => (odds.good / odds.bad) * 2 ** ((score - at) / pointsToDoubleOdds);
  const development = scoreAll(fitted, split.development);
  const heldOut = scoreAll(fitted, split.heldOut);
  const bounds = bandBounds(
    development.map(({ score }) => score),
    BANDS,
  );
  const [seen, unseen] = [evaluate(development, bounds, oddsAt), evaluate(heldOut, bounds, oddsAt)];
  const counts = ({ bands }: Evaluation) => bands.map(({ count }) => count);
  const stability = populationStability(counts(seen), counts(unseen));
  return `${heading({ file, fitted, split, rules, seed })}
## What it is worth

| measure | development | held out |
|---|---|---|
| Gini | ${seen.gini.toFixed(3)} | ${unseen.gini.toFixed(3)} |
| Kolmogorov-Smirnov | ${ksText(seen)} | ${ksText(unseen)} |
| Brier score (of the bare share of bads: ${baseBrier(heldOut).toFixed(3)}) | ${seen.brier.toFixed(3)} | ${unseen.brier.toFixed(3)} |
| Hosmer-Lemeshow over ${seen.bands.length} bands | ${seen.hosmerLemeshow.toFixed(1)} | ${unseen.hosmerLemeshow.toFixed(1)} |
| Population stability index of the score | | ${stability.toFixed(3)} |

Below 0.10 a population counts as stable, above 0.25 as shifted. Hosmer-Lemeshow on applicants that were not fitted is
compared with chi-square of as many degrees of freedom as bands: 95 % of well calibrated models stay below ${CHI_SQUARE_95[unseen.bands.length] ?? '—'}.

## Calibration by band of score

Expected bads are those that the scores' own odds foretell.

${bandTable(seen, unseen)}

## Stability of each attribute

| attribute | stability index, held out against development |
|---|---|
${fitted.attributes.map((attribute) => `| ${attribute.column.name} | ${stabilityOf(attribute, split).toFixed(3)} |`).join('\n')}

## Attributes

${attributeTables(fitted)}

## Not in the model

| column | why |
|---|---|
${leftOutRows({ file, fitted }).join('\n')}
`;
}

// 95 % quantiles of chi-square by degrees of freedom.
const CHI_SQUARE_95: Readonly<Record<number, string>> = {
  ...{ 1: '3.8', 2: '6.0', 3: '7.8', 4: '9.5', 5: '11.1' },
  ...{ 6: '12.6', 7: '14.1', 8: '15.5', 9: '16.9', 10: '18.3' },
};

function heading({ file, fitted, split, rules, seed }: ReportInput): string {
  const { model } = fitted;
  const { score, odds, pointsToDoubleOdds } = model.scaling;
  const bads = (applicants: readonly Applicant[]) => applicants.filter(({ isGood }) => !isGood).length;
  return `<!-- Written by npm run fit-scorecard; do not edit. -->
# Scorecard ${model.modelId}, version ${model.version}

${model.title}. Applicants: ${file.source}.

Digest \`${digestModel(model)}\`. Score ${score} at odds ${odds.good}:${odds.bad}, ${pointsToDoubleOdds} points double the odds;
base points ${model.basePoints}. Developed on ${split.development.length} applicants (${bads(split.development)} bad), judged on
${split.heldOut.length} (${bads(split.heldOut)} bad) that were held out: every third of each outcome, in the order of
SHA-256(\`${seed}/<row>\`).

Bands by weight of evidence: ranges start from twentieths and join the neighbours that differ least by chi-square until
each holds ${rules.leastShare * 100} % of the applicants, the share of bads rises or falls throughout, and there are at
most ${rules.mostBands}. Logistic regression by iteratively reweighted least squares (${fitted.fit.iterations} iterations), drawn towards zero by a
ridge of ${rules.ridge}, which foretold best in five-fold cross-validation of the development part. Dropped:
information value below ${rules.leastInformationValue}, then, one at a time, the coefficient least certain, while it is less than
${rules.leastStandardErrors} standard errors above zero.
`;
}

const ksText = ({ kolmogorovSmirnov: { gap, score } }: Evaluation) => `${gap.toFixed(3)} at ${score}`;

function baseBrier(scored: readonly Scored[]): number {
  const bads = scored.filter(({ isGood }) => !isGood).length / scored.length;
  return bads * (1 - bads);
}

function bandTable(seen: Evaluation, unseen: Evaluation): string {
  const rows = seen.bands.map((band, index) => {
    const other = unseen.bands[index] as Band;
    const { from, below } = band;
    const scores =
      from === undefined ? `below ${below}` : below === undefined ? `from ${from}` : `${from} to ${below - 1}`;
    return `| ${scores} | ${[band, other].map(cells).join(' | ')} |`;
  });
  return `| score | development | bads | expected | held out | bads | expected |
|---|---|---|---|---|---|---|
${rows.join('\n')}`;
}

const cells = ({ count, bads, expectedBads }: Band) => `${count} | ${bads} | ${expectedBads.toFixed(1)}`;

function stabilityOf(attribute: FittedModel['attributes'][number], { development, heldOut }: Split): number {
  const { column, bins } = attribute;
  const counts = (applicants: readonly Applicant[]) =>
    bins.map((bin) => applicants.filter(({ values }) => isIn(bin, bins, values.get(column.name) ?? null)).length);
  return populationStability(counts(development), counts(heldOut));
}

type Bins = FittedModel['attributes'][number]['bins'];

function isIn(bin: Bins[number], bins: Bins, value: number | string | null): boolean {
  if (value === null || bin.isMissing) return value === null && bin.isMissing === true;
  if (bin.categories) return bin.categories.includes(value as string);
  return bins.find(({ below }) => below === undefined || (value as number) < below) === bin;
}

function attributeTables({ model, attributes }: FittedModel): string {
  return attributes
    .map(({ column, bins, coefficient, standardError, informationValue }, index) => {
      const { bands = [], missing, reasonCode, reason, source } = model.attributes[index] ?? {};
      const rows = bins.map((bin, at) => {
        const points = bin.isMissing ? missing?.points : bands[at]?.points;
        const label = bandLabel(bin, bins[at - 1]?.below);
        return `| ${label} | ${bin.goods} | ${bin.bads} | ${bin.weightOfEvidence.toFixed(4)} | ${points} |`;
      });
      return `### ${column.name}

From \`${source?.kind}.${source?.field}\`. Information value ${informationValue.toFixed(3)}, coefficient ${coefficient.toFixed(4)} (standard error
${standardError.toFixed(4)}). Reason ${reasonCode}: ${reason}.

| band | goods | bads | weight of evidence | points |
|---|---|---|---|---|
${rows.join('\n')}`;
    })
    .join('\n\n');
}

function bandLabel(bin: Bins[number], from: number | undefined): string {
  if (bin.isMissing) return 'not known';
  if (bin.categories) return bin.categories.join(', ');
  if (bin.below === undefined) return from === undefined ? 'any' : `from ${from}`;
  return from === undefined ? `below ${bin.below}` : `${from} to below ${bin.below}`;
}

function leftOutRows({ file, fitted }: Pick<ReportInput, 'file' | 'fitted'>): string[] {
  const described = file.columns.flatMap((column) =>
    column.type === 'left-out' ? [`| ${column.column} | ${column.why} |`] : [],
  );
  return [...described, ...fitted.dropped.map(({ attribute, why }) => `| ${attribute.column.column} | ${why} |`)];
}
