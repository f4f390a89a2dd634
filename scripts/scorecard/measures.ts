export interface Scored {
  readonly score: number;
  readonly isGood: boolean;
}

/** 2 AUC - 1: the share of pairs of a good and a bad outcome that the score orders rightly, less the wrongly ordered. */
export function gini(scored: readonly Scored[]): number {
  const goods = scored.filter(({ isGood }) => isGood).map(({ score }) => score);
  const bads = scored.filter(({ isGood }) => !isGood).map(({ score }) => score);
  let balance = 0;
  for (const good of goods) for (const bad of bads) balance += Math.sign(good - bad);
  return balance / (goods.length * bads.length);
}

/** Kolmogorov-Smirnov: the widest gap between the shares of bads and of goods that score at most so much. */
export function kolmogorovSmirnov(scored: readonly Scored[]): { readonly gap: number; readonly score: number } {
  const goods = scored.filter(({ isGood }) => isGood).length;
  const bads = scored.length - goods;
  const scores = [...new Set(scored.map(({ score }) => score))].sort((left, right) => left - right);
  let best = { gap: 0, score: scores[0] ?? 0 };
  for (const score of scores) {
    const below = scored.filter((one) => one.score <= score);
    const goodsBelow = below.filter(({ isGood }) => isGood).length;
    const gap = (below.length - goodsBelow) / bads - goodsBelow / goods;
    if (gap > best.gap) best = { gap, score };
  }
  return best;
}

export interface Band {
  readonly from: number | undefined;
  readonly below: number | undefined;
  readonly count: number;
  readonly bads: number;
  /** Bads that the scores themselves lead to expect. */
  readonly expectedBads: number;
}

/** Bounds that cut scores into so many bands of about the same size. */
export function bandBounds(scores: readonly number[], bands: number): number[] {
  const sorted = [...scores].sort((left, right) => left - right);
  const bounds = Array.from({ length: bands - 1 }, (_, index) => {
    return sorted[Math.floor(((index + 1) * sorted.length) / bands)] as number;
  });
  return [...new Set(bounds)].filter((bound) => bound > (sorted[0] as number));
}

/** Applicants, bads and expected bads by band of score. */
export function bandsOf(
  scored: readonly Scored[],
  bounds: readonly number[],
  oddsAt: (score: number) => number,
): Band[] {
  return [undefined, ...bounds].map((from, index) => {
    const below = bounds[index];
    const inside = scored.filter(({ score }) => (from ?? score) <= score && (below === undefined || score < below));
    return {
      from,
      below,
      count: inside.length,
      bads: inside.filter(({ isGood }) => !isGood).length,
      expectedBads: inside.reduce((sum, { score }) => sum + 1 / (1 + oddsAt(score)), 0),
    };
  });
}

/** Hosmer-Lemeshow statistic of bands; small = the expected bads are the ones that came. */
export function hosmerLemeshow(bands: readonly Band[]): number {
  return bands.reduce((sum, { count, bads, expectedBads }) => {
    const variance = expectedBads * (1 - expectedBads / count);
    return count === 0 ? sum : sum + (bads - expectedBads) ** 2 / variance;
  }, 0);
}

/** Mean squared distance of expected and actual outcome. */
export function brier(scored: readonly Scored[], oddsAt: (score: number) => number): number {
  const squares = scored.map(({ score, isGood }) => ((isGood ? 0 : 1) - 1 / (1 + oddsAt(score))) ** 2);
  return squares.reduce((sum, square) => sum + square, 0) / scored.length;
}

/** Population stability index of two distributions over the same bands: below 0.10 stable, above 0.25 shifted. */
export function populationStability(expected: readonly number[], actual: readonly number[]): number {
  const share = (counts: readonly number[], index: number) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    // An empty band counts as half an applicant; the logarithm has no value at nothing.
    return Math.max(counts[index] as number, 0.5) / total;
  };
  return expected.reduce((sum, _, index) => {
    const [before, after] = [share(expected, index), share(actual, index)];
    return sum + (after - before) * Math.log(after / before);
  }, 0);
}
