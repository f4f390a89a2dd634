import { Latencies } from '../latencies.ts';
import { type LoadFigures, noFigures, type Window } from './protocol.ts';

const tickMilliseconds = 10;

export interface Work {
  /** Sends so many payments, waits for their outcomes and notes them in the figures. */
  send(count: number, figures: LoadFigures): Promise<void>;
  /** Payments handed over at once. */
  chunk: number;
  /** Chunks under way at a time. */
  atOnce: number;
  /** Payments that have to be sent again. */
  waiting(): number;
}

const drainMilliseconds = 60_000;
const pauseMilliseconds = 50;

/**
 * Works through a window: as fast as answers come, one at a time, or at a given rate however long the answers take.
 * Then sends again what is uncertain, so that after the window every outcome is known.
 */
export async function runWindow(work: Work, window: Window): Promise<LoadFigures> {
  const figures = noFigures();
  // What completes before the measured part or after it is booked, but not counted.
  const outside = noFigures();
  const latencies = new Latencies();

  async function sendOnce(count: number, since = Date.now()): Promise<void> {
    const own = noFigures();
    const startedAt = performance.now() - (Date.now() - since);
    await work.send(count, own);
    const now = Date.now();
    const isMeasured = now >= window.measureFrom && now < window.until;
    if (isMeasured) latencies.record(performance.now() - startedAt, own.accepted);
    addFigures(isMeasured ? figures : outside, own);
  }

  if (window.ratePerSecond === undefined) {
    const closed = async () => {
      while (Date.now() < window.until) await sendOnce(window.isAlone ? 1 : work.chunk);
    };
    await Promise.all(Array.from({ length: window.isAlone ? 1 : work.atOnce }, closed));
  } else {
    await sendAtRate(window.ratePerSecond, window.until, sendOnce);
  }
  const deadline = Date.now() + drainMilliseconds;
  while (work.waiting() > 0 && Date.now() < deadline) {
    await wait(pauseMilliseconds);
    await sendOnce(Math.min(work.waiting(), work.chunk));
  }
  return { ...figures, problems: [...figures.problems, ...outside.problems], latencies: latencies.counts };
}

/** Payments arrive evenly; their latency begins when they arrive, not when they could be sent. */
async function sendAtRate(
  perSecond: number,
  until: number,
  sendOnce: (count: number, since: number) => Promise<void>,
): Promise<void> {
  const startedAt = Date.now();
  const open: Promise<void>[] = [];
  let sent = 0;
  for (;;) {
    const now = Date.now();
    if (now >= until) break;
    const due = Math.floor(((now - startedAt) * perSecond) / 1000) - sent;
    if (due > 0) {
      // Of those that go together the first has waited longest, be it because this process was busy.
      open.push(sendOnce(due, startedAt + ((sent + 1) * 1000) / perSecond));
      sent += due;
    }
    await wait(tickMilliseconds);
  }
  await Promise.all(open);
}

/** Adds up figures of several sends or processes, latencies aside. */
export function addFigures(sum: LoadFigures, added: LoadFigures): void {
  for (const name of ['accepted', 'replayed', 'refused', 'aborted', 'busy', 'resent'] as const)
    sum[name] += added[name];
  sum.problems.push(...added.problems);
}

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((wake) => setTimeout(wake, Math.max(0, milliseconds)));
