import { loanWorld } from '../testing/lending-world.ts';
import { CNY, envelope } from '../testing/world.ts';

// Whoever owes decides how often they pay, and all of a bank's customers wait for one lane.
// With the square of their number they would outlast the test's two minutes many times over.
test('a batch of many small repayments of one loan takes no time that grows with their square', async () => {
  const world = await loanWorld();
  const repayments = Array.from({ length: 600 }, (_, count) =>
    envelope('lending:repayLoan', { repaymentId: `R${count}`, loanId: 'L1', amount: CNY(1) }),
  );
  const { response } = await world.ledger.submit('cedar', repayments);

  expect(response.accepted).toBe(600);
  expect(response.results.at(-1)).toMatchObject({ result: { balance: CNY(99_400), corrections: [] } });
  const later = { repaymentId: 'R', loanId: 'L1', amount: CNY(1_000), valueDate: '2026-01-05' };
  expect(await world.accept('cedar', 'lending:repayLoan', later)).toMatchObject({ balance: CNY(98_400) });
}, 120_000);
