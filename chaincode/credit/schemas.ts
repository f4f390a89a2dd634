import { type Static, Type } from 'typebox';
import { AccountId, BankName, ClientId, CustomerSignature, Digest, Instant, strict } from '../core/fields.ts';
import { Disclosure, KindName, RecordSecret } from './disclosure/commitment.ts';

/** The subject of credit data is named by its account at its home bank: opaque, and with the keys that it signs with. */
export const SubjectId = AccountId;

export const Purpose = Type.Union([
  Type.Literal('CREDIT_DECISION'),
  Type.Literal('MONITORING'),
  Type.Literal('SUBJECT_ACCESS'),
]);
export type Purpose = Static<typeof Purpose>;

export const FieldName = Type.String({
  pattern: '^[a-z][A-Za-z0-9]{0,39}[.][a-z][A-Za-z0-9]{0,39}([.]band)?$',
  description: '<kind>.<field>, or <kind>.<field>.band for the band that its figure lies in.',
});
const FieldNames = Type.Array(FieldName, { minItems: 1, maxItems: 200 });

const Reference = Type.String({
  pattern: '^[A-Za-z0-9-]{1,36}$',
  description: 'Version of the data, or id of a score.',
});
export const Version = Type.Integer({ minimum: 1, maximum: 1_000_000 });

export const GiveConsent = Type.Object(
  {
    consentId: ClientId,
    subjectId: SubjectId,
    grantee: BankName,
    purpose: Purpose,
    fields: FieldNames,
    expiresAt: Instant,
    signature: Type.Optional(CustomerSignature),
  },
  strict,
);
export type GiveConsent = Static<typeof GiveConsent>;

/** `public/credit-consent/<consentId>` at the subject's home bank. */
export const Consent = Type.Object(
  {
    consentId: ClientId,
    subjectId: SubjectId,
    grantee: BankName,
    purpose: Purpose,
    fields: FieldNames,
    expiresAt: Instant,
    attestedBy: Type.Union([Type.Literal('subject'), Type.Literal('bank')]),
    status: Type.Union([Type.Literal('GIVEN'), Type.Literal('REVOKED')]),
    givenAt: Instant,
    revokedAt: Type.Optional(Instant),
  },
  strict,
);
export type Consent = Static<typeof Consent>;

export const ConsentReference = Type.Object({ consentId: ClientId }, strict);
export type ConsentReference = Static<typeof ConsentReference>;

/** `public/credit-subject/<subjectId>` of each bank that holds something about the subject. */
export const Subject = Type.Object(
  {
    subjectId: SubjectId,
    status: Type.Union([Type.Literal('HELD'), Type.Literal('ERASED')]),
    accessCount: Type.Integer({ minimum: 0 }),
    holdings: Type.Array(Type.String(), { maxItems: 2_000, description: '<kind>/<reference> of what is held.' }),
  },
  strict,
);
export type Subject = Static<typeof Subject>;

export const SubjectReference = Type.Object({ subjectId: SubjectId }, strict);
export type SubjectReference = Static<typeof SubjectReference>;

/** `public/credit-holding/<subjectId>/<kind>/<reference>`: what a bank holds, as far as everybody may know. */
export const Holding = Type.Object(
  {
    subjectId: SubjectId,
    kind: KindName,
    schemaVersion: Type.Integer({ minimum: 1 }),
    reference: Reference,
    owner: BankName,
    commitment: Digest,
    sealedDigest: Digest,
    consentId: Type.Optional(ClientId),
    recordedAt: Instant,
  },
  strict,
);
export type Holding = Static<typeof Holding>;

/** `public/credit-latest/<subjectId>/<kind>`: version that amendments follow on. */
export const Latest = Type.Object({ subjectId: SubjectId, kind: KindName, version: Version }, strict);
export type Latest = Static<typeof Latest>;

const ofKind = { subjectId: SubjectId, kind: KindName };
const dataOf = { ...ofKind, version: Version };
export const HoldingReference = Type.Object({ ...ofKind, reference: Reference }, strict);
export type HoldingReference = Static<typeof HoldingReference>;

