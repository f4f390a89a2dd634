import { batchKey } from '../core/batch.ts';
import { lendingWorld, loanAccounts, loanWorld, offer, passDays, product, request } from '../testing/lending-world.ts';
import { CNY, type World } from '../testing/world.ts';

let world: World;
const repay = (repaymentId: string, amount: number, more: object = {}) =>
  world.accept('cedar', 'lending:repayLoan', { repaymentId, loanId: 'L1', amount: CNY(amount), ...more });
const sumOf = (lenders: readonly { amount: string }[]) => lenders.reduce((sum, { amount }) => sum + Number(amount), 0);

/** A loan of 1,000.00 over two months, with a fee for each. */
async function shortLoan(fee: number, change: object): Promise<void> {
  world = await lendingWorld({ ...change, instalmentFee: { amount: CNY(fee) } });
  await world.accept('cedar', 'lending:requestLoan', { ...request, instalments: 2 });
  await world.accept('cedar', 'lending:offerFunding', offer('O1', 'cedar-ann', 100_000));
  await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
}

/** What was posted last, but for entries between the bank's own accounts about loans. */
const paid = () => {
  const { postings } = world.ledger.row('cedar', batchKey(world.head('cedar')?.sequence ?? 0)).entries[0];
  const kept = /cedar-|cedar\.loan-(fees|corrections)/;
  return postings.filter(({ account }: { account: string }) => kept.test(account));
};
const leg = (account: string, side: string, amount: number) => ({ account, side, ...CNY(amount) });

describe('the bank’s fee', () => {
  test('is taken of each repayment once', async () => {
    world = await loanWorld({ instalmentFee: { amount: CNY(50) } });
    passDays(world, 31);
    expect(sumOf((await repay('R1', 17_305)).lenders)).toBe(17_255);
    passDays(world, 28);
    expect(sumOf((await repay('R2', 17_305)).lenders)).toBe(17_255);
    expect(loanAccounts(world).fees).toBe(-100n);
  });

  test('is given back where a backdated repayment leaves nothing for an instalment that had one', async () => {
    await shortLoan(2_000, { prepayment: 'shortenTerm' });
    passDays(world, 69);
    await repay('R1', 40_001);
    expect(loanAccounts(world).fees).toBe(-4_000n);
    const given = await repay('R0', 58_801, { valueDate: '2026-01-17' });
    expect(given.corrections).toMatchObject([{ repaymentId: 'R1', before: { fee: '4000' }, after: { fee: '2000' } }]);
    // The lenders get what was paid and what the bank gives back.
    expect(paid()).toEqual([
      leg('cedar-shop', 'D', 58_801),
      leg('cedar-ann', 'C', 60_801),
      leg('cedar.loan-fees', 'D', 2_000),
    ]);
  });

  test('that grows by more than was paid is taken whole, and what the lenders had too much is kept as a correction', async () => {
    const { waterfall } = product;
    const [early, due] = [true, false].map((is) => waterfall.filter((step) => step.startsWith('inAdvance') === is));
    const principalFirst = [...(early ?? []).toReversed(), ...(due ?? [])];
    await shortLoan(20_000, { prepayment: 'payLastFirst', waterfall: principalFirst });
    passDays(world, 33);
    await repay('R1', 60_001);
    // Principal that came in nine days earlier bore 0.04 less of interest, which R1 spends on its fee now.
    const given = await repay('R0', 5_601, { valueDate: '2026-01-29' });
    expect(given.lenders).toEqual([]);
    expect(paid()).toEqual([
      leg('cedar-shop', 'D', 5_601),
      leg('cedar.loan-fees', 'C', 5_605),
      leg('cedar.loan-corrections', 'D', 4),
    ]);
  });
});
