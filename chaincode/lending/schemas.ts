import { type Static, Type } from 'typebox';
import { AccountId, BusinessDate, ClientId, CustomerSignature, Instant, MinorUnits, strict } from '../core/fields.ts';
import { AmountSchema } from '../core/money.ts';
import { Consent, Disclosure, ScoreStatement } from '../credit/index.ts';
import { AnnualRate } from './schedule/schemas.ts';
import { CalendarId, MatchingRuleName, ProductId, ProductVersion } from './servicing/product-schemas.ts';
import {
  AmountsView,
  LenderPart,
  LoanStatus,
  Mandate,
  Offer,
  RequestStatus,
  ScoreReference,
  ShareView,
} from './servicing/schemas.ts';

export * from './schedule/schemas.ts';
export * from './servicing/care-schemas.ts';
export * from './servicing/product-schemas.ts';
export * from './servicing/schemas.ts';
export * from './servicing/view-schemas.ts';

const signed = { signature: Type.Optional(CustomerSignature) };

/** A score and its opened decision, which the ledger holds against the scorer's statement. */
export const ScoreClaim = Type.Object({ ...ScoreReference.properties, decisionProof: Disclosure }, strict);

export const RequestLoan = Type.Object(
  {
    requestId: ClientId,
    borrowerAccount: AccountId,
    productId: ProductId,
    productVersion: ProductVersion,
    amount: AmountSchema,
    minimumAmount: Type.Optional(
      Type.Object(AmountSchema.properties, {
        ...strict,
        description: 'Less is no loan; the whole amount when absent.',
      }),
    ),
    highestRate: AnnualRate,
    instalments: Type.Integer({ minimum: 1, maximum: 600 }),
    matching: MatchingRuleName,
    firstDueDate: Type.Optional(BusinessDate),
    score: Type.Optional(ScoreClaim),
    expiresAt: Instant,
  },
  strict,
);
export type RequestLoan = Static<typeof RequestLoan>;

export const RequestReference = Type.Object({ requestId: ClientId }, strict);
export type RequestReference = Static<typeof RequestReference>;

export const RequestResult = Type.Object(
  {
    requestId: ClientId,
    status: RequestStatus,
    offered: MinorUnits,
    offers: Type.Integer(),
    mandated: Type.Optional(Type.Array(Offer, { description: 'Offered at once under mandates.' })),
  },
  strict,
);
export type RequestResult = Static<typeof RequestResult>;

export const OfferFunding = Type.Object(
  {
    offerId: ClientId,
    requestId: ClientId,
    lenderAccount: AccountId,
    amount: AmountSchema,
    leastRate: AnnualRate,
    ...signed,
  },
  strict,
);
export type OfferFunding = Static<typeof OfferFunding>;

export const OfferReference = Type.Object({ requestId: ClientId, offerId: ClientId }, strict);
export type OfferReference = Static<typeof OfferReference>;
export const OfferResult = Type.Object({ requestId: ClientId, ...Offer.properties }, strict);
export type OfferResult = Static<typeof OfferResult>;

export const SetMandate = Type.Object(
  {
    mandateId: ClientId,
    lenderAccount: AccountId,
    productId: ProductId,
    productVersion: ProductVersion,
    most: Type.Object(AmountSchema.properties, { ...strict, description: 'Of one loan.' }),
    leastRate: AnnualRate,
    ...signed,
  },
  strict,
);
export type SetMandate = Static<typeof SetMandate>;
export const EndMandate = Type.Object(
  { mandateId: ClientId, productId: ProductId, productVersion: ProductVersion },
  strict,
);
export type EndMandate = Static<typeof EndMandate>;
export const MandateResult = Type.Object(
  { productId: ProductId, productVersion: ProductVersion, ...Mandate.properties },
  strict,
);
export type MandateResult = Static<typeof MandateResult>;

export const ExpireRequests = Type.Object(
  { requestIds: Type.Array(ClientId, { minItems: 1, maxItems: 100, uniqueItems: true }) },
  strict,
);
export type ExpireRequests = Static<typeof ExpireRequests>;
export const ExpiredRequests = Type.Object({ expired: Type.Array(ClientId) }, strict);
export type ExpiredRequests = Static<typeof ExpiredRequests>;

export const DisburseLoan = Type.Object({ loanId: ClientId, requestId: ClientId }, strict);
export type DisburseLoan = Static<typeof DisburseLoan>;
export const DisbursedLoan = Type.Object(
  {
    loanId: ClientId,
    requestId: ClientId,
    borrowerAccount: AccountId,
    principal: AmountSchema,
    paidOut: AmountSchema,
    annualRate: AnnualRate,
    disbursementDate: BusinessDate,
    dueDates: Type.Array(BusinessDate),
    shares: Type.Array(ShareView),
  },
  strict,
);
export type DisbursedLoan = Static<typeof DisbursedLoan>;

export const RepayLoan = Type.Object(
  {
    repaymentId: ClientId,
    loanId: ClientId,
    amount: AmountSchema,
    valueDate: Type.Optional(
      Type.String({ ...BusinessDate, description: 'Day from which it counts, at most today; today when absent.' }),
    ),
    ...signed,
  },
  strict,
);
export type RepayLoan = Static<typeof RepayLoan>;

/** A repayment that a backdated one made to be spent differently. */
const Correction = Type.Object({ repaymentId: ClientId, before: AmountsView, after: AmountsView }, strict);

export const LoanRepaid = Type.Object(
  {
    repaymentId: ClientId,
    loanId: ClientId,
    status: LoanStatus,
    amount: AmountSchema,
    valueDate: BusinessDate,
    allocation: AmountsView,
    lenders: Type.Array(LenderPart),
    corrections: Type.Array(Correction),
    balance: AmountSchema,
  },
  strict,
);
export type LoanRepaid = Static<typeof LoanRepaid>;

export const OfferShare = Type.Object(
  {
    saleId: ClientId,
    loanId: ClientId,
    sellerAccount: AccountId,
    principal: AmountSchema,
    price: AmountSchema,
    expiresAt: Instant,
    ...signed,
  },
  strict,
);
export type OfferShare = Static<typeof OfferShare>;
export const BuyShare = Type.Object(
  { purchaseId: ClientId, saleId: ClientId, buyerAccount: AccountId, ...signed },
  strict,
);
export type BuyShare = Static<typeof BuyShare>;
export const SaleReference = Type.Object({ saleId: ClientId }, strict);
export type SaleReference = Static<typeof SaleReference>;

export const ProductReference = Type.Object({ productId: ProductId, version: ProductVersion }, strict);
export type ProductReference = Static<typeof ProductReference>;
export const CalendarReference = Type.Object({ calendarId: CalendarId }, strict);
export type CalendarReference = Static<typeof CalendarReference>;
/** Asks for what there is. */
export const NoFields = Type.Object({}, strict);
export const RegisterSize = Type.Object({ loans: Type.Integer(), pages: Type.Integer() }, strict);
export type RegisterSize = Static<typeof RegisterSize>;

export const LineageReference = Type.Object({ loanId: ClientId }, strict);
export type LineageReference = Static<typeof LineageReference>;
/** What a disbursement rests on, back to what its borrower allowed. */
export const LoanLineage = Type.Object(
  {
    loanId: ClientId,
    requestId: ClientId,
    disbursedBy: Type.String({ description: 'Ledger transaction of the disbursement.' }),
    requestedBy: Type.String({ description: 'Ledger transaction of the request.' }),
    score: Type.Optional(ScoreStatement),
    consent: Type.Optional(Consent),
  },
  strict,
);
export type LoanLineage = Static<typeof LoanLineage>;
