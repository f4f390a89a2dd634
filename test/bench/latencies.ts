const ratio = 1.01;
const logRatio = Math.log(ratio);
/** Shortest latency told apart, in milliseconds. */
const floor = 0.01;

/** Counts by latency: how many fell into each bucket, as it travels between processes. */
export type LatencyCounts = [bucket: number, count: number][];

/** Latencies in buckets one per cent wide: quantiles of millions in a few hundred numbers, and several processes' add up. */
export class Latencies {
  readonly #counts = new Map<number, number>();
  #total = 0;

  constructor(counts: LatencyCounts = []) {
    this.add(counts);
  }

  record(milliseconds: number, times = 1): void {
    const bucket = Math.round(Math.log(Math.max(milliseconds, floor)) / logRatio);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + times);
    this.#total += times;
  }

  add(counts: LatencyCounts): void {
    for (const [bucket, count] of counts) {
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
      this.#total += count;
    }
  }

  get total(): number {
    return this.#total;
  }

  get counts(): LatencyCounts {
    return [...this.#counts];
  }

  /** The latency in milliseconds that this share did not exceed; undefined when nothing was recorded. */
  quantile(share: number): number | undefined {
    let left = share * this.#total;
    for (const [bucket, count] of this.counts.sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return ratio ** bucket;
    }
    return undefined;
  }
}

/** The middle value; of an even number the mean of the two in the middle. Refuses an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('There is no median of nothing.');
  return (upper + lower) / 2;
}
