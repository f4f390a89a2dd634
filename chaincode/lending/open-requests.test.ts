import { lendingWorld, passDays, request } from '../testing/lending-world.ts';
import { envelope } from '../testing/world.ts';

test('a borrower asks so much at a time, because every open request makes all others dearer', async () => {
  const world = await lendingWorld();
  const ask = (count: number) => ({ ...request, requestId: `Q${count}` });
  const asked = Array.from({ length: 21 }, (_, count) => envelope('lending:requestLoan', ask(count)));
  const { response } = await world.ledger.submit('cedar', asked);

  expect(response.accepted).toBe(20);
  const params = { accountId: 'cedar-shop', requests: 20 };
  expect(response.results[20]).toEqual({ outcome: 'refused', code: 'LENDING_REQUESTS_FULL', params });
  await world.accept('cedar', 'lending:cancelRequest', { requestId: 'Q3' });
  await world.accept('cedar', 'lending:requestLoan', ask(20));
  expect((await world.refuse('cedar', 'lending:requestLoan', ask(21))).writes).toBe(0);
});

test('a request that ends leaves all others of their borrower, and of the list of those that may expire', async () => {
  const world = await lendingWorld();
  // Twenty in sixteen shards: some share one.
  const ids = Array.from({ length: 20 }, (_, count) => `Q${count}`);
  const asked = ids.map((requestId) => envelope('lending:requestLoan', { ...request, requestId }));
  await world.ledger.submit('cedar', asked);
  for (const requestId of ids.slice(0, 10)) await world.accept('cedar', 'lending:cancelRequest', { requestId });

  passDays(world, 5);
  const { expired } = await world.ledger.query('cedar', 'lending:listExpiredRequests', {});
  expect(expired).toEqual(ids.slice(10));
});
