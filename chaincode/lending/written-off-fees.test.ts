import { lendingWorld, offer, passDays, request } from '../testing/lending-world.ts';
import { CNY } from '../testing/world.ts';

test('a loan that was written off owes no fees of instalments to come', async () => {
  const world = await lendingWorld({ instalmentFee: { amount: CNY(100) } });
  await world.accept('cedar', 'lending:requestLoan', { ...request, instalments: 12 });
  await world.accept('cedar', 'lending:offerFunding', offer('O1', 'cedar-ann', 100_000));
  await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
  passDays(world, 31 + 181);
  const { writtenOff } = await world.accept('cedar', 'lending:writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
  passDays(world, 365);
  const { payoff } = await world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
  expect(payoff).toEqual(writtenOff);
});
