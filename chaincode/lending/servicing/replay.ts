import type { Day } from '../schedule/dates.ts';
import { smaller } from '../schedule/fraction.ts';
import { advance } from './advance.ts';
import { type Line, type LoanEvent, type LoanState, type LoanTerms, NOTHING, scaledRate } from './loan.ts';
import { addAmounts, isWithinGrace, payoffOf } from './owed.ts';
import { linesOf, openLoan, planned } from './plan.ts';
import { repay } from './repay.ts';

/**
 * A loan on a day: its events in the order of their dates, those of one day in the order in which they were booked. A
 * backdated event thus stands where it would have stood, and everything after it follows anew.
 */
export function replay(terms: LoanTerms, events: readonly LoanEvent[], at: Day): LoanState {
  const last = statesOf(terms, inOrder(events, at)).at(-1) ?? openLoan(terms);
  return advance(last, at);
}

/** Events up to a day by their dates, those of one day as they were booked. */
export const inOrder = <Event extends { readonly date: Day }>(events: readonly Event[], at: Day): Event[] =>
  events.filter(({ date }) => date <= at).sort((one, other) => one.date - other.date);

/** A loan after each of its events, which are in order. */
export function statesOf(terms: LoanTerms, ordered: readonly LoanEvent[]): LoanState[] {
  let state = openLoan(terms);
  return ordered.map((event) => {
    state = apply(advance(state, event.date), event);
    return state;
  });
}

/** What an event does on its day. */
export function apply(state: LoanState, event: LoanEvent): LoanState {
  switch (event.kind) {
    case 'repayment':
      return repay(state, event);
    case 'rateChange':
      return changeRate(state, event.annualRate);
    case 'restructuring':
      return restructure(state, event);
    case 'writeOff':
      return writeOff(state);
    case 'recovery':
      return recover(state, event.amount);
  }
}

/** A rate holds from the next period on; what these repay is planned anew. */
function changeRate(state: LoanState, annualRate: string): LoanState {
  const rate = scaledRate(annualRate);
  const lines = state.lines.map((line): Line => (line.start >= state.at ? { ...line, rate } : line));
  const changed = lines.filter(({ start }) => start >= state.at);
  const [first] = changed;
  if (first === undefined) return state;
  const principal = changed.reduce((sum, line) => sum + line.principal, 0n);
  return planned({ ...state, lines }, { from: first.start, principal });
}

/** New due dates and a new rate for all principal; interest, fees and penalty so far fall due with the first of them. */
function restructure(
  state: LoanState,
  { annualRate, dueDates }: Extract<LoanEvent, { kind: 'restructuring' }>,
): LoanState {
  const carried = { ...payoffOf(state), principal: 0n };
  const terms = { ...state.terms, dueDates, graceInstalments: 0 };
  const lines = linesOf(terms, annualRate, { from: state.at, dueDates });
  const first: Line = { ...lines[0]!, carried: addAmounts(NOTHING, carried) };
  const next = { ...state, terms, lines: [first, ...lines.slice(1)] };
  return planned(next, { from: state.at, principal: state.balance });
}

/** From now on nothing more is charged: no fee of an instalment to come, no penalty of one whose grace is not over. */
function writeOff(state: LoanState): LoanState {
  const lines = state.lines.map((line): Line => {
    if (line.due > state.at) return { ...line, fee: 0n };
    return isWithinGrace(line, state, state.at) ? { ...line, penalty: 0n } : line;
  });
  return { ...state, lines, isWrittenOff: true };
}

/** Money after a write-off counts against principal first, then against what else was owed. */
function recover(state: LoanState, amount: bigint): LoanState {
  const principal = smaller(amount, state.balance);
  return { ...state, balance: state.balance - principal, recovered: state.recovered + amount };
}
