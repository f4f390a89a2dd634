import { type Static, Type } from 'typebox';
import { AccountId, BankName, BusinessDate, ClientId, Digest, Instant, MinorUnits, strict } from '../../core/fields.ts';
import { AmountSchema } from '../../core/money.ts';
import { AnnualRate, choice } from '../schedule/schemas.ts';
import { BUCKET_NAMES } from './delinquency.ts';
import { LoanProduct, MatchingRuleName, ProductId, ProductVersion } from './product-schemas.ts';

/** A score that a bank's statement on the ledger tells of. */
export const ScoreReference = Type.Object({ scoredBy: BankName, scoreId: ClientId }, strict);

export const OfferStatus = choice(['OPEN', 'WITHDRAWN', 'TAKEN', 'RELEASED'], 'TAKEN: all or part of it is lent.');
export const Offer = Type.Object(
  {
    offerId: ClientId,
    lenderAccount: AccountId,
    amount: MinorUnits,
    leastRate: AnnualRate,
    status: OfferStatus,
    taken: MinorUnits,
  },
  strict,
);
export type Offer = Static<typeof Offer>;

export const RequestStatus = choice(['OPEN', 'FUNDED', 'EXPIRED', 'CANCELLED'], 'FUNDED: its loan is disbursed.');
/** `loan-request/<id>`, with the offers in the order in which they came. */
export const LoanRequest = Type.Object(
  {
    requestId: ClientId,
    status: RequestStatus,
    borrowerAccount: AccountId,
    productId: ProductId,
    productVersion: ProductVersion,
    amount: AmountSchema,
    minimumAmount: MinorUnits,
    highestRate: AnnualRate,
    instalments: Type.Integer({ minimum: 1, maximum: 600 }),
    matching: MatchingRuleName,
    firstDueDate: Type.Optional(BusinessDate),
    score: Type.Optional(ScoreReference),
    requestedAt: Instant,
    expiresAt: Instant,
    offers: Type.Array(Offer),
    loanId: Type.Optional(ClientId),
  },
  strict,
);
export type LoanRequest = Static<typeof LoanRequest>;

/** A lender's standing word to offer, up to an amount a loan, to whoever's score was approved. */
export const Mandate = Type.Object(
  {
    mandateId: Type.String({ ...ClientId, description: 'Also the id of what is offered under it.' }),
    lenderAccount: AccountId,
    most: Type.String({ ...MinorUnits, description: 'Of one loan.' }),
    leastRate: AnnualRate,
    isSigned: Type.Boolean({ description: 'Given by the lender’s own key.' }),
  },
  strict,
);
export type Mandate = Static<typeof Mandate>;

/** `loan-mandates/<productId>/<version>`: in the order in which they were given. */
export const LoanMandates = Type.Object(
  { productId: ProductId, productVersion: ProductVersion, mandates: Type.Array(Mandate) },
  strict,
);
export type LoanMandates = Static<typeof LoanMandates>;

export const ShareView = Type.Object({ lenderAccount: AccountId, principal: MinorUnits }, strict);

/** What happened to a loan, in the order in which it was booked; `date` is the day from which it counts. */
export const LoanEventRecord = Type.Object(
  {
    kind: choice(['repayment', 'rateChange', 'restructuring', 'writeOff', 'recovery'], 'What happened.'),
    id: ClientId,
    date: BusinessDate,
    bookedAt: Instant,
    amount: Type.Optional(MinorUnits),
    annualRate: Type.Optional(AnnualRate),
    dueDates: Type.Optional(Type.Array(BusinessDate)),
  },
  strict,
);
export type LoanEventRecord = Static<typeof LoanEventRecord>;

export const Security = Type.Object(
  {
    securityId: ClientId,
    kind: choice(['collateral', 'guarantee'], 'A thing, or somebody’s promise.'),
    documentDigest: Digest,
    value: AmountSchema,
    guarantorAccount: Type.Optional(AccountId),
    recordedAt: Instant,
    releasedAt: Type.Optional(Instant),
  },
  strict,
);
export type Security = Static<typeof Security>;

export const LoanStatus = choice(['ACTIVE', 'CLOSED', 'WRITTEN_OFF'], 'CLOSED: nothing is owed any more.');
export type LoanStatus = Static<typeof LoanStatus>;

/** `loan/<id>`: terms, who holds it, and what happened. What is owed on a day follows from these. */
export const Loan = Type.Object(
  {
    loanId: ClientId,
    requestId: ClientId,
    status: LoanStatus,
    borrowerAccount: AccountId,
    product: LoanProduct,
    principal: AmountSchema,
    annualRate: AnnualRate,
    margin: Type.Optional(AnnualRate),
    disbursementDate: BusinessDate,
    dueDates: Type.Array(BusinessDate),
    balloon: MinorUnits,
    instalmentFee: MinorUnits,
    shares: Type.Array(ShareView),
    /** As they were when the last principal came back: what comes in later is split by them. */
    lastShares: Type.Optional(Type.Array(ShareView)),
    events: Type.Array(LoanEventRecord),
    securities: Type.Array(Security),
    score: Type.Optional(ScoreReference),
  },
  strict,
);
export type Loan = Static<typeof Loan>;

/** `accrual/<loanId>`: interest and penalty in the accounts so far, and the day of the last accrual. */
export const Accrual = Type.Object(
  {
    loanId: ClientId,
    accrualDate: BusinessDate,
    recognised: MinorUnits,
    bucket: choice(BUCKET_NAMES, 'Days past due on that day.'),
  },
  strict,
);
export type Accrual = Static<typeof Accrual>;

/** `share-sale/<id>`: a share that its holder offers for a price. */
export const ShareSale = Type.Object(
  {
    saleId: ClientId,
    loanId: ClientId,
    sellerAccount: AccountId,
    principal: MinorUnits,
    price: AmountSchema,
    expiresAt: Instant,
    buyerAccount: Type.Optional(AccountId),
    status: choice(['OFFERED', 'SOLD'], 'SOLD: the buyer paid and holds it.'),
  },
  strict,
);
export type ShareSale = Static<typeof ShareSale>;

/**
 * `loan-register/<page>`: loans in the order of their disbursement, and to which day all of them are accrued;
 * `loan-register/0` counts them.
 */
export const LoanRegister = Type.Object(
  {
    page: Type.Integer(),
    count: Type.Integer(),
    loanIds: Type.Array(ClientId),
    accruedTo: Type.Optional(BusinessDate),
  },
  strict,
);
export type LoanRegister = Static<typeof LoanRegister>;

/** `score-use/<scoredBy>/<scoreId>`: the last request for which mandates offered on a score. */
export const ScoreUse = Type.Object({ ...ScoreReference.properties, requestId: ClientId }, strict);

/** `open-requests/<shard>`: requests that are open, with the instant at which they expire. */
export const OpenRequests = Type.Object(
  {
    shard: Type.String(),
    requests: Type.Array(Type.Object({ requestId: ClientId, expiresAt: Instant }, strict)),
  },
  strict,
);
export type OpenRequests = Static<typeof OpenRequests>;

/** `open-requests-of/<accountId>`: those of one borrower. */
export const OpenRequestsOf = Type.Object({ accountId: AccountId, requestIds: Type.Array(ClientId) }, strict);

export const AmountsView = Type.Object(
  { penalty: MinorUnits, fee: MinorUnits, interest: MinorUnits, principal: MinorUnits },
  strict,
);
export type AmountsView = Static<typeof AmountsView>;

/** What a lender gets of a repayment. */
export const LenderPart = Type.Object({ lenderAccount: AccountId, amount: MinorUnits }, strict);
