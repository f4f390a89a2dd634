import { lendingWorld, request } from '../testing/lending-world.ts';
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
