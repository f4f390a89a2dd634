import { type Static, Type } from 'typebox';
import { AccountId, BankName, ClientId, strict } from '../core/fields.ts';
import { AmountSchema } from '../core/money.ts';

export const Receive = Type.Object(
  { from: BankName, upTo: Type.Integer({ minimum: 1, description: 'Last outbox row to consume.' }) },
  strict,
);
export type Receive = Static<typeof Receive>;

/** A payment of another bank's customer that was credited here. */
export const Credit = Type.Object(
  { paymentId: ClientId, debtorAccount: AccountId, creditorAccount: AccountId, ...AmountSchema.properties },
  strict,
);
export type Credit = Static<typeof Credit>;

export const Received = Type.Object(
  {
    from: BankName,
    upTo: Type.Integer(),
    credited: Type.Integer({ description: 'Payments and refunds.' }),
    returned: Type.Integer(),
    other: Type.Integer(),
    credits: Type.Array(Credit, { description: 'Payments that were credited: their postings and events follow.' }),
    position: Type.Optional(Type.Integer({ minimum: 1, description: 'Items taken of the row after `upTo`.' })),
  },
  strict,
);
export type Received = Static<typeof Received>;
