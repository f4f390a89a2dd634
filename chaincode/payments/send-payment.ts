import { authoriseDebit } from '../accounts/index.ts';
import type { Ledger, LedgerEvent } from '../core/ledger.ts';
import { parsePositiveAmount } from '../core/money.ts';
import type { Consequences, Place } from '../core/operation.ts';
import { carry, transferPostings } from './book-transfer.ts';
import type { CreditItem } from './outbox-items.ts';
import { assertAvailable, assertTwoAccounts, assertWithinLimit, getCreditor, getDebtor } from './parties.ts';
import type { HoldFunds, PaymentResult, SendPayment } from './schemas.ts';
import { paymentText } from './signing-texts.ts';

/**
 * Moves money between two customers of one currency, at once within the bank, through the outbox across banks. Keeps
 * P1 to P3. Refuses, in order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, SAME_ACCOUNT, DEBTOR_NOT_HELD_HERE,
 * DEBTOR_…, ACCOUNTS_SIGNATURE_…, CREDITOR_…, INSUFFICIENT_FUNDS, LIMIT_EXCEEDED.
 */
export function sendPayment(ledger: Ledger, request: SendPayment): PaymentResult {
  const money = parsePositiveAmount(request.amount);
  const { paymentId, debtorAccount, creditorAccount, amount } = request;
  assertTwoAccounts(debtorAccount, creditorAccount);
  const debtor = getDebtor(ledger, debtorAccount, money.currency);
  authoriseDebit(ledger, debtor, { request, text: paymentText, amount: money.amount });
  const creditor = getCreditor(ledger, creditorAccount, { currency: money.currency });

  assertAvailable(debtor, money.amount);
  assertWithinLimit(ledger, creditor, money);

  const booked = carry(ledger, { creditor, money, item: creditItem(paymentId, request, amount.amount) });
  return { paymentId, amount, ...booked };
}

/** The journal and the event of an accepted payment. */
export function paymentConsequences(request: SendPayment, result: PaymentResult, { namespace }: Place): Consequences {
  const money = { amount: BigInt(request.amount.amount), currency: request.amount.currency };
  return {
    postings: transferPostings(namespace, { ...request, money }),
    events: [announcement(result.status, request)],
  };
}

/** What the creditor's bank is told of a payment, its texts as ciphertext. */
export function creditItem(paymentId: string, request: SendPayment | HoldFunds, amount: string): CreditItem {
  const { debtorAccount, creditorAccount, uetr, texts, textsDigest } = request;
  const carried = {
    ...(uetr === undefined ? {} : { uetr }),
    ...(texts === undefined ? {} : { texts }),
    ...(textsDigest === undefined ? {} : { textsDigest }),
  };
  const { currency } = request.amount;
  return { kind: 'credit', paymentId, debtorAccount, creditorAccount, amount, currency, ...carried };
}

/** The one event of a booked payment: final within the bank, on its way across banks. */
export function announcement(
  status: string,
  payment: Pick<SendPayment, 'paymentId' | 'debtorAccount' | 'creditorAccount' | 'amount'>,
): LedgerEvent {
  const { paymentId, debtorAccount, creditorAccount, amount } = payment;
  const data = { paymentId, debtorAccount, creditorAccount, amount };
  return { type: status === 'SETTLED' ? 'PaymentSettled' : 'PaymentAccepted', data };
}
