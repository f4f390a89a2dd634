import type { Applicant, UsedColumn } from './columns.ts';

/** Goods and bads whose value lies in a band: numbers below `below`, one of `categories`, or no value at all. */
export interface Bin {
  readonly below?: number;
  readonly categories?: readonly string[];
  readonly isMissing?: true;
  readonly goods: number;
  readonly bads: number;
}

export interface BinnedAttribute {
  readonly column: UsedColumn;
  readonly bins: readonly (Bin & { readonly weightOfEvidence: number })[];
  readonly informationValue: number;
}

export interface BinningRules {
  /** No band holds a smaller share of the applicants. */
  readonly leastShare: number;
  readonly mostBands: number;
}

interface Counts {
  readonly goods: number;
  readonly bads: number;
}

const PRE_BINS = 20;
// Half an applicant more on either side: a band without bads would be worth infinitely much.
const SMOOTHING = 0.5;

/** Bands of a column with their weights of evidence, ln(share of goods / share of bads). */
export function binColumn(column: UsedColumn, applicants: readonly Applicant[], rules: BinningRules): BinnedAttribute {
  const known = applicants.filter(({ values }) => values.get(column.name) !== null);
  const missing = applicants.filter(({ values }) => values.get(column.name) === null);
  const least = Math.max(1, Math.ceil(rules.leastShare * applicants.length));
  const bins: Bin[] =
    column.type === 'range' ? rangeBins(column.name, known, { ...rules, least }) : categoryBins(column, known, least);
  if (missing.length > 0) bins.push({ isMissing: true, ...countOf(missing) });
  const total = countOf(applicants);
  const weighed = bins.map((bin) => ({ ...bin, weightOfEvidence: weightOf(bin, total, bins.length) }));
  return { column, bins: weighed, informationValue: informationValueOf(weighed, total) };
}

function countOf(applicants: readonly Applicant[]): Counts {
  const goods = applicants.filter(({ isGood }) => isGood).length;
  return { goods, bads: applicants.length - goods };
}

function weightOf({ goods, bads }: Counts, total: Counts, bands: number): number {
  const shareOfGoods = (goods + SMOOTHING) / (total.goods + SMOOTHING * bands);
  const shareOfBads = (bads + SMOOTHING) / (total.bads + SMOOTHING * bands);
  return Math.log(shareOfGoods / shareOfBads);
}

function informationValueOf(bins: readonly (Counts & { weightOfEvidence: number })[], total: Counts): number {
  return bins.reduce(
    (sum, { goods, bads, weightOfEvidence }) => sum + (goods / total.goods - bads / total.bads) * weightOfEvidence,
    0,
  );
}

/** Starts from twentieths and joins the two neighbours that differ least, until the rules hold and weights ascend or descend. */
function rangeBins(name: string, known: readonly Applicant[], rules: BinningRules & { least: number }): Bin[] {
  const values = known.map((applicant) => applicant.values.get(name) as number).sort((left, right) => left - right);
  const bounds = new Set<number>();
  for (let step = 1; step < PRE_BINS; step += 1) {
    bounds.add(values[Math.floor((step * values.length) / PRE_BINS)] as number);
  }
  bounds.delete(values[0] as number);
  const edges: (number | undefined)[] = [...bounds, undefined];
  let bins = edges.map((below, index): Bin => {
    const from = index === 0 ? Number.NEGATIVE_INFINITY : (edges[index - 1] as number);
    const inside = known.filter(({ values: of }) => {
      const value = of.get(name) as number;
      return value >= from && (below === undefined || value < below);
    });
    return { ...(below === undefined ? {} : { below }), ...countOf(inside) };
  });
  while (bins.length > 1 && !isFit(bins, rules)) bins = joinNearest(bins, rules.least);
  return bins;
}

