import { type Static, Type } from 'typebox';
import {
  AccountId,
  BankName,
  BusinessDate,
  ClientId,
  CustomerSignature,
  Digest,
  Instant,
  MinorUnits,
  strict,
} from '../core/fields.ts';
import { AmountSchema } from '../core/money.ts';

export const Uetr = Type.String({
  wire: 'id',
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  description: 'Unique end-to-end transaction reference, carried unchanged.',
});

/** Names, end-to-end id and remittance, encrypted by the sending gateway for the receiving bank; never in clear. */
const texts = {
  uetr: Type.Optional(Uetr),
  texts: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/=_.-]{1,8192}$', description: 'Ciphertext.' })),
  textsDigest: Type.Optional(Digest),
};

/** Of the customer whose account is debited, where the account has signing keys. */
const signed = { signature: Type.Optional(CustomerSignature) };

/** Who pays whom how much. */
const transfer = { debtorAccount: AccountId, creditorAccount: AccountId, amount: AmountSchema };

export const SendPayment = Type.Object(
  {
    paymentId: ClientId,
    ...transfer,
    ...texts,
    linked: Type.Optional(Type.Boolean({ description: 'True: accepted or refused together with the next operation.' })),
    ...signed,
  },
  strict,
);
export type SendPayment = Static<typeof SendPayment>;

export const HoldFunds = Type.Object(
  { holdId: ClientId, ...transfer, ...texts, expiresAt: Instant, ...signed },
  strict,
);
export type HoldFunds = Static<typeof HoldFunds>;

export const PostHold = Type.Object({ holdId: ClientId, amount: Type.Optional(AmountSchema) }, strict);
export type PostHold = Static<typeof PostHold>;

export const HoldReference = Type.Object({ holdId: ClientId }, strict);
export type HoldReference = Static<typeof HoldReference>;

export const ExpireHolds = Type.Object(
  { holdIds: Type.Array(ClientId, { minItems: 1, maxItems: 1000, uniqueItems: true }) },
  strict,
);
export type ExpireHolds = Static<typeof ExpireHolds>;
export const ExpiredHolds = Type.Object({ expired: Type.Array(ClientId) }, strict);
export type ExpiredHolds = Static<typeof ExpiredHolds>;

/** Where a credit that came from another bank stands in that bank's outbox; `payments:getPayment` there tells it. */
const origin = {
  debtorBank: Type.Optional(BankName),
  outboxIndex: Type.Optional(Type.Integer({ minimum: 1 })),
};

export const RefundPayment = Type.Object(
  { refundId: ClientId, paymentId: ClientId, amount: Type.Optional(AmountSchema), ...origin, ...signed },
  strict,
);
export type RefundPayment = Static<typeof RefundPayment>;

export const ReversePayment = Type.Object(
  {
    reversalId: ClientId,
    paymentId: ClientId,
    reason: Type.String({ minLength: 1, maxLength: 105, description: 'Public on the channel: no customer data.' }),
  },
  strict,
);
export type ReversePayment = Static<typeof ReversePayment>;

export const PaymentStatus = Type.Union([
  Type.Literal('HELD'),
  Type.Literal('ACCEPTED'),
  Type.Literal('SETTLED'),
  Type.Literal('REJECTED'),
  Type.Literal('RETURNED'),
  Type.Literal('EXPIRED'),
  Type.Literal('VOIDED'),
]);
export type PaymentStatus = Static<typeof PaymentStatus>;

/** Data of PaymentSettled and PaymentAccepted. */
export const PaymentEvent = Type.Object({ paymentId: ClientId, ...transfer }, strict);

/** What stands in an outbox row of a payment to another bank's customer, beside its kind. */
export const CreditItem = Type.Object(
  {
    paymentId: ClientId,
    debtorAccount: AccountId,
    creditorAccount: AccountId,
    ...AmountSchema.properties,
    ...texts,
  },
  strict,
);

