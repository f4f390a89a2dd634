import { type PairedGateway, startGatewayPair } from './gateway-pair.ts';
import { expectOneState, openBanks, type RunningNetwork, startRunningNetwork } from './running-network.ts';

const opening = 1_000_000n;
const answerMilliseconds = 3_000;
const pauseMilliseconds = 50;

describe('two gateway processes of one bank', () => {
  let running: RunningNetwork;
  let stopPair: () => Promise<void>;
  let gateways: [PairedGateway, PairedGateway];
  let token: string;
  const booked = new Set<string>();

  beforeAll(async () => {
    running = await startRunningNetwork();
    await openBanks(running.rest, ['anna', 'bao'], String(opening));
    const pair = await startGatewayPair(running, 'cedar');
    ({ gateways } = pair);
    stopPair = pair.stop;
    token = await running.network.token({ bank: 'cedar', role: 'operator' });
  }, 500_000);
  afterAll(async () => {
    await stopPair?.();
    await running?.stop();
  });

  async function post(gateway: PairedGateway, paymentId: string, milliseconds: number): Promise<number> {
    const payment = { paymentId, debtorAccount: 'cedar-anna', creditorAccount: 'cedar-bao' };
    const response = await fetch(`${gateway.url}/v1/payments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...payment, amount: { amount: '1', currency: 'CNY' } }),
      signal: AbortSignal.timeout(milliseconds),
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** Pays as a bank's customers do: whoever gets no answer in time asks the other gateway, under the same id. */
  async function payUntilBooked(paymentId: string, first: number): Promise<void> {
    for (let turn = first; ; turn += 1) {
      const gateway = gateways[turn % 2] as PairedGateway;
      const status = await post(gateway, paymentId, answerMilliseconds).catch(() => 0);
      if (status === 201) break;
      await wait(pauseMilliseconds);
      if (status === 422 || status === 409) throw new Error(`${paymentId} was refused with ${status}`);
    }
    booked.add(paymentId);
  }

  /** Customers pay at both gateways while something happens. */
  async function underLoad(name: string, happen: () => Promise<void>): Promise<void> {
    let isOver = false;
    const customers = Array.from({ length: 6 }, async (_, customer) => {
      for (let count = 0; !isOver; count += 1) {
        await wait(pauseMilliseconds);
        await payUntilBooked(`${name}-${customer}-${count}`, customer);
      }
    });
    try {
      await happen();
    } finally {
      isOver = true;
      await Promise.all(customers);
    }
  }

  async function roles(): Promise<string[]> {
    const lanes = await Promise.all(gateways.map((gateway) => gateway.lane()));
    return lanes.map((lane) => lane?.role ?? 'away');
  }

  async function eventually(name: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 120_000;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`never: ${name}; roles ${await roles()}`);
      await wait(30);
    }
  }

  async function bookedAt(gateway: PairedGateway): Promise<bigint> {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${gateway.url}/v1/accounts/cedar-bao`, { headers });
    const { booked: balance } = (await response.json()) as { booked?: string };
    return BigInt(balance ?? -1) - opening;
  }

  /** A gateway reads its blocks at its own pace, which the other one does not wait for. */
  async function expectEachBookedOnce(): Promise<void> {
    const expected = BigInt(booked.size);
    for (const gateway of gateways) {
      await eventually('every block read', async () => (await bookedAt(gateway)) >= expected);
      expect(await bookedAt(gateway)).toBe(expected);
    }
    await expectOneState(running.network);
  }

  const epoch = async (index: number) => (await gateways[index]?.lane())?.epoch ?? 0;
  const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

  test('one holds the lane, the other forwards, and nobody steals under load', async () => {
    expect(await roles()).toEqual(['holder', 'forwarder']);
    const before = await epoch(0);
    await underLoad('calm', () => wait(1_500));
    expect(await roles()).toEqual(['holder', 'forwarder']);
    expect(await epoch(0)).toBe(before);
    await expectEachBookedOnce();
  }, 120_000);

  test('kill -9 of the holder: the other takes over; a new process forwards and does not take the lane back', async () => {
    const before = await epoch(0);
    await underLoad('killed', async () => {
      await wait(300);
      gateways[0].kill('SIGKILL');
      await eventually('taken over', async () => (await roles())[1] === 'holder');
      await gateways[0].start();
      await wait(500);
    });
    expect(await roles()).toEqual(['forwarder', 'holder']);
    expect(await epoch(1)).toBe(before + 1);
    await expectEachBookedOnce();
  }, 400_000);

  test('SIGSTOP of the holder with a batch under way, then SIGCONT: what it had taken is answered, and it forwards', async () => {
    const before = await epoch(1);
    const taken = ['held-1', 'held-2', 'held-3'];
    await underLoad('stopped', async () => {
      await wait(300);
      // Patient customers of the gateway that is about to be stopped.
      const answers = taken.map((paymentId) => post(gateways[1], paymentId, 90_000));
      await wait(5);
      gateways[1].kill('SIGSTOP');
      await eventually('taken over', async () => (await roles())[0] === 'holder');
      await wait(1_000);
      gateways[1].kill('SIGCONT');
      expect(await Promise.all(answers)).toEqual([201, 201, 201]);
      for (const paymentId of taken) booked.add(paymentId);
      await eventually('forwarding', async () => (await roles())[1] === 'forwarder');
    });
    expect(await roles()).toEqual(['holder', 'forwarder']);
    expect(await epoch(0)).toBe(before + 1);
    await expectEachBookedOnce();
  }, 400_000);
});