function isFit(bins: readonly Bin[], { least, mostBands }: { least: number; mostBands: number }): boolean {
  if (bins.length > mostBands || bins.some((bin) => bin.goods + bin.bads < least)) return false;
  const shares = bins.map(({ goods, bads }) => bads / (goods + bads));
  const rises = shares.slice(1).map((share, index) => share - (shares[index] as number));
  return rises.every((rise) => rise > 0) || rises.every((rise) => rise < 0);
}

/** Joins neighbours, one of them too small if any is: those whose shares of bads differ least by chi-square. */
function joinNearest(bins: readonly Bin[], least: number): Bin[] {
  const isSmall = (bin: Bin | undefined) => bin !== undefined && bin.goods + bin.bads < least;
  const pairs = bins.slice(1).map((right, index) => ({ index, left: bins[index] as Bin, right }));
  const candidates = pairs.some(({ left, right }) => isSmall(left) || isSmall(right))
    ? pairs.filter(({ left, right }) => isSmall(left) || isSmall(right))
    : pairs;
  const nearest = candidates.reduce((best, pair) => (chiSquare(pair) < chiSquare(best) ? pair : best));
  const { goods, bads } = nearest.left;
  const joined: Bin = { ...nearest.right, goods: goods + nearest.right.goods, bads: bads + nearest.right.bads };
  return [...bins.slice(0, nearest.index), joined, ...bins.slice(nearest.index + 2)];
}

function chiSquare({ left, right }: { left: Counts; right: Counts }): number {
  const [sizeLeft, sizeRight] = [left.goods + left.bads, right.goods + right.bads];
  const size = sizeLeft + sizeRight;
  const [goods, bads] = [left.goods + right.goods, left.bads + right.bads];
  if (goods === 0 || bads === 0 || sizeLeft === 0 || sizeRight === 0) return 0;
  const cross = left.goods * right.bads - right.goods * left.bads;
  return (size * cross * cross) / (sizeLeft * sizeRight * goods * bads);
}

/** One band a category; the smallest joins the one whose share of bads is nearest, until none is too small. */
function categoryBins(column: UsedColumn & { type: 'category' }, known: readonly Applicant[], least: number): Bin[] {
  let bins = [...new Set(Object.values(column.categories))].map((code): Bin => {
    return { categories: [code], ...countOf(known.filter(({ values }) => values.get(column.name) === code)) };
  });
  for (;;) {
    const smallest = bins.reduce((best, bin) => (bin.goods + bin.bads < best.goods + best.bads ? bin : best));
    if (bins.length === 1 || smallest.goods + smallest.bads >= least) break;
    const others = bins.filter((bin) => bin !== smallest);
    const nearest = others.reduce((best, bin) => (distance(bin, smallest) < distance(best, smallest) ? bin : best));
    bins = others.map((bin) => (bin === nearest ? join(nearest, smallest) : bin));
  }
  return bins.sort((left, right) => badShare(left) - badShare(right));
}

const badShare = ({ goods, bads }: Counts) => (bads + SMOOTHING) / (goods + bads + 2 * SMOOTHING);
const distance = (left: Counts, right: Counts) => Math.abs(badShare(left) - badShare(right));

function join(left: Bin, right: Bin): Bin {
  return {
    categories: [...(left.categories ?? []), ...(right.categories ?? [])],
    goods: left.goods + right.goods,
    bads: left.bads + right.bads,
  };
}

/** The band that a value lies in. */
export function binOf(attribute: BinnedAttribute, value: number | string | null): BinnedAttribute['bins'][number] {
  const bin = attribute.bins.find((candidate) => {
    if (value === null || candidate.isMissing) return value === null && candidate.isMissing === true;
    if (candidate.categories !== undefined) return candidate.categories.includes(value as string);
    return candidate.below === undefined || (value as number) < candidate.below;
  });
  // A value that the development part never lacked is worth nothing either way.
  return bin ?? { goods: 0, bads: 0, weightOfEvidence: 0 };
}
