/** How many operations the next batch may hold. */
export interface BatchSize {
  most(): number;
  /** Learns from a batch that was booked. */
  record(batch: { operations: number; seconds: number }): void;
}

const FIRST = 2_000;
const LEAST = 500;
/**
 * Longer batches save little, keep their peer's blocks back while they are judged, and make everybody wait; much longer
 * ones reach the time limits of endorsers.
 */
const TARGET_SECONDS = 1;
const GROWTH_MAX = 2;

/**
 * Lets batches grow until one takes about as long as a customer should wait. Operations differ in cost by a hundred
 * times and machines by ten, so it is learnt from the batches themselves, and from full ones only: what a small batch
 * takes is mostly the network's own time.
 */
export function createBatchSize(limit: number): BatchSize {
  let most = Math.min(FIRST, limit);
  return {
    most: () => most,
    record: ({ operations, seconds }) => {
      const isFull = operations >= most * 0.9;
      const isSlow = seconds > TARGET_SECONDS;
      if (!isFull && !(isSlow && operations > LEAST)) return;
      const fitting = (operations * TARGET_SECONDS) / seconds;
      most = Math.round(Math.min(Math.max(fitting, LEAST, most / GROWTH_MAX), most * GROWTH_MAX, limit));
    },
  };
}
