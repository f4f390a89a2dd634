import { endingOfProblem } from './answers.ts';
import { type HttpAnswer, openHttpConnection } from './http-connection.ts';
import { runWindow, wait } from './pace.ts';
import { createPaymentSource, type Ending } from './payment-source.ts';
import type { Load, LoadFigures, LoadSpec } from './protocol.ts';

const pauseMilliseconds = 100;

type BulkSpec = Extract<LoadSpec, { kind: 'bulk' }>;
type BulkResult = { replayed?: true; problem?: { status: number; code: string; outcome?: string } };

/** A bank's own system that hands over files of payments. */
export async function openBulkLoad({ url, tokens, traffic, connections, chunk }: BulkSpec): Promise<Load> {
  const source = createPaymentSource(traffic);
  const idle = Array.from({ length: connections }, () => openHttpConnection(url));
  const all = [...idle];

  async function send(count: number, figures: LoadFigures): Promise<void> {
    const connection = idle.pop() as (typeof all)[number];
    const drafts = Array.from({ length: count }, () => source.next());
    const body = JSON.stringify({ payments: drafts.map(({ payment }) => payment) });
    const sent = connection.request('POST', '/v1/payments/bulk', { token: tokens[0] ?? '', body });
    const endings = await sent.then(
      (answer) => endingsOf(answer, count),
      (error: Error) => drafts.map((): Ending => ({ kind: 'again', code: error.message })),
    );
    idle.push(connection);
    let isLater = false;
    drafts.forEach((draft, index) => {
      if (!source.settle(draft, endings[index] as Ending, figures)) return;
      isLater = true;
      source.retry(draft);
    });
    if (isLater) await wait(pauseMilliseconds);
  }

  return {
    run: (window) => runWindow({ send, chunk, atOnce: connections, waiting: source.waiting }, window),
    books: source.books,
    stop: async () => {
      for (const connection of all) connection.close();
    },
  };
}

function endingsOf({ status, body }: HttpAnswer, count: number): Ending[] {
  if (status !== 200) return new Array<Ending>(count).fill(endingOfProblem(status, JSON.parse(body)));
  const { results } = JSON.parse(body) as { results: BulkResult[] };
  return results.map(({ problem, replayed }) =>
    problem ? endingOfProblem(problem.status, problem) : { kind: replayed ? 'replayed' : 'accepted' },
  );
}
