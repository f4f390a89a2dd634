import { divide } from '../../core/rate.ts';
import type { Day } from '../schedule/dates.ts';
import { type Amounts, type Component, type Line, type LoanState, type LoanTerms, NOTHING, scaleOf } from './loan.ts';

/** Adds amounts component by component. */
export const addAmounts = (one: Amounts, other: Amounts): Amounts => ({
  penalty: one.penalty + other.penalty,
  fee: one.fee + other.fee,
  interest: one.interest + other.interest,
  principal: one.principal + other.principal,
});

/** All components together. */
export const totalOf = ({ penalty, fee, interest, principal }: Amounts): bigint => penalty + fee + interest + principal;

const rounded = (exact: bigint, terms: LoanTerms): bigint => divide(exact, scaleOf(terms.dayCount), 'half-even');

/** True until the last day on which a line can be paid without penalty, that day included. */
export const isWithinGrace = ({ due }: Line, { terms }: Pick<LoanState, 'terms'>, at: Day): boolean =>
  at <= due + terms.penaltyGraceDays;

/** What a line has come to by a day, paid or not: principal and fee from its due date on, penalty once grace is over. */
export function chargedOf(line: Line, state: Pick<LoanState, 'terms'>, at: Day): Amounts {
  const { terms } = state;
  const isDue = line.due <= at;
  return addAmounts(line.carried, {
    penalty: isWithinGrace(line, state, at) ? 0n : rounded(line.penalty, terms),
    fee: isDue ? line.fee : 0n,
    interest: rounded(line.accrued, terms),
    principal: isDue ? line.principal : 0n,
  });
}

/** What of a line is still to be paid. */
export function unpaidOf(line: Line, state: LoanState): Amounts {
  const charged = chargedOf(line, state, state.at);
  const rest = (component: Component): bigint => {
    const left = charged[component] - line.paid[component];
    return left > 0n ? left : 0n;
  };
  return { penalty: rest('penalty'), fee: rest('fee'), interest: rest('interest'), principal: rest('principal') };
}

/** What is due and unpaid on the state's day, from lines due on it or before. */
export const overdueOf = (state: LoanState): Amounts =>
  state.lines
    .filter(({ due }) => due <= state.at)
    .reduce((sum, line) => addAmounts(sum, unpaidOf(line, state)), NOTHING);

/** Principal that has not fallen due: what can be paid in advance. */
export const futurePrincipal = (state: LoanState): bigint => state.balance - overdueOf(state).principal;

/** What would end the loan on the state's day: all that is due, interest so far and all principal. */
export function payoffOf(state: LoanState): Amounts {
  const unpaid = state.lines.reduce((sum, line) => addAmounts(sum, unpaidOf(line, state)), NOTHING);
  return { ...unpaid, principal: state.balance };
}

/** Days since the oldest due date with something unpaid; 0 when nothing is. */
export function daysPastDue(state: LoanState): number {
  const oldest = state.lines.find((line) => line.due < state.at && totalOf(unpaidOf(line, state)) > 0n);
  return oldest === undefined ? 0 : state.at - oldest.due;
}

/** What a loan that was written off still owes: all principal, and the rest of what was owed besides. */
export function owedAfterWriteOff(state: LoanState): bigint {
  return totalOf(payoffOf(state)) - (state.recovered - (state.terms.principal - state.paid.principal - state.balance));
}
