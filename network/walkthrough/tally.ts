import type { Answer } from './rest-client.ts';

/** Counts what became of requests, by the words of the product: accepted, replayed, or refused with its code. */
export function createTally() {
  const refused = new Map<string, number>();
  let accepted = 0;
  let replayed = 0;

  function count(answer: Pick<Answer, 'status' | 'body' | 'replayed'>): void {
    if (answer.status >= 400) {
      const code = String(answer.body.code ?? `HTTP ${answer.status}`);
      refused.set(code, (refused.get(code) ?? 0) + 1);
    } else if (answer.replayed) {
      replayed += 1;
    } else {
      accepted += 1;
    }
  }

  const totals = () => ({ accepted, replayed, refused: Object.fromEntries([...refused].sort()) });
  return { count, totals };
}

export type Tally = ReturnType<typeof createTally>;

/** Throws unless the answer has the expected status and code; the message says what came instead. */
export function expectAnswer(answer: Answer, expected: { status: number; code?: string; replayed?: boolean }): Answer {
  const wrong: string[] = [];
  if (answer.status !== expected.status) wrong.push(`status ${answer.status} instead of ${expected.status}`);
  if (expected.code !== undefined && answer.body.code !== expected.code) {
    wrong.push(`code ${answer.body.code} instead of ${expected.code}`);
  }
  if (expected.replayed === true && !answer.replayed) wrong.push('a new result instead of the first one');
  if (wrong.length > 0) throw new Error(`${wrong.join(', ')}: ${answer.text.slice(0, 400)}`);
  return answer;
}
