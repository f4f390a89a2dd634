import fc from 'fast-check';
import { product } from '../../testing/lending-world.ts';
import { formatDate, parseDate } from '../schedule/dates.ts';
import { stateOn, withRecord } from './loan-record.ts';
import type { Loan, LoanEventRecord } from './schemas.ts';

const born = parseDate('2026-01-05');
const dueDates = ['2026-02-05', '2026-03-05', '2026-04-05', '2026-05-05', '2026-06-05', '2026-07-05'];
const loan = {
  loanId: 'L1',
  requestId: 'Q1',
  status: 'ACTIVE',
  borrowerAccount: 'cedar-shop',
  product,
  principal: { amount: '100000', currency: 'CNY' },
  annualRate: '0.12',
  disbursementDate: formatDate(born),
  dueDates,
  balloon: '0',
  instalmentFee: '25',
  shares: [{ lenderAccount: 'cedar-ann', principal: '100000' }],
  events: [],
  securities: [],
} as unknown as Loan;

const day = fc.integer({ min: 0, max: 220 });
const events = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('repayment' as const), after: day, amount: fc.integer({ min: 1, max: 30_000 }) }),
    fc.record({ kind: fc.constant('rateChange' as const), after: day, amount: fc.constant(0) }),
  ),
  { minLength: 1, maxLength: 8 },
);
const recordOf = ({ kind, after, amount }: { kind: string; after: number; amount: number }, index: number) =>
  ({
    ...{ kind, id: `E${index}`, date: formatDate(born + after), bookedAt: '2026-09-01T00:00:00.000Z' },
    ...(kind === 'repayment' ? { amount: String(amount) } : { annualRate: '0.07' }),
  }) as LoanEventRecord;

describe('a record with one event more', () => {
  test('owes what one would that was never seen before, whatever the order in which its events came', () => {
    fc.assert(
      fc.property(events, day, (list, asked) => {
        let grown: Loan = { ...loan, events: [] };
        for (const [index, event] of list.entries()) {
          grown = withRecord(grown, recordOf(event, index));
          const unseen = { ...grown, events: [...grown.events] };
          for (const on of [asked, 220]) expect(stateOn(grown, born + on)).toEqual(stateOn(unseen, born + on));
        }
        // A backdated event stands where it would have stood.
        const inOrder = list.map((event, index) => ({ event, index }));
        inOrder.sort((one, other) => one.event.after - other.event.after);
        const booked = { ...loan, events: inOrder.map(({ event, index }) => recordOf(event, index)) };
        expect(stateOn(booked, born + 220)).toEqual(stateOn(grown, born + 220));
      }),
      { numRuns: 30 },
    );
  });
});
