import type { FormatEvent, FormatPosting } from './batch-row.ts';
import type { Fields } from './layout-reader.ts';

interface Booked {
  readonly lane: string;
  readonly operation: string;
  readonly request: Fields;
  readonly result: Fields;
}

interface Money {
  readonly amount: string;
  readonly currency: string;
}

const bankOf = (accountId: string): string => accountId.slice(0, accountId.indexOf('-'));

/** Postings that a row leaves out because they always follow: a payment debits its debtor, and credits or owes the rest. */
export function followingPostings({ lane, operation, request }: Booked): FormatPosting[] {
  if (operation !== 'payments:sendPayment') return [];
  const { debtorAccount, creditorAccount } = request as { debtorAccount: string; creditorAccount: string };
  const { amount, currency } = request.amount as Money;
  const creditorBank = bankOf(creditorAccount);
  const credited = creditorBank === lane ? creditorAccount : `${lane}.due-to-${creditorBank}`;
  return [
    { account: debtorAccount, side: 'D', amount, currency },
    { account: credited, side: 'C', amount, currency },
  ];
}

/** Events that a row leaves out because they always follow. */
export function followingEvents({ operation, request, result }: Booked): FormatEvent[] {
  if (operation !== 'payments:sendPayment') return [];
  const { paymentId, debtorAccount, creditorAccount, amount } = request;
  const type = result.status === 'SETTLED' ? 'PaymentSettled' : 'PaymentAccepted';
  return [{ type, data: { paymentId, debtorAccount, creditorAccount, amount } }];
}
