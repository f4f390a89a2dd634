import { errors as accountsErrors } from '../accounts/errors.ts';
import { findOwnAccount } from '../accounts/index.ts';
import { availableBalance } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import { type Amount, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { findOwnPayment, noAftermath } from './find-original.ts';
import type { Inflow } from './inflow.ts';
import { asJson, type ReversalItem, type ReversalRefusedItem, type ReversalRequestItem } from './outbox-items.ts';
import { isSentTo } from './receive-money.ts';
import type { Aftermath } from './schemas.ts';
import { aftermaths, receivedAftermaths } from './store.ts';

/** Gives a payment back that its debtor's bank reverses, if the creditor still has the money; else says why not. */
export function receiveReversalRequest(inflow: Inflow, item: ReversalRequestItem): 'other' {
  const { ledger, from } = inflow;
  const { reversalId, paymentId, amount, currency } = item;
  const found = receivedAftermaths.find(ledger, from, paymentId);
  const aftermath = found ?? noAftermath(paymentId, from);
  const money = parsePositiveAmount(item);
  const code = whyNot(ledger, item, aftermath);

  if (code !== undefined) {
    ledger.lane.send(from, asJson({ kind: 'reversal-refused', reversalId, paymentId, code }));
    ledger.emit('ReversalRefused', { reversalId, paymentId, code });
    return 'other';
  }
  payBack(ledger, item, { money, from });
  receivedAftermaths.put(ledger, { ...aftermath, reversalId, reversal: 'DONE' });
  ledger.emit('ReversalSent', { reversalId, paymentId, amount: { amount, currency } });
  return 'other';
}

/** The first rule that speaks against giving the payment back, as the code that a refusal here would carry. */
function whyNot(ledger: Ledger, item: ReversalRequestItem, aftermath: Aftermath): string | undefined {
  const account = findOwnAccount(ledger, item.creditorAccount);
  if (aftermath.returned !== undefined) return errors.PAYMENT_RETURNED.code;
  if (aftermath.reversal === 'DONE') return errors.PAYMENT_REVERSED.code;
  if (aftermath.refunded !== '0') return errors.PAYMENT_REFUNDED.code;
  if (account === undefined) return errors.DEBTOR_UNKNOWN.code;
  if (account.status === 'CLOSED') return errors.DEBTOR_CLOSED.code;
  if (account.status === 'FROZEN') return errors.DEBTOR_FROZEN.code;
  if (account.keys !== undefined) return accountsErrors.SIGNATURE_MISSING.code;
  return availableBalance(account) < BigInt(item.amount) ? errors.INSUFFICIENT_FUNDS.code : undefined;
}

function payBack(ledger: Ledger, item: ReversalRequestItem, { money, from }: { money: Amount; from: string }) {
  const { reversalId, paymentId, amount, currency } = item;
  const account = findOwnAccount(ledger, item.creditorAccount);
  if (account === undefined) throw new Error(`Invariant P8: the account of reversal ${reversalId} is missing.`);
  ledger.post([
    { account: account.accountId, side: 'D', ...money, reference: reversalId },
    { account: `${ledger.namespace}.due-to-${from}`, side: 'C', ...money, reference: reversalId },
  ]);
  // As with a return, the pair's limit does not stop it: the money was this pair's already.
  ledger.lane.addSent(from, money);
  ledger.lane.send(from, asJson({ kind: 'reversal', reversalId, paymentId, amount, currency }));
}

/** Credits the debtor of a payment whose reversal was granted; what was not asked for goes to suspense. */
export function receiveReversal(inflow: Inflow, item: ReversalItem): 'other' {
  const { ledger, from } = inflow;
  const { reversalId, paymentId, amount, currency } = item;
  const money = parsePositiveAmount(item);
  const payment = findOwnPayment(ledger, paymentId);
  const aftermath = aftermaths.find(ledger, paymentId);

  const isOurs = isSentTo(payment, from) && payment.amount.amount === amount && payment.amount.currency === currency;
  if (!isOurs || aftermath?.reversal !== 'REQUESTED' || aftermath.reversalId !== reversalId) {
    inflow.suspend(money, reversalId);
    return 'other';
  }
  inflow.giveBack(payment.debtorAccount, money, reversalId);
  aftermaths.put(ledger, { ...aftermath, reversal: 'DONE' });
  ledger.emit('PaymentReversed', { reversalId, paymentId, amount: { amount, currency } });
  return 'other';
}

/** Notes that a reversal was refused; it may be asked for again. */
export function receiveReversalRefused(inflow: Inflow, item: ReversalRefusedItem): 'other' {
  const { ledger } = inflow;
  const { reversalId, paymentId, code } = item;
  const aftermath = aftermaths.find(ledger, paymentId);

  if (aftermath?.reversal === 'REQUESTED' && aftermath.reversalId === reversalId) {
    aftermaths.put(ledger, { ...aftermath, reversal: 'REFUSED' });
    ledger.emit('ReversalRefusalReceived', { reversalId, paymentId, code });
  }
  return 'other';
}
