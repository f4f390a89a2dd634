/** How many operations the next batch may hold. */
export interface BatchSize {
  most(): number;
  /** Learns from how long endorsers took to judge a batch; one that they did not endorse only tells what is too much. */
  record(batch: JudgedBatch): void;
}

export interface JudgedBatch {
  operations: number;
  seconds: number;
  isEndorsed: boolean;
}

const FIRST = 2_000;
const LEAST = 500;
/**
 * A peer keeps blocks back while it judges a batch; much longer ones reach the time limits of endorsers. Ordering and
 * commit do not count: on a busy machine they take as long for a small batch, and more small ones make it busier.
 */
const TARGET_SECONDS = 1;
const GROWTH_MAX = 2;

/**
 * Lets batches grow until one is judged in about a second. Operations differ in cost by a hundred times and machines by
 * ten, so it is learnt from the batches themselves, and from full ones only: what a small batch takes is mostly the
 * network's own time.
 */
export function createBatchSize(limit: number): BatchSize {
  let most = Math.min(FIRST, limit);
  return {
    most: () => most,
    record: ({ operations, seconds, isEndorsed }) => {
      const isFull = isEndorsed && operations >= most * 0.9;
      const isSlow = seconds > TARGET_SECONDS;
      if (!isFull && !(isSlow && operations > LEAST)) return;
      const fitting = (operations * TARGET_SECONDS) / seconds;
      most = Math.round(Math.min(Math.max(fitting, LEAST, most / GROWTH_MAX), most * GROWTH_MAX, limit));
    },
  };
}
