import { loanAccounts, loanWorld, passDays, product } from '../testing/lending-world.ts';
import { CNY, type World } from '../testing/world.ts';

// A loan of 1,000.00: 50 % Ann's, 30 % Ben's, 20 % Cat's.
const parts = (lenders: readonly { lenderAccount: string; amount: string }[]) =>
  Object.fromEntries(lenders.map(({ lenderAccount, amount }) => [lenderAccount.slice('cedar-'.length), amount]));

const isKept = (world: World) => 'lastShares' in world.ledger.row('cedar', 'loan/L1');

describe('money that comes in once all principal is back', () => {
  test('is split as the principal was, when a written-off loan’s interest is recovered', async () => {
    const world = await loanWorld();
    await world.fund('cedar-shop', CNY(100_000));
    passDays(world, 31 + 180);
    await world.accept('cedar', 'lending:writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    const recovery = { loanId: 'L1', debtorAccount: 'cedar-shop' };
    await world.accept('cedar', 'lending:recoverLoan', { ...recovery, recoveryId: 'V1', amount: CNY(100_000) });
    const rest = await world.accept('cedar', 'lending:recoverLoan', {
      ...recovery,
      recoveryId: 'V2',
      amount: CNY(1_000),
    });

    expect(parts(rest.lenders)).toEqual({ ann: '500', ben: '300', cat: '200' });
  });

  test('is split as the principal was, when the product takes principal first', async () => {
    const isPrincipal = (step: string) => step.endsWith('principal');
    const { waterfall } = product;
    const principalFirst = [...waterfall.filter(isPrincipal), ...waterfall.filter((step) => !isPrincipal(step))];
    const world = await loanWorld({ waterfall: principalFirst });
    await world.fund('cedar-shop', CNY(100_000));
    passDays(world, 40);
    await world.accept('cedar', 'lending:repayLoan', { repaymentId: 'R1', loanId: 'L1', amount: CNY(100_000) });
    const rest = await world.accept('cedar', 'lending:repayLoan', {
      repaymentId: 'R2',
      loanId: 'L1',
      amount: CNY(1_000),
    });

    expect(parts(rest.lenders)).toEqual({ ann: '500', ben: '300', cat: '200' });
    expect(loanAccounts(world).principal).toBe(0n);
    expect(isKept(world)).toBe(true);
  });

  test('is split by shares that a loan’s record holds only while something else is owed', async () => {
    const world = await loanWorld();
    passDays(world, 31);
    await world.accept('cedar', 'lending:repayLoan', { repaymentId: 'R1', loanId: 'L1', amount: CNY(17_255) });
    expect(isKept(world)).toBe(false);
    await world.fund('cedar-shop', CNY(1_000));
    const rest = { repaymentId: 'R2', loanId: 'L1', amount: CNY(83_745) };
    expect(await world.accept('cedar', 'lending:repayLoan', rest)).toMatchObject({ status: 'CLOSED' });
    expect(isKept(world)).toBe(false);
  });
});
