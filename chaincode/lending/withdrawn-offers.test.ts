import { lendingWorld, offer, request } from '../testing/lending-world.ts';
import { envelope } from '../testing/world.ts';

test('offers that were taken back leave room for others, and do not grow a request for ever', async () => {
  const world = await lendingWorld();
  await world.accept('cedar', 'lending:requestLoan', request);
  const inAndOut = Array.from({ length: 250 }, (_, count) => [
    envelope('lending:offerFunding', offer(`W${count}`, 'cedar-ann', 1)),
    envelope('lending:withdrawOffer', { requestId: 'Q1', offerId: `W${count}` }),
  ]).flat();
  const { response } = await world.ledger.submit('cedar', inAndOut);

  expect(response.accepted).toBe(500);
  expect(await world.accept('cedar', 'lending:offerFunding', offer('O1', 'cedar-ben', 100_000))).toMatchObject({
    status: 'OPEN',
  });
  const { offers } = await world.ledger.query('cedar', 'lending:getLoanRequest', { requestId: 'Q1' });
  expect(offers.length).toBeLessThanOrEqual(200);
  expect(await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' })).toMatchObject({
    shares: [{ lenderAccount: 'cedar-ben', principal: '100000' }],
  });
});
