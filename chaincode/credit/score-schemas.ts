import { type Static, Type } from 'typebox';
import { BankName, ClientId, Digest, Instant, strict } from '../core/fields.ts';
import { Disclosure, KindName, RecordSecret } from './disclosure/commitment.ts';
import { SubjectId, Version } from './schemas.ts';

const scoreOf = { scoreId: ClientId, subjectId: SubjectId, consentId: ClientId };
export const DepositScore = Type.Object({ ...scoreOf, digest: Digest }, strict);
export type DepositScore = Static<typeof DepositScore>;

/** Transient `score` of depositScore: opened fields by the version of the data that they are of. */
export const ScoreDeposit = Type.Object(
  {
    inputs: Type.Array(
      Type.Object(
        { kind: KindName, version: Version, disclosures: Type.Array(Disclosure, { minItems: 1, maxItems: 200 }) },
        strict,
      ),
      { minItems: 1, maxItems: 20 },
    ),
    secret: RecordSecret,
    subjectKey: Digest,
  },
  strict,
);
export type ScoreDeposit = Static<typeof ScoreDeposit>;

const scoredWith = {
  modelDigest: Digest,
  cutoffVersion: Type.Integer({ minimum: 1 }),
  challengerDigest: Type.Optional(Digest),
  inputDigest: Digest,
};
export const ScoreDeposited = Type.Object(
  { ...scoredWith, schemaVersion: Type.Integer({ minimum: 1 }), commitment: Digest, sealedDigest: Digest },
  strict,
);
export type ScoreDeposited = Static<typeof ScoreDeposited>;

export const RecordScore = Type.Object(
  { ...scoreOf, ...scoredWith, schemaVersion: Type.Integer({ minimum: 1 }), commitment: Digest, sealedDigest: Digest },
  strict,
);
export type RecordScore = Static<typeof RecordScore>;

/** `public/credit-score/<scoreId>`: a bank's attested statement; the score itself is private. */
export const ScoreStatement = Type.Object(
  { ...scoreOf, ...scoredWith, scoredBy: BankName, commitment: Digest, scoredAt: Instant },
  strict,
);
export type ScoreStatement = Static<typeof ScoreStatement>;
export const ScoreReference = Type.Object({ scoreId: ClientId }, strict);
export type ScoreReference = Static<typeof ScoreReference>;
