import type { Ledger } from '../core/ledger.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { product } from '../testing/lending-world.ts';
import { CNY } from '../testing/world.ts';
import { withEvent } from './loan-books.ts';
import type { Loan, LoanEventRecord } from './servicing/schemas.ts';

const ledger = { now: '2026-01-05T09:00:00.000Z' } as Ledger;
const date = '2026-01-05';
const event = (id: string, amount: string) => ({ kind: 'repayment', id, date, amount }) as const;

/** A loan of 1,000.00 on the day of its disbursement, of which one unit at a time was repaid. */
const loanOf = (count: number) =>
  ({
    loanId: 'L1',
    product,
    principal: CNY(100_000),
    annualRate: '0.12',
    disbursementDate: date,
    dueDates: ['2026-02-05'],
    balloon: '0',
    instalmentFee: '0',
    shares: [],
    events: Array.from({ length: count }, (_, index) => ({ ...event(`E${index}`, '1'), bookedAt: ledger.now })),
  }) as unknown as Loan;
const refusal = (loan: Loan, record: Omit<LoanEventRecord, 'bookedAt'>) =>
  refusalOf(Promise.resolve().then(() => withEvent(ledger, loan, record)));

describe('a loan of two thousand events', () => {
  const full = loanOf(2_000);

  test('takes no more of them, while one of fewer does', async () => {
    const params = { loanId: 'L1', events: 2_000 };
    expect(await refusal(full, event('R1', '1'))).toEqual({ code: 'LENDING_LOAN_FULL', params });
    expect(await refusal(loanOf(1_999), event('R1', '1'))).toBeUndefined();
  });

  test('takes what ends it: all that is owed, or its write-off', async () => {
    expect(await refusal(full, event('R1', '97999'))).toHaveProperty('code', 'LENDING_LOAN_FULL');
    expect(await refusal(full, event('R1', '98000'))).toBeUndefined();
    expect(await refusal(full, { kind: 'writeOff', id: 'W1', date })).toBeUndefined();
  });
});
