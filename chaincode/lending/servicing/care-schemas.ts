import { type Static, Type } from 'typebox';
import { AccountId, BusinessDate, ClientId, CustomerSignature, MinorUnits, strict } from '../../core/fields.ts';
import { AmountSchema } from '../../core/money.ts';
import { AnnualRate, choice, Frequency } from '../schedule/schemas.ts';
import { BUCKET_NAMES } from './delinquency.ts';
import { AmountsView, LenderPart, Security } from './schemas.ts';

const signed = { signature: Type.Optional(CustomerSignature) };

export const AccrueLoans = Type.Object(
  { accrualDate: BusinessDate, page: Type.Integer({ minimum: 1, description: 'Page of the loan register.' }) },
  strict,
);
export type AccrueLoans = Static<typeof AccrueLoans>;
export const LoansAccrued = Type.Object(
  {
    accrualDate: BusinessDate,
    page: Type.Integer(),
    loans: Type.Integer({ description: 'Loans of the page that had not been accrued to that day.' }),
    accrued: Type.Array(Type.Object({ currency: AmountSchema.properties.currency, amount: MinorUnits }, strict)),
    buckets: Type.Array(Type.Object({ bucket: choice(BUCKET_NAMES, ''), loans: Type.Integer() }, strict)),
  },
  strict,
);
export type LoansAccrued = Static<typeof LoansAccrued>;

export const PagesAfter = Type.Object({ after: Type.Integer({ minimum: 0 }) }, strict);
export type PagesAfter = Static<typeof PagesAfter>;
export const PagesToAccrue = Type.Object(
  { accrualDate: BusinessDate, pages: Type.Array(Type.Integer()), next: Type.Optional(Type.Integer()) },
  strict,
);
export type PagesToAccrue = Static<typeof PagesToAccrue>;

export const ChangeLoanRate = Type.Object({ changeId: ClientId, loanId: ClientId }, strict);
export type ChangeLoanRate = Static<typeof ChangeLoanRate>;
export const LoanRateChanged = Type.Object({ changeId: ClientId, loanId: ClientId, annualRate: AnnualRate }, strict);
export type LoanRateChanged = Static<typeof LoanRateChanged>;

export const RestructureLoan = Type.Object(
  {
    restructuringId: ClientId,
    loanId: ClientId,
    annualRate: AnnualRate,
    frequency: Frequency,
    instalments: Type.Integer({ minimum: 1, maximum: 600 }),
    firstDueDate: BusinessDate,
  },
  strict,
);
export type RestructureLoan = Static<typeof RestructureLoan>;
export const LoanRestructured = Type.Object(
  { restructuringId: ClientId, loanId: ClientId, dueDates: Type.Array(BusinessDate), carried: AmountsView },
  strict,
);
export type LoanRestructured = Static<typeof LoanRestructured>;

export const WriteOffLoan = Type.Object({ writeOffId: ClientId, loanId: ClientId }, strict);
export type WriteOffLoan = Static<typeof WriteOffLoan>;
export const LoanWrittenOff = Type.Object({ writeOffId: ClientId, loanId: ClientId, writtenOff: AmountsView }, strict);
export type LoanWrittenOff = Static<typeof LoanWrittenOff>;

export const RecoverLoan = Type.Object(
  { recoveryId: ClientId, loanId: ClientId, debtorAccount: AccountId, amount: AmountSchema, ...signed },
  strict,
);
export type RecoverLoan = Static<typeof RecoverLoan>;
export const LoanRecovered = Type.Object(
  {
    recoveryId: ClientId,
    loanId: ClientId,
    amount: AmountSchema,
    lenders: Type.Array(LenderPart),
    balance: AmountSchema,
  },
  strict,
);
export type LoanRecovered = Static<typeof LoanRecovered>;

const { recordedAt: _recorded, releasedAt: _released, ...securityTerms } = Security.properties;
export const RecordSecurity = Type.Object({ loanId: ClientId, ...securityTerms }, strict);
export type RecordSecurity = Static<typeof RecordSecurity>;
export const ReleaseSecurity = Type.Object({ loanId: ClientId, securityId: ClientId }, strict);
export type ReleaseSecurity = Static<typeof ReleaseSecurity>;
export const SecurityResult = Type.Object({ loanId: ClientId, ...Security.properties }, strict);
export type SecurityResult = Static<typeof SecurityResult>;
