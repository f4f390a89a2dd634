import { AccountStatus } from '@tangram/chaincode/accounts/schemas.ts';
import {
  AccountId,
  BankName,
  ClientId,
  CurrencyCode,
  CustomerSignature,
  Instant,
  MinorUnits,
  strict,
} from '@tangram/chaincode/core/fields.ts';
import { AmountSchema } from '@tangram/chaincode/core/money.ts';
import { Uetr } from '@tangram/chaincode/payments/schemas.ts';
import { type TObject, type TProperties, type TSchema, Type } from 'typebox';

export { AccountId, AmountSchema, BankName, ClientId, CurrencyCode, Instant, MinorUnits, strict };

/** Text that XML and JSON can carry unchanged: no control characters, no lone surrogates. */
export const text = (maxLength: number, description: string): ReturnType<typeof Type.String> =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\p{Cc}\\p{Cs}\\uFFFE\\uFFFF]*$', description });

export const fields = <Properties extends TProperties>(properties: Properties): TObject<Properties> =>
  Type.Object(properties, strict);

/** A ledger result's properties as clients see them: the place in an outbox matters between lanes only. */
export function omitOutbox<Properties extends TProperties>(result: TObject<Properties>): Omit<Properties, 'outbox'> {
  const { outbox: _outbox, ...properties } = result.properties as Properties & { outbox?: TSchema };
  return properties;
}

/** Of the customer whose account is debited; needed where the account has signing keys. */
export const Signed = { signature: Type.Optional(CustomerSignature) };
export const SIGNATURE_ERRORS = [
  'ACCOUNTS_SIGNATURE_MISSING',
  'ACCOUNTS_SIGNATURE_KEY_UNKNOWN',
  'ACCOUNTS_SIGNATURE_INVALID',
];

/** A page of a list; `nextCursor` is null on the last one. */
export const pageOf = (item: TSchema): TObject =>
  fields({
    items: Type.Array(item),
    nextCursor: Type.Union([Type.String(), Type.Null()], { description: 'Send it as cursor for the next page.' }),
  });

export const PageQuery = {
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: 'nextCursor of the page before.' })),
  limit: Type.Optional(
    Type.String({ pattern: '^([1-9][0-9]{0,2}|1000)$', description: 'Items of a page: 1 to 1000, 50 when absent.' }),
  ),
};

/** A date or instant; a date means its first moment in UTC. */
const Moment = Type.String({ minLength: 10, maxLength: 30, description: 'ISO 8601 date or UTC instant.' });
export const PeriodQuery = {
  from: Type.Optional(Moment),
  to: Type.Optional(Moment),
};
export const RequiredPeriodQuery = { from: Moment, to: Moment };

const TransactionId = Type.String({ description: 'Of the ledger transaction that booked it.' });
const BlockNumber = Type.String({ pattern: '^[0-9]+$', description: 'Block that holds the ledger transaction.' });
export const Position = { transactionId: TransactionId, blockNumber: Type.Optional(BlockNumber) };

export const IBAN = Type.String({
  pattern: '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$',
  description: 'ISO 13616, electronic form. Kept by the home bank alone.',
});
export const AccountView = fields({
  accountId: AccountId,
  currency: CurrencyCode,
  booked: Type.String({ description: 'Minor units; counts every posting.' }),
  available: Type.String({ description: 'Minor units; booked less holds.' }),
  status: AccountStatus,
});

const Nullable = (schema: TSchema) => Type.Union([schema, Type.Null()]);

export const EntryView = fields({
  entryId: Type.String({ description: '<block>.<transaction>.<index>' }),
  accountId: AccountId,
  side: Type.Union([Type.Literal('D'), Type.Literal('C')]),
  amount: MinorUnits,
  currency: CurrencyCode,
  balance: Type.String({ description: 'Booked balance after the entry.' }),
  operation: Type.String(),
  reference: Type.String({ description: 'paymentId, depositId or the like.' }),
  counterparty: Nullable(Type.String()),
  endToEndId: Nullable(Type.String()),
  remittance: Nullable(Type.String()),
  counterpartyName: Nullable(Type.String()),
  uetr: Nullable(Type.String()),
  bookingTime: Type.String(),
  valueDate: Type.String(),
  transactionId: TransactionId,
});

export const StatementView = fields({
  accountId: AccountId,
  currency: CurrencyCode,
  from: Type.String(),
  to: Type.String(),
  opening: Type.String(),
  closing: Type.String({ description: 'opening plus entries.' }),
  entries: Type.Array(EntryView),
});

export const PaymentStatus = Type.Union(
  ['HELD', 'ACCEPTED', 'SETTLED', 'REJECTED', 'RETURNED', 'EXPIRED', 'VOIDED'].map((status) => Type.Literal(status)),
  { description: 'ACCEPTED: debited, on its way to the creditor’s bank. SETTLED: the creditor is credited.' },
);

export const PaymentTexts = {
  endToEndId: Type.Optional(text(35, 'Carried unchanged to the creditor and to statements.')),
  uetr: Type.Optional(Uetr),
  remittance: Type.Optional(text(140, 'Told to debtor and creditor only.')),
};

export const PaymentView = fields({
  paymentId: ClientId,
  kind: Type.String(),
  status: PaymentStatus,
  debtorAccount: AccountId,
  creditorAccount: AccountId,
  amount: AmountSchema,
  uetr: Nullable(Type.String()),
  endToEndId: Nullable(Type.String()),
  remittance: Nullable(Type.String()),
  debtorName: Nullable(Type.String()),
  creditorName: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  refunded: Type.String(),
  reversal: Nullable(Type.String()),
  reversalId: Nullable(Type.String()),
  originalPaymentId: Nullable(Type.String()),
  expiresAt: Nullable(Type.String()),
  acceptedAt: Type.String(),
  settledAt: Nullable(Type.String()),
  ...Position,
});
