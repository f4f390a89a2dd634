import { smaller } from '../schedule/fraction.ts';
import { type Component, type Line, type LoanState, NOTHING, type Time } from './loan.ts';
import { addAmounts, futurePrincipal, unpaidOf } from './owed.ts';
import { replanned } from './plan.ts';

/**
 * Spends a repayment on the state's day in the product's order, oldest due date first within each step. Principal paid
 * in advance lowers the plan by the prepayment rule; what nothing is owed for is surplus.
 */
export function repay(state: LoanState, repayment: { readonly id: string; readonly amount: bigint }): LoanState {
  let current = state;
  let left = repayment.amount;
  let spent = NOTHING;
  for (const step of state.terms.waterfall) {
    const [time, component] = step.split('.') as [Time, Component];
    const paid = payStep(current, { time, component, amount: left });
    left -= paid.amount;
    spent = addAmounts(spent, { ...NOTHING, [component]: paid.amount });
    current = paid.state;
  }
  const allocations = { id: repayment.id, spent, before: state.allocations };
  const surplus = state.surplus + left;
  return { ...current, paid: addAmounts(state.paid, spent), surplus, allocations };
}

interface Step {
  readonly time: Time;
  readonly component: Component;
  readonly amount: bigint;
}

function payStep(state: LoanState, step: Step): { state: LoanState; amount: bigint } {
  if (step.amount === 0n) return { state, amount: 0n };
  if (step.time === 'inAdvance' && step.component === 'principal') return prepay(state, step.amount);
  let left = step.amount;
  const lines = state.lines.map((line): Line => {
    if (timeOf(line, state) !== step.time) return line;
    const owed = unpaidOf(line, state)[step.component];
    const part = smaller(owed, left);
    left -= part;
    return part === 0n ? line : { ...line, paid: addAmounts(line.paid, { ...NOTHING, [step.component]: part }) };
  });
  const amount = step.amount - left;
  const balance = step.component === 'principal' ? state.balance - amount : state.balance;
  return { state: { ...state, lines, balance }, amount };
}

function timeOf({ due }: Line, { at }: LoanState): Time {
  if (due < at) return 'pastDue';
  return due === at ? 'due' : 'inAdvance';
}

function prepay(state: LoanState, offered: bigint): { state: LoanState; amount: bigint } {
  const open = futurePrincipal(state);
  const amount = smaller(offered, open);
  if (amount === 0n) return { state, amount };
  return { state: replanned({ ...state, balance: state.balance - amount }), amount };
}
