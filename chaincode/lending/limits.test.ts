import { canonicalJson } from '../core/canonical.ts';
import { loanWorld, passDays } from '../testing/lending-world.ts';
import { CNY, type World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await loanWorld();
});

/** Changes the loan's row as if it had come so far by itself. */
function change(more: (loan: any) => object): void {
  const loan = world.ledger.row('cedar', 'loan/L1');
  const row = canonicalJson({ ...loan, ...more(loan) });
  world.ledger.put('cedar', 'loan/L1', Buffer.from(row));
}
const loan = () => world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
const repayment = (repaymentId: string, amount: number) => ({ repaymentId, loanId: 'L1', amount: CNY(amount) });

describe('a loan of two thousand events', () => {
  beforeEach(() => {
    const event = { kind: 'repayment', date: '2026-01-05', bookedAt: '2026-01-05T09:00:00.000Z', amount: '1' };
    const events = Array.from({ length: 2_000 }, (_, count) => ({ ...event, id: `E${count}` }));
    change(({ shares: [first, ...others] }) => ({
      events,
      shares: [{ ...first, principal: '48000' }, ...others],
    }));
  });

  test('takes no more of them', async () => {
    const params = { loanId: 'L1', events: 2_000 };
    const full = { code: 'LENDING_LOAN_FULL', params, writes: 0 };
    expect(await world.refuse('cedar', 'lending:repayLoan', repayment('R1', 1))).toEqual(full);
    const terms = { restructuringId: 'N1', loanId: 'L1', annualRate: '0.06', frequency: { every: 1, unit: 'month' } };
    const restructuring = { ...terms, instalments: 2, firstDueDate: '2026-02-05' };
    expect(await world.refuse('cedar', 'lending:restructureLoan', restructuring)).toEqual(full);
  });

  test('is repaid by one last repayment all the same', async () => {
    const last = await world.accept('cedar', 'lending:repayLoan', repayment('R1', 98_000));
    expect(last).toMatchObject({ status: 'CLOSED', balance: CNY(0) });
  });

  test('is accrued, told, written off and recovered', async () => {
    passDays(world, 31 + 180);
    const accrued = await world.as('system').accept('cedar', 'lending:accrueLoans', {
      accrualDate: '2026-08-04',
      page: 1,
    });
    expect(accrued).toMatchObject({ loans: 1, buckets: [{ bucket: '151-180', loans: 1 }] });
    const { entries, balance } = await loan();
    expect([entries.length, entries.at(-1).balance, balance.amount]).toEqual([2_000, '98000', '98000']);
    expect(entries[0].allocation).toEqual({ penalty: '0', fee: '0', interest: '0', principal: '1' });
    await world.accept('cedar', 'lending:writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    const recovery = { recoveryId: 'V1', loanId: 'L1', debtorAccount: 'cedar-shop' };
    const part = await world.refuse('cedar', 'lending:recoverLoan', { ...recovery, amount: CNY(1) });
    expect(part).toMatchObject({ code: 'LENDING_LOAN_FULL', params: { events: 2_000 }, writes: 0 });
    await world.fund('cedar-shop', CNY(100_000));
    const { payoff } = await loan();
    const owed = Object.values(payoff as Record<string, string>).reduce((sum, each) => sum + Number(each), 0);
    expect(await world.accept('cedar', 'lending:recoverLoan', { ...recovery, amount: CNY(owed) })).toMatchObject({
      balance: CNY(0),
    });
  });
});
