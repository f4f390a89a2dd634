import { type MemoryApi, openBooks, startMemoryApi } from './testing/memory-api.ts';

describe('event streams and shutting down', () => {
  let api: MemoryApi;
  let url: string;
  let token: string;
  beforeEach(async () => {
    api = await startMemoryApi(['cedar', 'centralbank'], { limits: { streams: 1 } });
    await openBooks(api, ['cedar']);
    url = await api.app('cedar').listen({ port: 0 });
    token = await api.token({ bank: 'cedar' });
  });
  afterEach(() => api.stop());

  const open = (authorization = `Bearer ${token}`, signal?: AbortSignal) =>
    fetch(`${url}/v1/events`, { headers: { authorization }, ...(signal === undefined ? {} : { signal }) });

  test('a stream counts against the limit until its reader has gone', async () => {
    const gone = new AbortController();
    const first = await open(undefined, gone.signal);
    const second = await open();
    gone.abort();
    const statuses: number[] = [];
    while (!statuses.includes(200) && statuses.length < 100) {
      const again = await open();
      statuses.push(again.status);
      if (again.status === 200) await again.body?.cancel();
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }

    expect([first.status, second.status]).toEqual([200, 429]);
    expect(statuses.at(-1)).toBe(200);
  });

  test('a stream ends when the token of its reader does', async () => {
    const brief = await api.token({ bank: 'cedar', lifetime: '1s' });
    const response = await open(`Bearer ${brief}`);

    expect(await response.text()).toContain('event: AccountOpened');
  });

  test('closing ends streams, answers what was taken and takes no more', async () => {
    const stream = await open();
    const body = { withdrawalId: 'W-1', amount: { amount: '1', currency: 'CNY' } };
    const post = () =>
      fetch(`${url}/v1/accounts/cedar-alice/withdrawals`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const taken = post();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const closed = api.app('cedar').close();

    expect(await stream.text()).toContain('id: ');
    expect([201, 503]).toContain((await taken).status);
    await closed;
    await expect(post()).rejects.toThrow();
  });
});
