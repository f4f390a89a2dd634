import type { Span } from './gaps.ts';

/** What one attempt told the client. */
export type Attempt =
  | { kind: 'booked'; replayed: boolean }
  | { kind: 'refused'; code: string }
  /** Send the same id again; `isAmbiguous` when it may have been booked all the same. */
  | { kind: 'again'; code: string; isAmbiguous: boolean };

/** What an HTTP answer means to a careful client. */
export function judgeAnswer(answer: {
  status: number;
  body: { code?: unknown; outcome?: unknown };
  replayed: boolean;
}): Attempt {
  const { status, body, replayed } = answer;
  const code = String(body.code ?? `HTTP_${status}`);
  if (status >= 200 && status < 300) return { kind: 'booked', replayed };
  const isFinal = status < 500 && status !== 429 && body.outcome !== 'failed' && body.outcome !== 'unknown';
  if (isFinal) return { kind: 'refused', code };
  // Only "failed" promises that nothing was written; a bare server error promises nothing.
  return { kind: 'again', code, isAmbiguous: body.outcome !== 'failed' && status !== 429 };
}

/** What a missing answer means: only a refused connection proves that nothing was sent. */
export function judgeError(error: { name?: string; code?: string }): Attempt {
  if (error.code === 'ECONNREFUSED') return { kind: 'again', code: 'CONNECTION_REFUSED', isAmbiguous: false };
  const isTimeout = error.name === 'TimeoutError' || error.code === 'ABORT_ERR';
  return { kind: 'again', code: isTimeout ? 'CLIENT_TIMEOUT' : 'CONNECTION_LOST', isAmbiguous: true };
}

export interface Problem {
  at: number;
  bank: string;
  code: string;
  isAmbiguous: boolean;
}

export type Resolution = 'accepted' | 'replayed' | 'refused';

/** One payment whose outcome was in doubt, and what the retry with the same id answered; undefined while it is open. */
export interface Doubt {
  at: number;
  bank: string;
  how?: Resolution;
}

/** Problems within a span by code, those that occurred most often first. */
export function countCodes(problems: readonly Problem[], span: Span): Record<string, number> {
  const counts = Map.groupBy(problems.filter(within(span)), ({ code }) => code);
  const rows = [...counts].map(([code, found]): [string, number] => [code, found.length]);
  return Object.fromEntries(rows.sort(([one, a], [other, b]) => b - a || one.localeCompare(other)));
}

/** How the doubts that arose within a span were resolved. */
export function countResolutions(doubts: readonly Doubt[], span: Span): Record<Resolution | 'open', number> {
  const counts = { accepted: 0, replayed: 0, refused: 0, open: 0 };
  for (const { how } of doubts.filter(within(span))) counts[how ?? 'open'] += 1;
  return counts;
}

const within =
  ({ from, to }: Span) =>
  ({ at }: { at: number }) =>
    at >= from && at < to;
