import { loanWorld } from '../testing/lending-world.ts';
import { CNY, envelope } from '../testing/world.ts';

// Whoever owes decides how often they pay, and all of a bank's customers wait for one lane.
test('a batch of many small repayments of one loan takes no time that grows with their square', async () => {
  const world = await loanWorld();
  const repayments = Array.from({ length: 200 }, (_, count) =>
    envelope('lending:repayLoan', { repaymentId: `R${count}`, loanId: 'L1', amount: CNY(1) }),
  );
  const startedAt = performance.now();
  const { response } = await world.ledger.submit('cedar', repayments);

  expect(performance.now() - startedAt).toBeLessThan(15_000);
  expect(response.accepted).toBe(200);
  expect(response.results.at(-1)).toMatchObject({ result: { balance: CNY(99_800), corrections: [] } });
  const later = { repaymentId: 'R', loanId: 'L1', amount: CNY(1_000), valueDate: '2026-01-05' };
  expect(await world.accept('cedar', 'lending:repayLoan', later)).toMatchObject({ balance: CNY(98_800) });
}, 120_000);
