import { type Static, Type } from 'typebox';
import {
  AccountId,
  BusinessDate,
  ClientId,
  CurrencyCode,
  CustomerSignature,
  Digest,
  Instant,
  KeyId,
  MinorUnits,
  PublicKey,
  strict,
} from '../core/fields.ts';
import { AmountSchema } from '../core/money.ts';

export const AccountStatus = Type.Union([Type.Literal('OPEN'), Type.Literal('FROZEN'), Type.Literal('CLOSED')]);
export type AccountStatus = Static<typeof AccountStatus>;

/** `account/<accountId>`: how it was opened; its status and balances stand in the lane's book. */
export const AccountOpening = Type.Object(
  { accountId: AccountId, currency: CurrencyCode, detailsDigest: Digest, detailsPage: Digest, openedAt: Instant },
  strict,
);
export type AccountOpening = Static<typeof AccountOpening>;

/** `suspense/<currency>`: money that came back for an account which is closed. */
export const Suspense = Type.Object({ currency: CurrencyCode, credits: MinorUnits, items: Type.Integer() }, strict);
export type Suspense = Static<typeof Suspense>;

/** `profile`: how other banks' gateways encrypt payment texts for this bank. */
export const Profile = Type.Object(
  {
    encryptionKey: Type.String({
      pattern: '^-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\\r\\n]+-----END PUBLIC KEY-----\\s*$',
      maxLength: 1000,
    }),
  },
  strict,
);
export type Profile = Static<typeof Profile>;

export const OpenAccount = Type.Object(
  { accountId: AccountId, currency: CurrencyCode, detailsDigest: Digest, detailsPage: Digest },
  strict,
);
export type OpenAccount = Static<typeof OpenAccount>;

export const AccountReference = Type.Object({ accountId: AccountId }, strict);
export type AccountReference = Static<typeof AccountReference>;

export const Deposit = Type.Object({ depositId: ClientId, accountId: AccountId, amount: AmountSchema }, strict);
export type Deposit = Static<typeof Deposit>;

export const Withdraw = Type.Object(
  { withdrawalId: ClientId, accountId: AccountId, amount: AmountSchema, signature: Type.Optional(CustomerSignature) },
  strict,
);
export type Withdraw = Static<typeof Withdraw>;

const PublicKeys = Type.Array(PublicKey, { maxItems: 4, uniqueItems: true });

export const SetSigningKeys = Type.Object(
  { changeId: ClientId, accountId: AccountId, keys: PublicKeys, signature: Type.Optional(CustomerSignature) },
  strict,
);
export type SetSigningKeys = Static<typeof SetSigningKeys>;
export const SigningKeysResult = Type.Object({ accountId: AccountId, keyIds: Type.Array(KeyId) }, strict);
export type SigningKeysResult = Static<typeof SigningKeysResult>;

export const AnnounceKeyRecovery = Type.Object(
  { recoveryId: ClientId, accountId: AccountId, keys: PublicKeys },
  strict,
);
export type AnnounceKeyRecovery = Static<typeof AnnounceKeyRecovery>;

export const CompleteKeyRecovery = Type.Object({ recoveryId: ClientId, accountId: AccountId }, strict);
export type CompleteKeyRecovery = Static<typeof CompleteKeyRecovery>;

/** `key-recovery/<accountId>`: keys that the bank will put in the place of lost ones, unless the customer objects. */
export const KeyRecovery = Type.Object(
  {
    accountId: AccountId,
    recoveryId: ClientId,
    keys: PublicKeys,
    status: Type.Union([Type.Literal('ANNOUNCED'), Type.Literal('DONE'), Type.Literal('CANCELLED')]),
    announcedAt: Instant,
    effectiveAt: Instant,
  },
  strict,
);
export type KeyRecovery = Static<typeof KeyRecovery>;

/** An account's keys, and the last recovery that was announced. */
export const SigningKeysView = Type.Object(
  {
    accountId: AccountId,
    keys: Type.Array(Type.Object({ keyId: KeyId, ...PublicKey.properties }, strict)),
    recovery: Type.Optional(KeyRecovery),
  },
  strict,
);
export type SigningKeysView = Static<typeof SigningKeysView>;

/** An account's public face: balances as decimal strings of minor units. */
export const AccountView = Type.Object(
  {
    accountId: AccountId,
    currency: CurrencyCode,
    status: AccountStatus,
    booked: MinorUnits,
    available: MinorUnits,
    pending: MinorUnits,
    openedAt: Instant,
  },
  strict,
);
export type AccountView = Static<typeof AccountView>;

export const StatusResult = Type.Object({ accountId: AccountId, status: AccountStatus }, strict);
export type StatusResult = Static<typeof StatusResult>;

export const CashResult = Type.Object({ accountId: AccountId, booked: MinorUnits, available: MinorUnits }, strict);
export type CashResult = Static<typeof CashResult>;

export const NoFields = Type.Object({}, strict);
export type NoFields = Static<typeof NoFields>;

/**
 * Who holds an account, sealed by its bank's gateway. Lives in the owner's implicit collection, whose peer delivers it to
 * clients of every bank with the blocks: in clear it would hide from peers only.
 */
export const AccountDetails = Type.Object(
  { accountId: AccountId, sealed: Type.String({ pattern: '^1\\.[A-Za-z0-9_-]{43,4000}$' }) },
  strict,
);
export type AccountDetails = Static<typeof AccountDetails>;

/** Records of a page: whoever reads one of them reads them all. */
export const DETAILS_PAGE_MAX = 500;

/** The argument that the client signs: the transient bytes are bound by their digest. */
export const DepositDetails = Type.Object(
  { count: Type.Integer({ minimum: 1, maximum: DETAILS_PAGE_MAX }), digest: Digest },
  strict,
);
export type DepositDetails = Static<typeof DepositDetails>;
export const DepositDetailsResult = Type.Object({ count: Type.Integer() }, strict);

export const ListEntries = Type.Object(
  {
    accountId: AccountId,
    fromSequence: Type.Integer({ minimum: 1, description: 'First batch of the lane to look at.' }),
    limit: Type.Integer({ minimum: 1, maximum: 100, description: 'Batches to look at, not entries.' }),
  },
  strict,
);
export type ListEntries = Static<typeof ListEntries>;

export const Entry = Type.Object(
  {
    sequence: Type.Integer(),
    position: Type.Integer({ description: 'Index of the operation within its batch.' }),
    operation: Type.String(),
    bookedAt: Instant,
    valueDate: BusinessDate,
    side: Type.Union([Type.Literal('D'), Type.Literal('C')]),
    amount: AmountSchema,
    reference: Type.Optional(Type.String()),
  },
  strict,
);
export type Entry = Static<typeof Entry>;

export const EntryPage = Type.Object(
  { entries: Type.Array(Entry), nextSequence: Type.Optional(Type.Integer()) },
  strict,
);
export type EntryPage = Static<typeof EntryPage>;
