/** Part of a run, in milliseconds of one clock. */
export interface Span {
  from: number;
  to: number;
}

/**
 * Longest time between two events in a row that touches the span. What began before the span or ends after it counts in
 * full; where nothing comes before or after, the span's own edge stands for it. `times` ascend.
 */
export function longestGap(times: readonly number[], { from, to }: Span): number {
  const first = times.findIndex((time) => time > from);
  const before = first === -1 ? times.at(-1) : times[first - 1];
  let last = before ?? from;
  let longest = 0;
  for (const time of first === -1 ? [] : times.slice(first)) {
    longest = Math.max(longest, time - last);
    last = time;
    if (time >= to) return longest;
  }
  return Math.max(longest, to - last);
}

/** How many events lie within the span. */
export const countWithin = (times: readonly number[], { from, to }: Span): number =>
  times.filter((time) => time >= from && time < to).length;

export type Verdict = 'met' | 'missed';

/** Whether a gap keeps to its aim; undefined where there is none. */
export function judgeGap(gap: number, aim: number | undefined): Verdict | undefined {
  if (aim === undefined) return undefined;
  return gap <= aim ? 'met' : 'missed';
}
