import type { Accrual, Loan, LoanRequest } from '@tangram/chaincode/lending/schemas.ts';
import type { RowFact } from '../block-facts.ts';
import { listOf, type ReadModelDatabase } from '../database.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection, ProjectionContext } from './projection.ts';

/** Loans that the own bank keeps, who takes part in them, how old they are, and what its customers ask. */
export const projectLoans: Projection = async (context) => {
  const { database } = context;
  const loans = latest<Loan>(context, 'loan/');
  await putRows(
    database,
    'loan',
    loans.map((loan) => toLoan(loan)),
  );
  await putParties(database, loans);
  const requests = latest<LoanRequest>(context, 'loan-request/');
  await putRows(database, 'loan_request', requests.map(toRequest));
  const ageing = latest<Accrual>(context, 'accrual/');
  await putRows(
    database,
    'loan_ageing',
    ageing.map(({ loanId, accrualDate, bucket }) => ({ loan_id: loanId, accrual_date: accrualDate, bucket })),
  );
};

/** The last state of each own row of a prefix. */
function latest<Record>({ facts, organization }: ProjectionContext, prefix: string): Record[] {
  const own = facts.rows(prefix).filter(({ namespace }: RowFact) => namespace === organization);
  return [...new Map(own.map(({ key, value }) => [key, value as Record])).values()];
}

/** Whoever holds nothing any more takes no part. */
async function putParties(database: ReadModelDatabase, loans: Loan[]): Promise<void> {
  if (loans.length === 0) return;
  const ids = listOf(
    database,
    loans.map(({ loanId }) => loanId),
  );
  await database.db.deleteFrom('loan_party').where('loan_id', 'in', ids).execute();
  const parties = loans.flatMap(({ loanId, borrowerAccount, shares }): Row<'loan_party'>[] => [
    { account_id: borrowerAccount, loan_id: loanId, role: 'borrower' },
    ...shares.map(({ lenderAccount }) => ({ account_id: lenderAccount, loan_id: loanId, role: 'lender' })),
  ]);
  await putRows(database, 'loan_party', parties);
}

function toLoan(loan: Loan): Row<'loan'> {
  const balance = loan.shares.reduce((sum, { principal }) => sum + BigInt(principal), 0n);
  return {
    loan_id: loan.loanId,
    disbursement_date: loan.disbursementDate,
    borrower_account: loan.borrowerAccount,
    product_id: loan.product.productId,
    product_version: BigInt(loan.product.version),
    status: loan.status,
    currency: loan.principal.currency,
    principal: loan.principal.amount,
    balance: String(balance),
    annual_rate: loan.annualRate,
    lenders: BigInt(loan.shares.length),
  };
}

function toRequest(request: LoanRequest): Row<'loan_request'> {
  return {
    request_id: request.requestId,
    // Instants of the ledger carry milliseconds, so they compare as text.
    requested_at: request.requestedAt,
    expires_at: request.expiresAt,
    borrower_account: request.borrowerAccount,
    product_id: request.productId,
    product_version: BigInt(request.productVersion),
    status: request.status,
    currency: request.amount.currency,
    amount: request.amount.amount,
    minimum_amount: request.minimumAmount,
    highest_rate: request.highestRate,
    instalments: BigInt(request.instalments),
    matching: request.matching,
    loan_id: request.loanId ?? null,
  };
}
