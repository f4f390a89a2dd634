import { errors } from '@tangram/chaincode/lending/errors.ts';
import type { Loan, LoanRequest, LoanView } from '@tangram/chaincode/lending/schemas.ts';
import type { Static, TObject, TProperties } from 'typebox';
import { bookedAnswer, type Call, type Route, route } from './route.ts';
import { fields, Position } from './schemas.ts';

export const ACCOUNT_ERRORS = [
  'AUTH_ACCOUNT_NOT_YOURS',
  'LENDING_ACCOUNT_NOT_HERE',
  'LENDING_ACCOUNT_NOT_OPEN',
  'CORE_CURRENCY_MISMATCH',
];
export const AMOUNT_ERRORS = ['CORE_AMOUNT_INVALID', 'CORE_CURRENCY_UNKNOWN', 'CORE_AMOUNT_NOT_POSITIVE'];
export const LOAN_ERRORS = ['LENDING_LOAN_NOT_FOUND', 'LENDING_LOAN_CLOSED', 'LENDING_LOAN_WRITTEN_OFF'];
export const DUE_DATE_ERRORS = [
  'LENDING_FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT',
  'LENDING_TERM_TOO_LONG',
  'LENDING_CALENDAR_WITHOUT_BUSINESS_DAYS',
  'LENDING_DUE_DATES_COLLIDE',
];

type Seen = Pick<Call, 'services' | 'access' | 'caller'>;

/** How one lending operation of the ledger is booked through REST. */
interface Booking<Properties extends TProperties> {
  /** Its name without the module's. */
  operation: string;
  /** The operation's when absent. */
  operationId?: string;
  /** Fields of the request that stand in it are taken from it. */
  path: string;
  summary: string;
  description?: string;
  request: TObject<Properties>;
  result: TObject;
  /** Booked in the consortium's lane by the central bank's staff. */
  isGoverned?: true;
  /** Whose use it is: the account that the caller must be allowed to use. Staff alone may book it when absent. */
  accountOf?: (request: Static<TObject<Properties>>, call: Seen) => string | Promise<string>;
  /** What must hold before anything is submitted, because a ledger that refuses may keep the request all the same. */
  assertSubmittable?: (request: Static<TObject<Properties>>, call: Seen) => Promise<void>;
  idField?: string;
  status?: 200;
  says: string;
  errors: readonly string[];
  example?: { body: unknown };
}

/** The route of a lending operation: its request in path and body, its result with where it stands on the ledger. */
export function bookingRoute<Properties extends TProperties>(row: Booking<Properties>): Route {
  const { operation, path, summary, description, request: schema, isGoverned, accountOf, idField, example } = row;
  const inPath = (name: string) => path.includes(`{${name}}`);
  const parts = Object.entries(schema.properties);
  const params = fields(Object.fromEntries(parts.filter(([name]) => inPath(name))));
  const body = fields(Object.fromEntries(parts.filter(([name]) => !inPath(name))));
  return route<TProperties, Record<never, never>, TProperties>({
    method: 'POST',
    path,
    operationId: row.operationId ?? operation,
    tag: 'loans',
    summary,
    ...(description === undefined ? {} : { description }),
    roles: accountOf === undefined ? ['operator'] : ['customer', 'operator'],
    at: isGoverned ? 'centralbank' : 'bank',
    ...(path.includes('{') ? { params } : {}),
    ...(Object.keys(body.properties).length > 0 ? { body } : {}),
    ...(idField === undefined ? {} : { idField }),
    success: {
      status: row.status ?? 201,
      description: row.says,
      schema: fields({ ...row.result.properties, ...Position }),
    },
    errors: row.errors,
    ...(example === undefined ? {} : { example }),
    async run(call) {
      const request = { ...(call.body as object), ...(call.params as object) } as Static<TObject<Properties>>;
      if (accountOf !== undefined) await call.access.requireUse(await accountOf(request, call));
      await row.assertSubmittable?.(request, call);
      const lane = isGoverned ? { lane: 'consortium' } : {};
      const asked = { operation: `lending:${operation}`, request: request as Record<string, unknown>, ...lane };
      return bookedAnswer({}, await call.services.operations.submitOne({ ...asked, requester: call.requester }));
    },
  });
}

/**
 * A loan as the caller may see it: staff and regulators all, customers those that they owe or hold; who else lends is told
 * to the borrower, to staff and to regulators. An own peer alone tells whose it is. Refuses: LENDING_LOAN_NOT_FOUND.
 */
export async function visibleLoan({ services, access }: Seen, loanId: string, asOf?: string): Promise<LoanView> {
  const request = asOf === undefined ? { loanId } : { loanId, asOf };
  const loan = await services.queries.evaluateAtHome<LoanView>('lending:getLoan', request);
  if (await access.maySee([loan.borrowerAccount])) return loan;
  const shares = await heldBy<Loan['shares'][number]>(access, loan.shares);
  if (shares.length === 0) throw errors.LOAN_NOT_FOUND({ loanId });
  return { ...loan, shares };
}

/** A request as the caller may see it: who else offers is told to the borrower, to staff and to regulators. */
export async function visibleRequest({ services, access }: Seen, requestId: string): Promise<LoanRequest> {
  const request = await services.queries.evaluateAtHome<LoanRequest>('lending:getLoanRequest', { requestId });
  return (await access.maySee([request.borrowerAccount]))
    ? request
    : { ...request, offers: await heldBy(access, request.offers) };
}

/** Those of them that name an account of the caller's, or one that the caller may see all the same. */
export async function heldBy<Item extends { lenderAccount: string }>(
  access: Seen['access'],
  items: readonly Item[],
): Promise<Item[]> {
  const mine = await Promise.all(items.map(({ lenderAccount }) => access.maySee([lenderAccount])));
  return items.filter((_item, index) => mine[index]);
}