export const DepositData = Type.Object({ ...dataOf, digest: Digest }, strict);
export type DepositData = Static<typeof DepositData>;

/** Transient `deposit` of depositData. */
export const DataDeposit = Type.Object(
  {
    record: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()])),
    secret: RecordSecret,
    subjectKey: Digest,
  },
  strict,
);
export type DataDeposit = Static<typeof DataDeposit>;

/** What a deposit answers, and the record that follows it names. */
export const Deposited = Type.Object(
  { schemaVersion: Type.Integer({ minimum: 1 }), commitment: Digest, sealedDigest: Digest },
  strict,
);
export type Deposited = Static<typeof Deposited>;

export const RecordData = Type.Object(
  { ...dataOf, schemaVersion: Type.Integer({ minimum: 1 }), commitment: Digest, sealedDigest: Digest },
  strict,
);
export type RecordData = Static<typeof RecordData>;

export const RecordAccess = Type.Object(
  {
    accessId: ClientId,
    subjectId: SubjectId,
    kind: KindName,
    reference: Reference,
    consentId: ClientId,
    purpose: Purpose,
    reader: BankName,
    fields: FieldNames,
  },
  strict,
);
export type RecordAccess = Static<typeof RecordAccess>;

/** `public/credit-access/<subjectId>/<number>`: one read or share, for the subject and the central bank to see. */
export const Access = Type.Object(
  {
    accessNumber: Type.Integer({ minimum: 1 }),
    accessId: ClientId,
    subjectId: SubjectId,
    kind: KindName,
    reference: Reference,
    consentId: ClientId,
    purpose: Purpose,
    reader: BankName,
    fields: FieldNames,
    accessedAt: Instant,
  },
  strict,
);
export type Access = Static<typeof Access>;

export const Grant = Type.Object({ subjectId: SubjectId, accessNumber: Type.Integer({ minimum: 1 }) }, strict);
export type Grant = Static<typeof Grant>;

export const Sealed = Type.Object({ sealed: Type.String(), ephemeralKey: Type.Optional(Digest) }, strict);
export type Sealed = Static<typeof Sealed>;

export const ListAccesses = Type.Object(
  { subjectId: SubjectId, from: Type.Optional(Type.Integer({ minimum: 1 })) },
  strict,
);
export type ListAccesses = Static<typeof ListAccesses>;
export const AccessPage = Type.Object({ accesses: Type.Array(Access), accessCount: Type.Integer() }, strict);
export type AccessPage = Static<typeof AccessPage>;

/** `public/credit-request/<subjectId>/<consentId>` at the grantee: the one-subject key that the home bank seals a share for. */
export const DataRequest = Type.Object({ consentId: ClientId, subjectId: SubjectId, encryptionKey: Digest }, strict);
export type DataRequest = Static<typeof DataRequest>;

const shareOf = { ...dataOf, consentId: ClientId, accessNumber: Type.Integer({ minimum: 1 }) };
export const DepositShare = Type.Object({ ...shareOf, digest: Digest }, strict);
export type DepositShare = Static<typeof DepositShare>;

/** Transient `share` of depositShare: the opened fields, and the one-time private key that they are sealed with. */
export const ShareDeposit = Type.Object(
  { disclosures: Type.Array(Disclosure, { minItems: 1, maxItems: 200 }), ephemeralSecret: Digest },
  strict,
);
export type ShareDeposit = Static<typeof ShareDeposit>;

export const RecordShare = Type.Object(shareOf, strict);
export type RecordShare = Static<typeof RecordShare>;

export const EraseSubject = Type.Object({ erasureId: ClientId, subjectId: SubjectId }, strict);
export type EraseSubject = Static<typeof EraseSubject>;
/** `public/credit-erasure/<subjectId>`: nothing about the subject is held any more under these keys. */
export const ErasureCertificate = Type.Object(
  { subjectId: SubjectId, holder: BankName, purgedCount: Type.Integer(), holdingsDigest: Digest, certifiedAt: Instant },
  strict,
);
export type ErasureCertificate = Static<typeof ErasureCertificate>;

export const Count = Type.Object({ count: Type.Integer() }, strict);
