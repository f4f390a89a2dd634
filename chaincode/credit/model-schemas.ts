import { type Static, Type } from 'typebox';
import { Digest, Instant, strict } from '../core/fields.ts';
import { Version } from './schemas.ts';
import { Cutoff } from './scorecard/decide.ts';

export const ModelReference = Type.Object({ modelId: Type.String({ maxLength: 40 }), version: Version }, strict);
export type ModelReference = Static<typeof ModelReference>;

export const RegisterModel = Type.Object({ model: Type.Unknown() }, strict);
export type RegisterModel = Static<typeof RegisterModel>;
/** `public/credit-model/<modelId>/<version>` of the consortium. */
export const RegisteredModel = Type.Object(
  { modelId: Type.String(), version: Version, digest: Digest, model: Type.Unknown(), registeredAt: Instant },
  strict,
);
export type RegisteredModel = Static<typeof RegisteredModel>;
export const ModelDigest = Type.Object({ modelId: Type.String(), version: Version, digest: Digest }, strict);
export type ModelDigest = Static<typeof ModelDigest>;

const InUse = Type.Object({ modelId: Type.String({ maxLength: 40 }), version: Version, cutoff: Cutoff }, strict);
/** `public/credit-models-in-use/current` of the consortium. */
export const ModelsInUse = Type.Object({ champion: InUse, challenger: Type.Optional(InUse) }, strict);
export type ModelsInUse = Static<typeof ModelsInUse>;

export const Nothing = Type.Object({}, strict);
