import { areEmpty, type Share } from '../funding/shares.ts';
import { type Day, parseDate } from '../schedule/dates.ts';
import { smaller } from '../schedule/fraction.ts';
import { advance } from './advance.ts';
import { type Amounts, COMPONENTS, type LoanEvent, type LoanState, type LoanTerms } from './loan.ts';
import { daysPastDue, payoffOf, totalOf } from './owed.ts';
import { apply, replay } from './replay.ts';
import type { AmountsView, Loan, LoanEventRecord, LoanStatus } from './schemas.ts';

/** The terms of a loan's record, in memory. */
export function termsOf(loan: Loan): LoanTerms {
  const { product } = loan;
  return {
    principal: BigInt(loan.principal.amount),
    annualRate: loan.annualRate,
    dayCount: product.dayCount,
    method: product.method,
    disbursement: parseDate(loan.disbursementDate),
    dueDates: loan.dueDates.map(parseDate),
    graceInstalments: product.graceInstalments ?? 0,
    balloon: BigInt(loan.balloon),
    instalmentFee: BigInt(loan.instalmentFee),
    penaltyRate: product.penaltyRate,
    penaltyGraceDays: product.penaltyGraceDays,
    prepayment: product.prepayment,
    waterfall: product.waterfall,
  };
}

/** An event of a loan's record, in memory. */
export function eventOf({ kind, id, date, amount = '0', annualRate = '0', dueDates = [] }: LoanEventRecord): LoanEvent {
  const day = parseDate(date);
  switch (kind) {
    case 'repayment':
    case 'recovery':
      return { kind, id, date: day, amount: BigInt(amount) };
    case 'rateChange':
      return { kind, date: day, annualRate };
    case 'restructuring':
      return { kind, date: day, annualRate, dueDates: dueDates.map(parseDate) };
    case 'writeOff':
      return { kind, date: day };
  }
}

/** What a loan owes on a day, from its record alone. */
export function stateOn(loan: Loan, day: Day): LoanState {
  const last = stateAfterEvents(loan);
  return day < last.at ? replay(termsOf(loan), loan.events.map(eventOf), day) : advance(last, day);
}

/** A record with one more event. */
export function withRecord(loan: Loan, record: LoanEventRecord): Loan {
  const next = { ...loan, events: [...loan.events, record] };
  const last = stateAfterEvents(loan);
  const event = eventOf(record);
  // A backdated one stands among the others, which follow anew.
  if (event.date >= last.at) afterEvents.set(next.events, apply(advance(last, event.date), event));
  return next;
}

/**
 * Loans after all their events, by the events of their records: a batch may add hundreds to one loan, and each of them
 * follows from the one before. It is worked out from the record alone, so that nothing depends on what is known here.
 */
const afterEvents = new WeakMap<Loan['events'], LoanState>();

function stateAfterEvents(loan: Loan): LoanState {
  const known = afterEvents.get(loan.events);
  if (known !== undefined) return known;
  const events = loan.events.map(eventOf);
  const last = events.reduce((latest, { date }) => Math.max(latest, date), parseDate(loan.disbursementDate));
  const state = replay(termsOf(loan), events, last);
  afterEvents.set(loan.events, state);
  return state;
}

/** Who holds how much of it. */
export const sharesOf = (loan: Pick<Loan, 'shares'>): Share[] =>
  loan.shares.map(({ lenderAccount, principal }) => ({ lenderAccount, principal: BigInt(principal) }));

/** By what money is split: shares, or, once no principal is left, what they last were. */
export function weightsOf(loan: Loan): Share[] {
  const shares = sharesOf(loan);
  return loan.lastShares !== undefined && areEmpty(shares) ? sharesOf({ shares: loan.lastShares }) : shares;
}

/** Shares as a record holds them. */
export const shareViews = (shares: readonly Share[]): Loan['shares'] =>
  shares.map(({ lenderAccount, principal }) => ({ lenderAccount, principal: String(principal) }));

/** The status that a state stands for. */
export function statusOf(state: LoanState): LoanStatus {
  if (state.isWrittenOff) return 'WRITTEN_OFF';
  return totalOf(payoffOf(state)) === 0n ? 'CLOSED' : 'ACTIVE';
}

/** True from the day on which the product's policy stops counting interest as income. */
export const isNonAccrual = (loan: Loan, state: LoanState): boolean =>
  state.isWrittenOff || daysPastDue(state) >= loan.product.nonAccrualDays;

/** Interest and penalty that the accounts should show as earned: all so far, or what was paid once accrual has stopped. */
export function recognisable(loan: Loan, state: LoanState): bigint {
  const paid = state.paid.interest + state.paid.penalty;
  if (isNonAccrual(loan, state)) return paid;
  const owed = payoffOf(state);
  return paid + owed.interest + owed.penalty;
}

/** Amounts as records and answers hold them. */
export function viewOf(amounts: Amounts): AmountsView {
  const [penalty, fee, interest, principal] = COMPONENTS.map((component) => String(amounts[component])) as [
    string,
    string,
    string,
    string,
  ];
  return { penalty, fee, interest, principal };
}

/** A share of a principal, floored: what method balloon leaves for the end. */
export function balloonOf(
  principal: bigint,
  share: { readonly numerator: bigint; readonly denominator: bigint },
): bigint {
  return smaller(principal, (principal * share.numerator) / share.denominator);
}
