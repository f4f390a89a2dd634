import { type RawBuilder, sql } from 'kysely';
import { listOf, type ReadModelDatabase } from '../database.ts';
import type { Row } from '../schema.ts';
import type { LoanFilter, LoanRequestFilter, LoanRequestSummary, LoanSummary, Page } from '../types.ts';
import { decodeCursor, limitOf, toPage } from './cursor.ts';

type LoanRow = Row<'loan'> & { accrual_date: string | null; bucket: string | null };

/** Loans, newest first. */
export async function listLoans(database: ReadModelDatabase, filter: LoanFilter): Promise<Page<LoanSummary>> {
  const { accounts, status, bucket } = filter;
  const wanted = [
    ...before(filter.cursor, { time: sql`l.disbursement_date`, id: sql`l.loan_id` }),
    ...(accounts === undefined
      ? []
      : [sql`l.loan_id in (select loan_id from loan_party where account_id in ${listOf(database, accounts)})`]),
    ...(status === undefined ? [] : [sql`l.status = ${status}`]),
    ...(bucket === undefined ? [] : [sql`a.bucket = ${bucket}`]),
  ];
  const limit = limitOf(filter);
  const { rows } = await sql<LoanRow>`
    select l.*, a.accrual_date, a.bucket from loan l left join loan_ageing a on a.loan_id = l.loan_id
    ${where(wanted)} order by l.disbursement_date desc, l.loan_id desc limit ${sql.lit(limit + 1)}`.execute(
    database.db,
  );
  return toPage(rows, {
    limit,
    cursorOf: ({ disbursement_date, loan_id }) => `${disbursement_date}/${loan_id}`,
    itemOf: toLoan,
  });
}

/** Loan requests, newest first: those that are open, and with accounts given those of their borrowers in any state. */
export async function listLoanRequests(
  database: ReadModelDatabase,
  filter: LoanRequestFilter,
): Promise<Page<LoanRequestSummary>> {
  const { accounts, status, borrowerAccount } = filter;
  const wanted = [
    ...before(filter.cursor, { time: sql`requested_at`, id: sql`request_id` }),
    ...(accounts === undefined ? [] : [sql`(status = 'OPEN' or borrower_account in ${listOf(database, accounts)})`]),
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(borrowerAccount === undefined ? [] : [sql`borrower_account = ${borrowerAccount}`]),
  ];
  const limit = limitOf(filter);
  const { rows } = await sql<Row<'loan_request'>>`
    select * from loan_request ${where(wanted)}
    order by requested_at desc, request_id desc limit ${sql.lit(limit + 1)}`.execute(database.db);
  return toPage(rows, {
    limit,
    cursorOf: ({ requested_at, request_id }) => `${requested_at}/${request_id}`,
    itemOf: toRequest,
  });
}

/** What comes after a cursor; a cursor that is none finds nothing. */
function before(
  cursor: string | undefined,
  columns: { time: RawBuilder<unknown>; id: RawBuilder<unknown> },
): RawBuilder<unknown>[] {
  const text = decodeCursor(cursor);
  if (text === undefined) return [];
  const [time = '', id = ''] = text.split('/');
  return [sql`(${columns.time}, ${columns.id}) < (${time}, ${id})`];
}

const where = (conditions: RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;

function toLoan(row: LoanRow): LoanSummary {
  const { currency } = row;
  return {
    loanId: row.loan_id,
    status: row.status,
    borrowerAccount: row.borrower_account,
    productId: row.product_id,
    productVersion: Number(row.product_version),
    principal: { amount: row.principal, currency },
    balance: { amount: row.balance, currency },
    annualRate: row.annual_rate,
    disbursementDate: row.disbursement_date,
    lenders: Number(row.lenders),
    accrualDate: row.accrual_date ?? row.disbursement_date,
    bucket: row.bucket ?? 'current',
  };
}

function toRequest(row: Row<'loan_request'>): LoanRequestSummary {
  const { currency } = row;
  return {
    requestId: row.request_id,
    status: row.status,
    borrowerAccount: row.borrower_account,
    productId: row.product_id,
    productVersion: Number(row.product_version),
    amount: { amount: row.amount, currency },
    minimumAmount: { amount: row.minimum_amount, currency },
    highestRate: row.highest_rate,
    instalments: Number(row.instalments),
    matching: row.matching,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    loanId: row.loan_id,
  };
}
