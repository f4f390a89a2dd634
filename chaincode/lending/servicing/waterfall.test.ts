import fc from 'fast-check';
import { parseDate } from '../schedule/dates.ts';
import { smaller } from '../schedule/fraction.ts';
import { advance } from './advance.ts';
import {
  allocationsOf,
  type Component,
  type LoanState,
  type LoanTerms,
  PREPAYMENT_RULES,
  type Time,
  WATERFALL_STEPS,
} from './loan.ts';
import { futurePrincipal, unpaidOf } from './owed.ts';
import { openLoan } from './plan.ts';
import { repay } from './repay.ts';

const disbursement = parseDate('2024-01-01');
const terms: LoanTerms = {
  principal: 100_000n,
  annualRate: '0.12',
  dayCount: '30/360',
  method: 'annuity',
  disbursement,
  dueDates: ['2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01', '2024-06-01', '2024-07-01'].map(parseDate),
  graceInstalments: 0,
  balloon: 0n,
  instalmentFee: 50n,
  penaltyRate: '0.06',
  penaltyGraceDays: 3,
  prepayment: 'lowerInstalment',
  waterfall: WATERFALL_STEPS,
};
const timeOf = (due: number, at: number): Time => (due < at ? 'pastDue' : due === at ? 'due' : 'inAdvance');

/** What each line owes of one step of the order, oldest first. */
const owedBy = (state: LoanState, time: Time, component: Component): bigint[] =>
  state.lines.map((line) => (timeOf(line.due, state.at) === time ? unpaidOf(line, state)[component] : 0n));
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

// Days on, before and after due dates, so that all three times occur.
const days = fc.oneof(fc.integer({ min: 1, max: 45 }), fc.constantFrom(31, 29, 31, 30));
const visits = fc.array(fc.tuple(days, fc.bigInt({ min: 0n, max: 40_000n })), { minLength: 1, maxLength: 6 });
const variants = fc.record({
  waterfall: fc.shuffledSubarray([...WATERFALL_STEPS], { minLength: WATERFALL_STEPS.length }),
  prepayment: fc.constantFrom(...PREPAYMENT_RULES),
  method: fc.constantFrom('annuity' as const, 'equalPrincipal' as const, 'interestOnly' as const),
});

describe('every repayment', () => {
  test('fills the steps of the product’s order one by one, and each of them from its oldest instalment', () => {
    fc.assert(
      fc.property(variants, visits, (variant, list) => {
        let state = openLoan({ ...terms, ...variant });
        for (const [index, [after, amount]] of list.entries()) {
          const before = advance(state, state.at + after);
          state = repay(before, { id: `R${index}`, amount });

          let left = amount;
          const expected = { penalty: 0n, fee: 0n, interest: 0n, principal: 0n };
          for (const step of variant.waterfall) {
            const [time, component] = step.split('.') as [Time, Component];
            const isPrepayment = time === 'inAdvance' && component === 'principal';
            const owed = isPrepayment ? futurePrincipal(before) : sum(owedBy(before, time, component));
            const part = smaller(owed, left);
            expected[component] += part;
            left -= part;
            if (isPrepayment) continue;
            // An instalment gets something only once every older one has got all that it was owed.
            const was = owedBy(before, time, component);
            const is = owedBy(state, time, component);
            const firstLeft = is.findIndex((unpaid) => unpaid > 0n);
            if (firstLeft >= 0) expect(is.slice(firstLeft + 1)).toEqual(was.slice(firstLeft + 1, is.length));
          }
          expect(allocationsOf(state).get(`R${index}`)).toEqual(expected);
          expect(state.surplus - before.surplus).toBe(left);
        }
      }),
      { numRuns: 400 },
    );
  });
});
