import { type Static, Type } from 'typebox';
import {
  AccountId,
  BankName,
  BusinessDate,
  ClientId,
  CurrencyCode,
  Digest,
  Instant,
  MinorUnits,
  strict,
} from '../../core/fields.ts';
import { AmountSchema } from '../../core/money.ts';
import { MATCHING_RULES } from '../funding/match-offers.ts';
import {
  AnnualRate,
  CalendarTerms,
  choice,
  DayCountName,
  FeeRule,
  Frequency,
  RollConventionName,
  ScheduleMethod,
} from '../schedule/schemas.ts';
import { BUCKET_NAMES } from './delinquency.ts';
import { PREPAYMENT_RULES, WATERFALL_STEPS } from './loan.ts';

export const ProductId = Type.String({ pattern: '^[A-Za-z0-9-]{1,24}$' });
export const ProductVersion = Type.Integer({ minimum: 1, maximum: 9999 });
export const RateId = Type.String({ pattern: '^[A-Za-z0-9-]{1,24}$', description: 'Name of a reference rate.' });

export const MatchingRuleName = choice(
  MATCHING_RULES,
  'Only offers whose least rate is at most highestRate count. proRata: all in proportion to their amounts, at ' +
    'highestRate. lowestRateFirst: the cheapest first, earlier before later, all at the rate of the dearest taken.',
);

/** What the consortium admits as a loan. A version never changes; loans keep the terms of theirs. */
export const LoanProduct = Type.Object(
  {
    productId: ProductId,
    version: ProductVersion,
    currency: CurrencyCode,
    method: ScheduleMethod,
    dayCount: DayCountName,
    frequency: Frequency,
    leastInstalments: Type.Integer({ minimum: 1, maximum: 600 }),
    mostInstalments: Type.Integer({ minimum: 1, maximum: 600 }),
    leastPrincipal: MinorUnits,
    mostPrincipal: MinorUnits,
    lowestRate: AnnualRate,
    highestRate: AnnualRate,
    referenceRateId: Type.Optional(
      Type.String({
        ...RateId,
        description: 'Floating: the rates of the product, its requests and offers are margins.',
      }),
    ),
    balloonShare: Type.Optional(
      Type.String({ ...AnnualRate, description: 'Part of the principal that method balloon leaves for the end.' }),
    ),
    graceInstalments: Type.Optional(Type.Integer({ minimum: 0, maximum: 599 })),
    endOfMonth: Type.Optional(Type.Boolean()),
    calendar: Type.Optional(CalendarTerms),
    rollConvention: Type.Optional(RollConventionName),
    disbursementFee: Type.Optional(FeeRule),
    instalmentFee: Type.Optional(FeeRule),
    penaltyRate: Type.String({ ...AnnualRate, description: 'Yearly, on overdue principal and interest.' }),
    penaltyGraceDays: Type.Integer({ minimum: 0, maximum: 90 }),
    prepayment: choice(PREPAYMENT_RULES, 'What principal paid in advance changes.'),
    waterfall: Type.Array(choice(WATERFALL_STEPS, 'A step of the order in which a repayment is spent.'), {
      minItems: WATERFALL_STEPS.length,
      maxItems: WATERFALL_STEPS.length,
      uniqueItems: true,
      description: 'All twelve steps; within each the oldest instalment first.',
    }),
    requiresScore: Type.Optional(Type.Boolean({ description: 'True: a request must prove that a score approved it.' })),
    nonAccrualDays: Type.Integer({ minimum: 1, maximum: 3650, description: 'Days past due that stop income.' }),
    chargeOffDays: Type.Integer({ minimum: 1, maximum: 3650, description: 'Days past due that allow a write-off.' }),
  },
  strict,
);
export type LoanProduct = Static<typeof LoanProduct>;

/** `reference-rate/<id>`: the fixing that holds until the next one. */
export const ReferenceRate = Type.Object({ rateId: RateId, fixingDate: BusinessDate, annualRate: AnnualRate }, strict);
export type ReferenceRate = Static<typeof ReferenceRate>;

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

/** `loan-register/<page>`: loans in the order of their disbursement; `loan-register/0` counts them. */
export const LoanRegister = Type.Object(
  { page: Type.Integer(), count: Type.Integer(), loanIds: Type.Array(ClientId) },
  strict,
);
export type LoanRegister = Static<typeof LoanRegister>;

/** `open-requests/<shard>`: requests that are open, with the instant at which they expire. */
export const OpenRequests = Type.Object(
  {
    shard: Type.String(),
    requests: Type.Array(Type.Object({ requestId: ClientId, expiresAt: Instant }, strict)),
  },
  strict,
);
export type OpenRequests = Static<typeof OpenRequests>;

export const AmountsView = Type.Object(
  { penalty: MinorUnits, fee: MinorUnits, interest: MinorUnits, principal: MinorUnits },
  strict,
);
export type AmountsView = Static<typeof AmountsView>;

/** What a lender gets of a repayment. */
export const LenderPart = Type.Object({ lenderAccount: AccountId, amount: MinorUnits }, strict);
