import { errors } from '@tangram/chaincode/lending/errors.ts';
import type { Loan, LoanRequest, LoanView } from '@tangram/chaincode/lending/schemas.ts';
import type { TObject, TProperties, TSchema } from 'typebox';
import { type Answer, bookedAnswer, type Call } from './route.ts';
import { fields, Position } from './schemas.ts';

export const ACCOUNT_ERRORS = [
  'AUTH_ACCOUNT_NOT_YOURS',
  'LENDING_ACCOUNT_NOT_HERE',
  'LENDING_ACCOUNT_NOT_OPEN',
  'CORE_CURRENCY_MISMATCH',
];
export const AMOUNT_ERRORS = ['CORE_AMOUNT_INVALID', 'CORE_CURRENCY_UNKNOWN', 'CORE_AMOUNT_NOT_POSITIVE'];
export const SIGNATURE_ERRORS = [
  'ACCOUNTS_SIGNATURE_MISSING',
  'ACCOUNTS_SIGNATURE_KEY_UNKNOWN',
  'ACCOUNTS_SIGNATURE_INVALID',
];
export const LOAN_ERRORS = [
  'LENDING_LOAN_NOT_FOUND',
  'LENDING_LOAN_CLOSED',
  'LENDING_LOAN_WRITTEN_OFF',
  'LENDING_LOAN_FULL',
];

/** A ledger request without the fields that stand in the path. */
export function without<Properties extends TProperties, const Names extends readonly (keyof Properties)[]>(
  schema: TObject<Properties>,
  names: Names,
): TObject<Omit<Properties, Names[number]>> {
  const kept = Object.entries(schema.properties).filter(([name]) => !names.includes(name));
  return fields(Object.fromEntries(kept)) as unknown as TObject<Omit<Properties, Names[number]>>;
}

/** A ledger result and where it stands. */
export const booked = (result: TObject): TSchema => fields({ ...result.properties, ...Position });

/** Books one lending operation at this bank, or in the consortium's lane. */
export async function book(
  { services, requester }: Pick<Call, 'services' | 'requester'>,
  name: string,
  { lane, ...request }: Record<string, unknown> & { lane?: string },
): Promise<Answer> {
  const operation = { operation: `lending:${name}`, request, requester, ...(lane === undefined ? {} : { lane }) };
  return bookedAnswer({}, await services.operations.submitOne(operation));
}

/** A loan that the caller may see: staff and regulators all, customers those that they owe or hold. Refuses: LENDING_LOAN_NOT_FOUND. */
export async function visibleLoan(
  { services, access }: Pick<Call, 'services' | 'access'>,
  loanId: string,
  asOf?: string,
): Promise<LoanView> {
  const request = asOf === undefined ? { loanId } : { loanId, asOf };
  const loan = await services.queries.evaluate<LoanView>('lending:getLoan', request);
  const accounts = [
    loan.borrowerAccount,
    ...loan.shares.map(({ lenderAccount }: Loan['shares'][number]) => lenderAccount),
  ];
  if (!(await access.maySee(accounts))) throw errors.LOAN_NOT_FOUND({ loanId });
  return loan;
}

/** A request as the caller may see it: who else offers is told to the borrower, to staff and to regulators. */
export async function visibleRequest(
  { services, access }: Pick<Call, 'services' | 'access'>,
  requestId: string,
): Promise<LoanRequest> {
  const request = await services.queries.evaluate<LoanRequest>('lending:getLoanRequest', { requestId });
  if (await access.maySee([request.borrowerAccount])) return request;
  const own = await Promise.all(request.offers.map(({ lenderAccount }) => access.maySee([lenderAccount])));
  return { ...request, offers: request.offers.filter((_offer, index) => own[index]) };
}
