import { type BankName, banks } from '@tangram/network/config/topology.ts';
import { type Answer, type Call, createRestClient, type RestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { settled } from '../end-to-end/running-network.ts';

// Steady, and light enough that a restored peer catches up on a busy machine.
const pauseMilliseconds = 250;
const currency = 'CNY';

/** A client of a network that runs in the background: gateways and issuer by the addresses that `network up` told. */
export function clientOf(
  { gateways, issuer }: { gateways: Record<string, string>; issuer: string },
  onRepeat?: (reason: string) => void,
): RestClient {
  const network = {
    gatewayUrl: (name: string) => gateways[name] ?? '',
    token: async (request: { bank: string; role: string }) => {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
      return ((await response.json()) as { access_token: string }).access_token;
    },
  };
  return createRestClient(network, onRepeat);
}

export interface BankLoad {
  /** Payments that were acknowledged, by bank. */
  acknowledged: Record<BankName, string[]>;
  /** Longest time in milliseconds without an acknowledgement since the last call, by bank. */
  longestGaps(): Record<BankName, number>;
  stop(): Promise<void>;
}

/** One customer per bank who pays a customer of the next bank, again and again, sending each payment until it is certain. */
export function startLoad(rest: RestClient): BankLoad {
  const empty = <Value>(make: () => Value) => Object.fromEntries(banks.map((bank) => [bank, make()]));
  const acknowledged = empty(() => [] as string[]) as Record<BankName, string[]>;
  let gaps = empty(() => 0) as Record<BankName, number>;
  let marked = empty(() => performance.now()) as Record<BankName, number>;
  let isOver = false;

  function mark(bank: BankName): void {
    const now = performance.now();
    gaps[bank] = Math.max(gaps[bank], now - marked[bank]);
    marked[bank] = now;
  }

  /** A bank may be away for longer than the client's patience: the same request is sent for as long as there is load. */
  async function untilCertain(request: Call): Promise<Answer> {
    for (;;) {
      try {
        return await rest.call(request);
      } catch (error) {
        if (isOver) throw error;
      }
    }
  }

  async function pay(bank: BankName, index: number): Promise<void> {
    for (let count = 1; !isOver; count += 1) {
      const paymentId = `load-${bank}-${count}`;
      const body = {
        paymentId,
        debtorAccount: `${bank}-ann`,
        creditorAccount: `${banks[(index + 1) % banks.length]}-ann`,
        amount: { amount: '1', currency },
      };
      const answer = await untilCertain({ bank, method: 'POST', path: '/v1/payments', body });
      if (answer.status >= 300) throw new Error(`${paymentId}: ${answer.status} ${answer.text}`);
      acknowledged[bank].push(paymentId);
      mark(bank);
      await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
    }
  }
  const running = Promise.all(banks.map(pay));
  // The failure is told by stop.
  running.catch(() => {});

  return {
    acknowledged,
    longestGaps() {
      for (const bank of banks) mark(bank);
      const found = gaps;
      [gaps, marked] = [empty(() => 0), empty(() => performance.now())] as [typeof gaps, typeof marked];
      return Object.fromEntries(banks.map((bank) => [bank, Math.round(found[bank])])) as Record<BankName, number>;
    },
    async stop() {
      isOver = true;
      await running;
    },
  };
}

/** Demands that every acknowledged payment of an ended load was settled, once: to the last unit on each account. */
export async function demandPaidOnce(rest: RestClient, { acknowledged }: BankLoad, deposit: number): Promise<void> {
  for (const bank of banks) {
    for (const paymentId of acknowledged[bank]) {
      const status = await settled(rest, paymentId, bank);
      if (status !== 'SETTLED') throw new Error(`${paymentId} was acknowledged and is ${status}.`);
    }
  }
  for (const [index, bank] of banks.entries()) {
    const payer = banks.at(index - 1) as BankName;
    const expected = String(deposit - acknowledged[bank].length + acknowledged[payer].length);
    const { booked } = (await rest.call({ bank, path: `/v1/accounts/${bank}-ann` })).body;
    if (booked !== expected) throw new Error(`${bank}-ann has ${booked}; its payments leave ${expected}.`);
  }
}
