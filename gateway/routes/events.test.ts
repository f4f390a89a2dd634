import type { EventView } from '../read-model/types.ts';
import { type Claims, customer, type MemoryApi, openBooks, regulator, startMemoryApi } from '../testing/memory-api.ts';
import { eventFrame, eventFrames } from './events.ts';

const event = (id: string, data: Record<string, unknown> = {}): EventView => ({
  ...{
    id,
    lane: 'cedar',
    type: 'PaymentSettled',
    data,
    accounts: ['cedar-alice'],
    time: '2026-01-05T09:00:00.000Z',
    transactionId: 'ab',
  },
});

/** Events in memory that a test can add to; readers are told as the read model tells them. */
function feed(events: EventView[]) {
  const listeners = new Set<() => void>();
  return {
    listeners,
    add(added: EventView) {
      events.push(added);
      for (const listener of listeners) listener();
    },
    listEvents: async (after: string | undefined, limit: number) => {
      const start = after === undefined ? 0 : events.findIndex(({ id }) => id === after) + 1;
      return events.slice(start, start + limit);
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

describe('eventFrames', () => {
  const isVisible = async () => true;

  test('gives what was missed, then what comes, and a heartbeat when it is quiet', async () => {
    const readModel = feed([event('1.0.0'), event('1.0.1')]);
    const gone = new AbortController();
    const frames = eventFrames({
      readModel,
      isVisible,
      lastEventId: '1.0.0',
      signal: gone.signal,
      heartbeatMilliseconds: 20,
    });
    const next = async () => (await frames.next()).value as string;

    expect(await next()).toBe('retry: 2000\n\n');
    expect(await next()).toContain('id: 1.0.1\n');
    expect(await next()).toBe(': heartbeat\n\n');
    const waiting = next();
    readModel.add(event('2.0.0'));
    expect(await waiting).toContain('id: 2.0.0\n');
    gone.abort();
    let last = await frames.next();
    while (!last.done) last = await frames.next();
    expect(readModel.listeners.size).toBe(0);
  });

  test('skips what the reader may not see, and goes on behind it', async () => {
    const readModel = feed([event('1.0.0'), event('1.0.1'), event('1.0.2')]);
    const gone = new AbortController();
    const frames = eventFrames({
      readModel,
      isVisible: async ({ id }) => id !== '1.0.1',
      lastEventId: undefined,
      signal: gone.signal,
    });
    await frames.next();

    expect(
      [(await frames.next()).value, (await frames.next()).value].map((frame) => /id: (\S+)/.exec(String(frame))?.[1]),
    ).toEqual(['1.0.0', '1.0.2']);
    gone.abort();
    await frames.return(undefined);
  });

  test('lets no text forge a frame', () => {
    const frame = eventFrame({ ...event('1.0.0', { text: 'x\n\nid: 9.9.9\ndata: forged\r' }), type: 'Payment\nid: 7' });

    expect(frame.split('\n').filter((line) => line !== '')).toHaveLength(3);
    expect(frame.match(/^id: /gm)).toHaveLength(1);
  });
});

describe('GET /v1/events', () => {
  let api: MemoryApi;
  let url: string;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'maple', 'centralbank']);
    await openBooks(api, ['cedar', 'maple']);
    url = await api.app('cedar').listen({ port: 0 });
  });
  afterAll(() => api.stop());

  /** Reads the stream over a real socket until so many events have come. */
  async function readEvents(
    as: Claims,
    count: number,
    lastEventId?: string,
  ): Promise<{ id: string; accounts: string }[]> {
    const gone = new AbortController();
    const response = await fetch(`${url}/v1/events`, {
      headers: {
        authorization: `Bearer ${await api.token({ bank: 'cedar', ...as })}`,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: AbortSignal.any([gone.signal, AbortSignal.timeout(10_000)]),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text
        .split('\n\n')
        .slice(0, -1)
        .filter((frame) => frame.startsWith('id: '));
      if (events.length < count) continue;
      gone.abort();
      return events.slice(0, count).map((frame) => ({ id: /^id: (\S+)/.exec(frame)![1]!, accounts: frame }));
    }
    throw new Error('the stream ended early');
  }

  test('resumes at exactly the next event', async () => {
    const all = await readEvents({}, 4);
    const rest = await readEvents({}, 2, all[1]?.id);

    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([expect.stringMatching(/^\d+\.\d+\.\d+$/)]));
    expect(rest).toEqual(all.slice(2));
  });

  test('shows a customer only what concerns the own accounts', async () => {
    const own = await readEvents(customer('C-bob'), 2);

    expect(own.every(({ accounts }) => accounts.includes('cedar-bob'))).toBe(true);
  });

  test('shows new events to a reader that waits', async () => {
    const seen = await readEvents({}, 4);
    const waiting = readEvents(regulator, 1, (await lastEventId()) ?? seen.at(-1)?.id);
    const body = { withdrawalId: 'W-9', amount: { amount: '1', currency: 'CNY' } };
    await api.call({ method: 'POST', path: '/v1/accounts/cedar-alice/withdrawals', body });

    expect((await waiting)[0]?.accounts).toContain('CashWithdrawn');
  });

  async function lastEventId(): Promise<string | undefined> {
    return (await api.gateways.of('cedar').readModel.listEvents(undefined, 1000)).at(-1)?.id;
  }

  test.each(['x', '1.2', '1.2.3.4', '-1.0.0', '1.0.0,2'])('refuses the last event id %s', async (id) => {
    const answer = await api.call({ path: '/v1/events', headers: { 'last-event-id': id } });

    expect(answer).toMatchObject({ status: 400, body: { code: 'API_EVENT_ID_INVALID' } });
  });
});
