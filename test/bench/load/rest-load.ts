import { endingOfAnswer } from './answers.ts';
import { openHttpConnection } from './http-connection.ts';
import { runWindow, wait } from './pace.ts';
import { createPaymentSource, type Draft, type Ending } from './payment-source.ts';
import type { Load, LoadFigures, LoadSpec } from './protocol.ts';

const pauseMilliseconds = 100;

type RestSpec = Extract<LoadSpec, { kind: 'rest' }>;

/** Customers of one bank who each pay one by one over a connection of their own. */
export async function openRestLoad({ url, tokens, traffic, connections }: RestSpec): Promise<Load> {
  const source = createPaymentSource(traffic);
  // Connections belong to customers in turns: a customer pays from own accounts alone.
  const customers = Array.from({ length: connections }, (_, index) => ({
    customer: index % tokens.length,
    token: tokens[index % tokens.length] ?? '',
    connection: openHttpConnection(url),
  }));
  const idle = [...customers];

  async function sendOne(figures: LoadFigures): Promise<void> {
    const own = idle.pop() as (typeof customers)[number];
    let draft: Draft = source.next(own.customer);
    for (;;) {
      const ending = await pay(own, draft);
      if (!source.settle(draft, ending, figures)) break;
      draft = { ...draft, isResent: true };
      await wait(pauseMilliseconds);
    }
    idle.push(own);
  }

  async function pay({ connection, token }: (typeof customers)[number], { payment }: Draft): Promise<Ending> {
    try {
      return endingOfAnswer(await connection.request('POST', '/v1/payments', { token, body: JSON.stringify(payment) }));
    } catch (error) {
      return { kind: 'again', code: (error as Error).message };
    }
  }

  return {
    run: (window) =>
      runWindow(
        {
          send: async (count, figures) => {
            await Promise.all(Array.from({ length: count }, () => sendOne(figures)));
          },
          chunk: 1,
          atOnce: connections,
          waiting: () => 0,
        },
        window,
      ),
    books: source.books,
    stop: async () => {
      for (const { connection } of customers) connection.close();
    },
  };
}
