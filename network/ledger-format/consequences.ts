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

/** A payment as request or result tell it. */
interface Transfer {
  readonly paymentId: string;
  readonly debtorAccount: string;
  readonly creditorAccount: string;
}

type Credit = Transfer & Money;

/** What a row leaves out because it always follows from an operation, its request and its result. */
export interface Consequences {
  readonly postings: readonly FormatPosting[];
  readonly events: readonly FormatEvent[];
}

const nothing: Consequences = { postings: [], events: [] };
const bankOf = (accountId: string): string => accountId.slice(0, accountId.indexOf('-'));

/** The postings and events of an accepted operation that its row leaves out. */
export function consequencesOf(booked: Booked): Consequences {
  switch (booked.operation) {
    case 'payments:sendPayment':
      return ofPayment(booked);
    case 'payments:receive':
      return ofReceipt(booked);
    default:
      return nothing;
  }
}

/** A payment debits its debtor, and credits its creditor or what is owed to the creditor's bank. */
function ofPayment({ lane, request, result }: Booked): Consequences {
  const {
    paymentId,
    debtorAccount,
    creditorAccount,
    amount: money,
  } = request as unknown as Transfer & { amount: Money };
  const { amount, currency } = money;
  const creditorBank = bankOf(creditorAccount);
  const credited = creditorBank === lane ? creditorAccount : `${lane}.due-to-${creditorBank}`;
  const type = result.status === 'SETTLED' ? 'PaymentSettled' : 'PaymentAccepted';
  return {
    postings: [
      { account: debtorAccount, side: 'D', amount, currency },
      { account: credited, side: 'C', amount, currency },
    ],
    events: [{ type, data: { paymentId, debtorAccount, creditorAccount, amount: money } }],
  };
}

/** Payments received credit their creditors, and debit once per currency what the sending bank owes. */
function ofReceipt({ lane, request, result }: Booked): Consequences {
  const credits = result.credits as readonly Credit[];
  const owed = new Map<string, bigint>();
  for (const { currency, amount } of credits) owed.set(currency, (owed.get(currency) ?? 0n) + BigInt(amount));
  const debits = [...owed].map(([currency, amount]): FormatPosting => {
    return { account: `${lane}.due-from-${request.from}`, side: 'D', amount: String(amount), currency };
  });
  return {
    postings: [
      ...credits.map(({ creditorAccount: account, amount, currency, paymentId: reference }): FormatPosting => {
        return { account, side: 'C', amount, currency, reference };
      }),
      ...debits,
    ],
    events: credits.map(({ paymentId, debtorAccount, creditorAccount, amount, currency }) => ({
      type: 'PaymentSettled',
      data: { paymentId, debtorAccount, creditorAccount, amount: { amount, currency } },
    })),
  };
}
