import type { Day } from '../schedule/dates.ts';
import { countedDays, type Line, type LoanState, scaledRate } from './loan.ts';
import { chargedOf, isWithinGrace } from './owed.ts';

/**
 * Lets days pass: interest accrues on the balance, overdue principal included, until the last due date; penalty on what
 * is overdue of principal and interest. A loan that was written off accrues nothing. Days never go back.
 */
export function advance(state: LoanState, to: Day): LoanState {
  if (to < state.at) throw new RangeError('days never go back');
  if (state.isWrittenOff) return { ...state, at: to };
  let current = state;
  while (current.at < to) {
    const next = current.lines.find(({ due }) => due > current.at)?.due ?? to;
    current = pass(current, Math.min(next, to));
  }
  return current;
}

/** Lets days pass that no due date lies between. */
function pass(state: LoanState, to: Day): LoanState {
  const part = { from: state.at, to };
  const penaltyRate = scaledRate(state.terms.penaltyRate);
  const current = state.lines.findIndex(({ due }) => due > state.at);
  const lines = state.lines.map((line, index): Line => {
    if (index === current) {
      const days = countedDays(state.terms, line.start, part);
      return { ...line, accrued: line.accrued + state.balance * line.rate * days };
    }
    if (line.due > state.at) return line;
    const charged = chargedOf(line, state, state.at);
    const late = charged.principal + charged.interest - line.paid.principal - line.paid.interest;
    // Paid within grace, a line bears no penalty for the days until then either.
    if (late <= 0n) return isWithinGrace(line, state, state.at) ? { ...line, penalty: 0n } : line;
    return { ...line, penalty: line.penalty + late * penaltyRate * countedDays(state.terms, line.due, part) };
  });
  return { ...state, at: to, lines };
}
