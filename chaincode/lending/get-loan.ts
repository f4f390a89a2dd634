import type { Ledger } from '../core/ledger.ts';
import { findScore, findScoreConsent } from '../credit/index.ts';
import { errors } from './errors.ts';
import { getLoan as getRecord, today } from './loan-books.ts';
import { SHARDS } from './open-request.ts';
import { isPast } from './parties.ts';
import { countLoans, countPages } from './register.ts';
import { formatDate, parseDate } from './schedule/dates.ts';
import type {
  ExpiredRequests,
  LineageReference,
  LoanLineage,
  LoanReference,
  LoanView,
  ProductReference,
  RegisterSize,
  RequestReference,
} from './schemas.ts';
import { bucketOf } from './servicing/delinquency.ts';
import { eventOf, isNonAccrual, stateOn, statusOf, termsOf, viewOf } from './servicing/loan-record.ts';
import { daysPastDue, overdueOf, payoffOf } from './servicing/owed.ts';
import type { LoanProduct } from './servicing/product-schemas.ts';
import { linesOn } from './servicing/projection.ts';
import { inOrder, statesOf } from './servicing/replay.ts';
import type { Loan, LoanRequest } from './servicing/schemas.ts';
import { loanRequests, openRequests, products } from './store.ts';

/**
 * A loan on a day: what is owed, its lines and its statement. A day to come tells what will be owed if nothing happens
 * until then. Refuses, in order: LOAN_NOT_FOUND, DATE_INVALID, VALUE_DATE_OUTSIDE (before the disbursement).
 */
export function getLoan(ledger: Ledger, { loanId, asOf }: LoanReference): LoanView {
  const loan = getRecord(ledger, loanId);
  const day = asOf === undefined ? today(ledger) : parseDate(asOf);
  if (day < parseDate(loan.disbursementDate)) {
    const bounds = { earliest: loan.disbursementDate, today: formatDate(today(ledger)) };
    throw errors.VALUE_DATE_OUTSIDE({ valueDate: formatDate(day), ...bounds });
  }
  const state = stateOn(loan, day);
  const { product, events: _events, dueDates: _dueDates, lastShares: _lastShares, ...fields } = loan;
  const days = daysPastDue(state);
  return {
    ...fields,
    status: statusOf(state),
    productId: product.productId,
    productVersion: product.version,
    asOf: formatDate(day),
    balance: { amount: String(state.balance), currency: loan.principal.currency },
    daysPastDue: days,
    bucket: bucketOf(days),
    isNonAccrual: isNonAccrual(loan, state),
    overdue: viewOf(overdueOf(state)),
    payoff: viewOf(payoffOf(state)),
    paid: viewOf(state.paid),
    recovered: String(state.recovered),
    instalments: linesOn(state).map(({ due, amounts, unpaid }) => ({
      dueDate: formatDate(due),
      due: viewOf(amounts),
      unpaid: viewOf(unpaid),
    })),
    entries: entriesOf(loan, day),
  };
}

/** The statement: every event up to a day by its date, how it was spent and the principal left after it. */
function entriesOf(loan: Loan, until: number): LoanView['entries'] {
  const ordered = inOrder(
    loan.events.map((record) => ({ record, date: parseDate(record.date) })),
    until,
  );
  const states = statesOf(
    termsOf(loan),
    ordered.map(({ record }) => eventOf(record)),
  );
  return ordered.map(({ record: { kind, id, date, bookedAt, amount } }, index) => {
    const { allocations, balance } = states[index]!;
    return {
      kind,
      id,
      date,
      bookedAt,
      ...(amount === undefined ? {} : { amount }),
      ...(allocations?.id === id ? { allocation: viewOf(allocations.spent) } : {}),
      balance: String(balance),
    };
  });
}

/** What a loan rests on: its request, the score under that, and the consent under the score. Refuses: LOAN_NOT_FOUND. */
export function getLoanLineage(ledger: Ledger, { loanId }: LineageReference): LoanLineage {
  const { requestId, score: reference } = getRecord(ledger, loanId);
  const score = reference && findScore(ledger, reference);
  const consent = score && findScoreConsent(ledger, score);
  return {
    loanId,
    requestId,
    disbursedBy: transactionOf(ledger, 'loan', loanId),
    requestedBy: transactionOf(ledger, 'loan-request', requestId),
    ...(score === undefined ? {} : { score }),
    ...(consent === undefined ? {} : { consent }),
  };
}

const transactionOf = (ledger: Ledger, scope: string, id: string): string =>
  ledger.findAccepted(scope, id)?.transactionId ?? '';

/** A request with its offers. Refuses: REQUEST_NOT_FOUND. */
export function getLoanRequest(ledger: Ledger, { requestId }: RequestReference): LoanRequest {
  const request = loanRequests.find(ledger, requestId);
  if (request === undefined) throw errors.REQUEST_NOT_FOUND({ requestId });
  return request;
}

/** A product version. Refuses: PRODUCT_NOT_FOUND. */
export function getProduct(ledger: Ledger, { productId, version }: ProductReference): LoanProduct {
  const product = products.find(ledger, productId, String(version));
  if (product === undefined) throw errors.PRODUCT_NOT_FOUND({ productId, version });
  return product;
}

/** Open requests that are past their expiry, at most a hundred: what expireRequests should be told. */
export function listExpiredRequests(ledger: Ledger): ExpiredRequests {
  const listed = SHARDS.flatMap((shard) => openRequests.find(ledger, shard)?.requests ?? []);
  const expired = listed.filter(({ expiresAt }) => isPast(ledger, expiresAt)).map(({ requestId }) => requestId);
  return { expired: expired.sort().slice(0, 100) };
}

/** How many loans there are, and on how many pages: what accrueLoans is to be told. */
export const getRegisterSize = (ledger: Ledger): RegisterSize => ({
  loans: countLoans(ledger),
  pages: countPages(ledger),
});