/** Where an item that travels to another bank stands in the outbox. */
export const Outbox = Type.Object({ bank: BankName, index: Type.Integer(), position: Type.Integer() }, strict);
export type Outbox = Static<typeof Outbox>;

export const PaymentResult = Type.Object(
  { paymentId: ClientId, status: PaymentStatus, amount: AmountSchema, outbox: Type.Optional(Outbox) },
  strict,
);
export type PaymentResult = Static<typeof PaymentResult>;

/** `hold/<id>`: who, how much and what became of it. */
export const Hold = Type.Object(
  {
    holdId: ClientId,
    ...transfer,
    status: Type.Union([Type.Literal('HELD'), Type.Literal('POSTED'), Type.Literal('VOIDED'), Type.Literal('EXPIRED')]),
    heldAt: Instant,
    expiresAt: Instant,
    posted: Type.Optional(MinorUnits),
    postedAt: Type.Optional(Instant),
    outbox: Type.Optional(Outbox),
  },
  strict,
);
export type Hold = Static<typeof Hold>;

export const HoldResult = Type.Object(
  {
    holdId: ClientId,
    status: PaymentStatus,
    amount: AmountSchema,
    released: Type.Optional(MinorUnits),
    outbox: Type.Optional(Outbox),
  },
  strict,
);
export type HoldResult = Static<typeof HoldResult>;

/**
 * `payment/<id>` (debtor's bank) and `received/<debtorBank>/<id>` (creditor's bank): what happened to a payment after
 * it was booked. Most payments never have one.
 */
export const Aftermath = Type.Object(
  {
    paymentId: ClientId,
    debtorBank: BankName,
    refunded: MinorUnits,
    returned: Type.Optional(Type.String({ description: 'ISO 20022 return reason code.' })),
    reversalId: Type.Optional(ClientId),
    reversal: Type.Optional(Type.Union([Type.Literal('REQUESTED'), Type.Literal('DONE'), Type.Literal('REFUSED')])),
  },
  strict,
);
export type Aftermath = Static<typeof Aftermath>;

/** `refund/<id>` at the bank that refunds across banks: only written when the refund came back. */
export const RefundReturn = Type.Object({ refundId: ClientId, returned: Type.String() }, strict);
export type RefundReturn = Static<typeof RefundReturn>;

export const RefundResult = Type.Object(
  {
    refundId: ClientId,
    paymentId: ClientId,
    status: PaymentStatus,
    debtorAccount: AccountId,
    creditorAccount: AccountId,
    amount: AmountSchema,
    refunded: MinorUnits,
    outbox: Type.Optional(Outbox),
  },
  strict,
);
export type RefundResult = Static<typeof RefundResult>;

export const ReversalResult = Type.Object(
  {
    reversalId: ClientId,
    paymentId: ClientId,
    status: PaymentStatus,
    amount: AmountSchema,
    bookingDate: BusinessDate,
    valueDate: BusinessDate,
    outbox: Type.Optional(Outbox),
  },
  strict,
);
export type ReversalResult = Static<typeof ReversalResult>;

export const PaymentReference = Type.Object({ paymentId: ClientId }, strict);
export type PaymentReference = Static<typeof PaymentReference>;

export const PaymentView = Type.Object(
  {
    paymentId: ClientId,
    status: PaymentStatus,
    ...transfer,
    acceptedAt: Instant,
    sequence: Type.Integer({ description: 'Batch of the debtor bank that accepted it.' }),
    transactionId: Type.String(),
    uetr: Type.Optional(Uetr),
    textsDigest: Type.Optional(Digest),
    expiresAt: Type.Optional(Instant),
    outbox: Type.Optional(Outbox),
    refunded: MinorUnits,
    statusReason: Type.Optional(Type.String()),
    reversalId: Type.Optional(ClientId),
    reversal: Type.Optional(Type.String()),
  },
  strict,
);
export type PaymentView = Static<typeof PaymentView>;
