import {
  account,
  amountFault,
  bank,
  coverFault,
  creditorFault,
  debtorFault,
  firstFault,
  type Leg,
  limitFault,
} from './parties.ts';
import { signatureFault } from './signatures.ts';
import {
  type AuditPosting,
  bankOf,
  book,
  bump,
  type Item,
  type Model,
  type PaymentState,
  refused,
  type Step,
  ship,
  type Verdict,
} from './state.ts';

const legOf = ({ lane, request }: Step): Leg => ({
  lane,
  debtor: request.debtorAccount,
  creditor: request.creditorAccount,
  currency: request.amount.currency,
  amount: BigInt(request.amount.amount),
});

export function sendPayment(model: Model, step: Step): Verdict {
  const { lane, request, now } = step;
  const leg = legOf(step);
  const code = firstFault(
    amountFault(request.amount),
    leg.debtor === leg.creditor ? 'PAYMENTS_SAME_ACCOUNT' : undefined,
    () => debtorFault(model, leg),
    () => signatureFault(model, step, leg.debtor),
    () => creditorFault(model, leg),
    () => coverFault(model, leg),
    () => limitFault(model, leg),
  );
  if (code !== undefined) return refused(code);
  bank(model, lane).payments.set(request.paymentId, { ...newPayment(leg, 'BOOKED'), bookedDate: now.slice(0, 10) });
  return { postings: move(model, leg, { kind: 'credit', id: request.paymentId, paymentId: request.paymentId }) };
}

const newPayment = (leg: Leg, stage: PaymentState['stage']): PaymentState => ({
  debtor: leg.debtor,
  creditor: leg.creditor,
  currency: leg.currency,
  amount: leg.amount,
  stage,
  bookedDate: '',
  expiresAt: '',
  refunded: 0n,
  returned: false,
  reversal: 'NONE',
  reversalId: '',
});

/** Debits one account and credits the other, or owes the other's bank. */
export function move(model: Model, leg: Leg, about: Pick<Item, 'kind' | 'id' | 'paymentId'>): AuditPosting[] {
  const { lane, debtor, creditor, amount, currency } = leg;
  const to = bankOf(creditor);
  const postings: AuditPosting[] = [];
  account(model, debtor).booked -= amount;
  book(postings, { from: debtor, to: to === lane ? creditor : `${lane}.due-to-${to}`, amount, currency });
  if (to === lane) account(model, creditor).booked += amount;
  else {
    bump(bank(model, lane).sent, `${to}/${currency}`, amount);
    ship(model, { lane, to }, { ...about, debtor, creditor, currency, amount });
  }
  return postings;
}

export function holdFunds(model: Model, step: Step): Verdict {
  const { lane, request, now } = step;
  const leg = legOf(step);
  const code = firstFault(
    amountFault(request.amount),
    time(request.expiresAt) <= time(now) ? 'PAYMENTS_EXPIRY_PAST' : undefined,
    leg.debtor === leg.creditor ? 'PAYMENTS_SAME_ACCOUNT' : undefined,
    () => debtorFault(model, leg),
    () => signatureFault(model, step, leg.debtor),
    () => creditorFault(model, leg),
    () => coverFault(model, leg),
  );
  if (code !== undefined) return refused(code);
  account(model, leg.debtor).pending += leg.amount;
  bank(model, lane).payments.set(request.holdId, { ...newPayment(leg, 'HELD'), expiresAt: request.expiresAt });
  return { postings: [] };
}

const time = (instant: string): number => Date.parse(instant);

function holdFault(hold: PaymentState | undefined, now: string): string | undefined {
  if (hold === undefined || hold.expiresAt === '') return 'PAYMENTS_HOLD_NOT_FOUND';
  if (hold.stage === 'BOOKED') return 'PAYMENTS_HOLD_ALREADY_POSTED';
  if (hold.stage === 'VOIDED') return 'PAYMENTS_HOLD_ALREADY_VOIDED';
  return hold.stage === 'EXPIRED' || time(hold.expiresAt) <= time(now) ? 'PAYMENTS_HOLD_EXPIRED' : undefined;
}

export function postHold(model: Model, step: Step): Verdict {
  const { lane, request, now } = step;
  const hold = bank(model, lane).payments.get(request.holdId);
  const fault = holdFault(hold, now);
  if (hold === undefined || fault !== undefined) return refused(fault as string);
  const money = request.amount ?? { amount: String(hold.amount), currency: hold.currency };
  const amount = BigInt(money.amount);
  const leg: Leg = { lane, debtor: hold.debtor, creditor: hold.creditor, currency: money.currency, amount };
  const code = firstFault(
    amountFault(money),
    () => debtorFault(model, leg),
    amount > hold.amount ? 'PAYMENTS_HOLD_EXCEEDED' : undefined,
    () => creditorFault(model, leg),
    () => limitFault(model, leg),
  );
  if (code !== undefined) return refused(code);
  account(model, hold.debtor).pending -= hold.amount;
  hold.amount = amount;
  hold.stage = 'BOOKED';
  hold.bookedDate = now.slice(0, 10);
  return { postings: move(model, leg, { kind: 'credit', id: request.holdId, paymentId: request.holdId }) };
}

export function voidHold(model: Model, step: Step): Verdict {
  const { lane, request, now } = step;
  const hold = bank(model, lane).payments.get(request.holdId);
  const fault = holdFault(hold, now);
  if (hold === undefined || fault !== undefined) return refused(fault as string);
  account(model, hold.debtor).pending -= hold.amount;
  hold.stage = 'VOIDED';
  return { postings: [] };
}

export function expireHolds(model: Model, step: Step): Verdict {
  const { lane, request, now } = step;
  for (const holdId of request.holdIds) {
    const hold = bank(model, lane).payments.get(holdId);
    if (hold?.stage !== 'HELD' || time(hold.expiresAt) > time(now)) continue;
    account(model, hold.debtor).pending -= hold.amount;
    hold.stage = 'EXPIRED';
  }
  return { postings: [] };
}
