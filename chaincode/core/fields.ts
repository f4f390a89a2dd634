import { type Static, Type } from 'typebox';

/** Option of every object schema: an unknown field is refused, never dropped. */
export const strict = { additionalProperties: false } as const;

export const AccountId = Type.String({
  wire: 'account',
  pattern: '^[a-z0-9]+-[a-z0-9-]+$',
  minLength: 3,
  maxLength: 40,
  description: 'Account id: <bank>-<rest>. Public on the channel, so never a name or an IBAN.',
});
export const ClientId = Type.String({
  wire: 'id',
  pattern: '^[A-Za-z0-9-]{1,36}$',
  description: 'Id that the client chooses; the same id and payload returns the first result.',
});
export const BankName = Type.String({
  wire: 'name',
  pattern: '^[a-z][a-z0-9]{0,31}$',
  description: 'Name of a commercial bank.',
});
export const CurrencyCode = Type.String({ wire: 'currency', pattern: '^[A-Z]{3}$', description: 'ISO 4217 code.' });
export const MinorUnits = Type.String({
  wire: 'signed',
  pattern: '^-?(0|[1-9][0-9]{0,37})$',
  description: 'Count of minor units.',
});
export const Digest = Type.String({
  wire: 'digest',
  pattern: '^[0-9a-f]{64}$',
  description: 'SHA-256, lower-case hex.',
});
export const KeyId = Type.String({
  wire: 'keyId',
  pattern: '^[0-9a-f]{16}$',
  description: "First 16 hex digits of the SHA-256 of the public key's bytes.",
});
/** Base64url without padding and without stray bits, so that a value has one form. */
export const CustomerSignature = Type.Object(
  {
    keyId: KeyId,
    value: Type.String({
      wire: 'bytes',
      pattern: '^[A-Za-z0-9_-]{85}[AQgw]$',
      description: '64 bytes in base64url: r and s one after the other (ES256), or as RFC 8032 gives them (Ed25519).',
    }),
  },
  { ...strict, description: "The customer's signature; docs/guides/sign-payments.md says over what." },
);
export type CustomerSignature = Static<typeof CustomerSignature>;
/** A customer's public key as it is sent. */
export const PublicKey = Type.Object(
  {
    algorithm: Type.Union([Type.Literal('ES256'), Type.Literal('Ed25519')]),
    publicKey: Type.String({
      wire: 'bytes',
      pattern: '^(B[A-Za-z0-9_-]{85}|[A-Za-z0-9_-]{42})[AEIMQUYcgkosw048]$',
      description: 'Base64url: the 65 bytes of an uncompressed point (ES256), or the 32 bytes of RFC 8032 (Ed25519).',
    }),
  },
  strict,
);
export type PublicKey = Static<typeof PublicKey>;
export const Instant = Type.String({
  wire: 'instant',
  pattern:
    '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{3})?Z$',
  description: 'UTC instant, ISO 8601 with Z.',
});
export const BusinessDate = Type.String({
  wire: 'date',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  description: 'Date, ISO 8601.',
});
