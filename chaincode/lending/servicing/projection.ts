import type { Day } from '../schedule/dates.ts';
import { advance } from './advance.ts';
import type { Amounts, LoanState } from './loan.ts';
import { chargedOf, overdueOf, totalOf, unpaidOf } from './owed.ts';
import { repay } from './repay.ts';

export interface LineView {
  readonly due: Day;
  /** What falls due; of a line to come, if all before it is paid on its due date. */
  readonly amounts: Amounts;
  readonly unpaid: Amounts;
}

/** The lines of a loan on the state's day, those to come as they will be if what is due is paid when it is. */
export function linesOn(state: LoanState): LineView[] {
  const views: LineView[] = [];
  let future = state;
  for (const [index, line] of state.lines.entries()) {
    if (line.due <= state.at) {
      views.push({ due: line.due, amounts: chargedOf(line, state, state.at), unpaid: unpaidOf(line, state) });
      continue;
    }
    // What is overdue today is not what these lines are about: it is paid first, so that each shows its own.
    if (future === state) future = payDue(state);
    future = advance(future, line.due);
    const due = future.lines[index];
    if (due === undefined) break;
    views.push({ due: due.due, amounts: chargedOf(due, future, future.at), unpaid: unpaidOf(due, future) });
    future = payDue(future);
  }
  return views;
}

function payDue(state: LoanState): LoanState {
  const amount = totalOf(overdueOf(state));
  return amount === 0n ? state : repay(state, { id: '', amount });
}
