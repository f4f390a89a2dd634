import { banks } from '@tangram/network/config/topology.ts';
import type { Network } from '@tangram/network/drivers/network.ts';

export interface Delivery {
  at: number;
  from: string;
  to: string;
}

const reconnectMilliseconds = 200;

interface SettledEvent {
  type: string;
  data: { debtorAccount: string; creditorAccount: string };
}

/** Notes when each bank credits what another bank sent, as its own gateway's event stream tells it. */
export function watchDeliveries(network: Network, now: () => number) {
  const deliveries: Delivery[] = [];
  const over = new AbortController();

  async function listen(bank: string): Promise<void> {
    let lastEventId: string | undefined;
    while (!over.signal.aborted) {
      try {
        for await (const { id, event } of readEvents(network, { bank, lastEventId, signal: over.signal })) {
          lastEventId = id;
          if (event.type !== 'PaymentSettled') continue;
          const { debtorAccount, creditorAccount } = event.data;
          const from = bankOf(debtorAccount);
          if (bankOf(creditorAccount) === bank && from !== bank) deliveries.push({ at: now(), from, to: bank });
        }
      } catch {
        // The gateway may be the very process that was killed: it is asked again until it is back.
      }
      await new Promise((wake) => setTimeout(wake, reconnectMilliseconds));
    }
  }

  const listening = Promise.all(banks.map(listen));
  return {
    deliveries,
    stop: async () => {
      over.abort();
      await listening;
    },
  };
}

export type Deliveries = ReturnType<typeof watchDeliveries>;

const bankOf = (accountId: string) => accountId.split('-')[0] ?? '';

async function* readEvents(
  network: Network,
  { bank, lastEventId, signal }: { bank: string; lastEventId: string | undefined; signal: AbortSignal },
): AsyncGenerator<{ id: string; event: SettledEvent }> {
  const headers = {
    authorization: `Bearer ${await network.token({ bank, role: 'operator' })}`,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  };
  const response = await fetch(`${network.gatewayUrl(bank)}/v1/events`, { headers, signal });
  if (!response.ok || !response.body) throw new Error(`${response.status}`);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (text + chunk).split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const id = /^id: (.*)$/m.exec(frame)?.[1];
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (id !== undefined && data !== undefined) yield { id, event: JSON.parse(data) as SettledEvent };
    }
  }
}
