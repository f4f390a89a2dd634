import type { Delivery } from './deliveries.ts';
import { longestGap, type Span } from './gaps.ts';
import type { Episode } from './report.ts';

// What is slow is not stuck: the wait must be many times what it was in the calm before on the same machine.
const patience = { milliseconds: 10_000, calmGaps: 10 };
/** Time without an acknowledgement beyond this is time in which the machine or the ordering stood, and no inbox can move. */
const liveMilliseconds = 1_000;

/**
 * What is wrong with the inboxes of the other banks while one is down: they went on accepting payments for each other,
 * and not one was delivered. Undefined where some were, where the fault was too short to tell, and of other faults.
 */
export function findStall(
  { fault, bank: hit, calm, span, backMilliseconds }: Episode,
  { crossings, deliveries }: { crossings: readonly Delivery[]; deliveries: readonly Delivery[] },
): string | undefined {
  if (!fault.losesBank) return undefined;
  const amongOthers = (all: readonly Delivery[]) =>
    all.filter(({ from, to }) => from !== hit && to !== hit).map(({ at }) => at);
  const delivered = amongOthers(deliveries);
  const down = { from: span.from, to: span.from + backMilliseconds };
  const stalled = longestStall(amongOthers(crossings), delivered, down);
  if (stalled < Math.max(patience.milliseconds, patience.calmGaps * longestGap(delivered, calm))) return undefined;
  return `${fault.name}: for ${(stalled / 1000).toFixed(1)} s the other banks accepted payments for each other, and none of them was delivered.`;
}

/** Longest time in which payments were accepted and none delivered; pauses in accepting do not count. Times ascend. */
function longestStall(accepted: readonly number[], delivered: readonly number[], { from, to }: Span): number {
  let [stalled, longest] = [0, 0];
  let last: number | undefined;
  for (const at of accepted.filter((each) => each >= from && each < to)) {
    const since = last ?? at;
    const hasMoved = delivered.some((each) => each >= since && each < at);
    stalled = hasMoved ? 0 : stalled + Math.min(at - since, liveMilliseconds);
    longest = Math.max(longest, stalled);
    last = at;
  }
  return longest;
}
