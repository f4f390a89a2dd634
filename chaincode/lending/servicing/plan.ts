import { amortise, interestOf, type LoanPeriod, levelInstalment } from '../schedule/amortise.ts';
import type { Day } from '../schedule/dates.ts';
import { smaller } from '../schedule/fraction.ts';
import { type Line, type LoanState, type LoanTerms, NOTHING, periodRate, scaledRate } from './loan.ts';
import { futurePrincipal } from './owed.ts';

/** A loan on the day of its disbursement, its lines as the schedule has them. */
export function openLoan(terms: LoanTerms): LoanState {
  const empty: LoanState = {
    at: terms.disbursement,
    terms,
    balance: terms.principal,
    lines: linesOf(terms, terms.annualRate, { from: terms.disbursement, dueDates: terms.dueDates }),
    level: 0n,
    isWrittenOff: false,
    paid: NOTHING,
    recovered: 0n,
    surplus: 0n,
    allocations: undefined,
  };
  return planned(empty, { from: terms.disbursement, principal: terms.principal });
}

/** Lines without principal yet. */
export function linesOf(
  terms: LoanTerms,
  annualRate: string,
  { from, dueDates }: { readonly from: Day; readonly dueDates: readonly Day[] },
): Line[] {
  const rate = scaledRate(annualRate);
  return dueDates.map((due, index) => ({
    start: index === 0 ? from : dueDates[index - 1]!,
    due,
    rate,
    principal: 0n,
    fee: terms.instalmentFee,
    carried: NOTHING,
    accrued: 0n,
    penalty: 0n,
    paid: NOTHING,
  }));
}

/**
 * Spreads principal over the lines that begin or go on at a day, as a new loan of that day with their due dates would;
 * lines before it stay.
 */
export function planned(state: LoanState, plan: { readonly from: Day; readonly principal: bigint }): LoanState {
  const { terms } = state;
  const first = state.lines.findIndex(({ due }) => due > plan.from);
  const open = state.lines.slice(first);
  const periods = periodsFrom(state, open, plan.from);
  const graceInstalments = Math.min(graceFrom(terms, first), open.length - 1);
  const balloon = smaller(terms.balloon, plan.principal);
  const loan = { principal: plan.principal, method: terms.method, periods, graceInstalments, balloon };
  const parts = amortise(loan);
  const lines = open.map((line, index): Line => ({ ...line, principal: parts[index]!.principal }));
  return { ...state, lines: [...state.lines.slice(0, first), ...lines], level: levelOf(loan) };
}

/** How many instalments from this one on pay interest only. */
const graceFrom = ({ graceInstalments }: LoanTerms, first: number): number => Math.max(0, graceInstalments - first);

function periodsFrom({ terms }: LoanState, lines: readonly Line[], from: Day): LoanPeriod[] {
  return lines.map(({ start, due, rate }) => ({
    due,
    rate: periodRate(terms, rate, { from: start > from ? start : from, to: due }),
  }));
}

function levelOf({ method, principal, balloon, periods, graceInstalments }: Parameters<typeof amortise>[0]): bigint {
  const repaying = periods.slice(graceInstalments);
  if (method === 'interestOnly') return 0n;
  if (method === 'equalPrincipal') return principal / BigInt(repaying.length);
  const rates = repaying.map(({ rate }) => rate);
  return levelInstalment(principal, balloon, rates);
}

/** Plans anew what is left once principal was paid in advance, by the product's rule. */
export function replanned(state: LoanState): LoanState {
  const principal = futurePrincipal(state);
  if (state.lines.every(({ due }) => due <= state.at)) return state;
  if (principal === 0n) return withPrincipals(state, []);
  const { prepayment, method } = state.terms;
  if (prepayment === 'lowerInstalment') return planned(state, { from: state.at, principal });
  if (prepayment === 'payLastFirst' || method === 'interestOnly') return payLastFirst(state, principal);
  return shortened(state, principal);
}

/** Keeps the size of an instalment and drops the last ones; grace stays. */
function shortened(state: LoanState, principal: bigint): LoanState {
  const open = state.lines.filter(({ due }) => due > state.at);
  const grace = graceFrom(state.terms, state.lines.length - open.length);
  const periods = periodsFrom(state, open, state.at);
  const parts: bigint[] = [];
  let left = principal;
  for (const [index, { rate }] of periods.entries()) {
    const interest = state.terms.method === 'equalPrincipal' ? 0n : interestOf(left, rate);
    const portion = index >= grace && state.level > interest ? state.level - interest : 0n;
    const part = index === periods.length - 1 ? left : smaller(portion, left);
    parts.push(part);
    left -= part;
    if (left === 0n) break;
  }
  return withPrincipals(state, parts);
}

/** Keeps the principal of the next instalments and takes what was paid from the last ones. */
function payLastFirst(state: LoanState, principal: bigint): LoanState {
  const open = state.lines.filter(({ due }) => due > state.at);
  const parts: bigint[] = [];
  let left = principal;
  for (const line of open) {
    const part = smaller(line.principal, left);
    parts.push(part);
    left -= part;
    if (left === 0n) break;
  }
  return withPrincipals(state, parts);
}

/** Gives the open lines their principal; the one that runs stays for its interest, later ones without principal go. */
function withPrincipals(state: LoanState, parts: readonly bigint[]): LoanState {
  const first = state.lines.findIndex(({ due }) => due > state.at);
  const before = state.lines.slice(0, first);
  const open = state.lines.slice(first, first + Math.max(1, parts.length));
  // Nobody pays the fee of an instalment that repays nothing.
  const lines = open.map((line, index): Line => {
    const principal = parts[index];
    return principal === undefined ? { ...line, principal: 0n, fee: 0n } : { ...line, principal };
  });
  return { ...state, lines: [...before, ...lines] };
}
