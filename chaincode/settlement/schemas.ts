import { type Static, Type } from 'typebox';
import { BankName, ClientId, CurrencyCode, Instant, MinorUnits, strict } from '../core/fields.ts';
import { AmountSchema } from '../core/money.ts';

/** `reserves/<currency>` of a bank: cash that its customers brought in and took out, ever. */
export const CashFlow = Type.Object({ currency: CurrencyCode, deposited: MinorUnits, withdrawn: MinorUnits }, strict);
export type CashFlow = Static<typeof CashFlow>;

/** `settled-out/<bank>/<currency>` and `settled-in/…`: settled with that bank, ever. Only settlement writes it. */
export const Settled = Type.Object({ bank: BankName, currency: CurrencyCode, amount: MinorUnits }, strict);
export type Settled = Static<typeof Settled>;

/** `settlement-account/<bank>/<currency>` at the central bank. */
export const SettlementAccount = Type.Object({ bank: BankName, currency: CurrencyCode, balance: MinorUnits }, strict);
export type SettlementAccount = Static<typeof SettlementAccount>;

/** `settlement-currencies/<bank>`: the currencies in which the bank has a settlement account. */
export const SettlementCurrencies = Type.Object({ bank: BankName, currencies: Type.Array(CurrencyCode) }, strict);
export type SettlementCurrencies = Static<typeof SettlementCurrencies>;

/** `limit/<debtorBank>/<creditorBank>/<currency>` in the consortium: what may stand unsettled. */
export const Limit = Type.Object(
  {
    debtorBank: BankName,
    creditorBank: BankName,
    currency: CurrencyCode,
    limit: Type.String({ pattern: '^(0|[1-9][0-9]{0,29})$', description: 'Minor units that may stand unsettled.' }),
    settleAtShare: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description: 'Basis points of the limit at which the pair settles.',
    }),
  },
  strict,
);
export type Limit = Static<typeof Limit>;

export const IssueOrWithdraw = Type.Object({ operationId: ClientId, bank: BankName, amount: AmountSchema }, strict);
export type IssueOrWithdraw = Static<typeof IssueOrWithdraw>;

export const SettlePair = Type.Object(
  {
    settlementId: ClientId,
    debtorBank: BankName,
    creditorBank: BankName,
    currency: CurrencyCode,
    debtorSequence: Type.Integer({
      minimum: 1,
      description: 'Batch of the debtor whose counter of sent money is used.',
    }),
    creditorSequence: Type.Integer({
      minimum: 1,
      description: 'Batch of the creditor whose counter of received money is used.',
    }),
  },
  strict,
);
export type SettlePair = Static<typeof SettlePair>;

/** `settlement/<id>` at the central bank: evidence of one gross settlement of a pair position. */
export const Settlement = Type.Object(
  {
    settlementId: ClientId,
    debtorBank: BankName,
    creditorBank: BankName,
    currency: CurrencyCode,
    debtorSequence: Type.Integer(),
    creditorSequence: Type.Integer(),
    amount: MinorUnits,
    remaining: Type.String({ description: 'Delivered but left unsettled, because the balance did not reach.' }),
    settledAt: Instant,
  },
  strict,
);
export type Settlement = Static<typeof Settlement>;

/** What the central bank's chaincode asks of both banks' chaincode within the settling ledger transaction. */
export const ApplySettlement = Type.Object(
  {
    settlementId: ClientId,
    side: Type.Union([Type.Literal('debtor'), Type.Literal('creditor')]),
    counterparty: BankName,
    amount: AmountSchema,
    settledBefore: MinorUnits,
  },
  strict,
);
export type ApplySettlement = Static<typeof ApplySettlement>;

export const GetSettlementAccount = Type.Object({ bank: BankName, currency: Type.Optional(CurrencyCode) }, strict);
export type GetSettlementAccount = Static<typeof GetSettlementAccount>;
export const SettlementAccountView = Type.Object({ bank: BankName, balances: Type.Array(AmountSchema) }, strict);
export type SettlementAccountView = Static<typeof SettlementAccountView>;

export const GetPosition = Type.Object(
  { debtorBank: BankName, creditorBank: BankName, currency: Type.Optional(CurrencyCode) },
  strict,
);
export type GetPosition = Static<typeof GetPosition>;
export const PositionView = Type.Object(
  {
    currency: CurrencyCode,
    sent: MinorUnits,
    received: MinorUnits,
    settled: MinorUnits,
    inFlight: Type.String({ description: 'Sent, not yet received.' }),
    outstanding: Type.String({ description: 'Sent, not yet settled; the limit bounds it.' }),
    limit: MinorUnits,
    settleAtShare: Type.Integer(),
    debtorSequence: Type.Integer(),
    creditorSequence: Type.Integer(),
  },
  strict,
);
export type PositionView = Static<typeof PositionView>;
export const Positions = Type.Object(
  { debtorBank: BankName, creditorBank: BankName, positions: Type.Array(PositionView) },
  strict,
);
export type Positions = Static<typeof Positions>;
