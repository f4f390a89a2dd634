import type { Metadata } from './types.ts';
import { decode, encode } from './wire/codec.ts';
import { type KvMetadataWrite, kvMetadataWriteSchema, type MetadataEntry } from './wire/rwset.ts';

const validationParameter = 'VALIDATION_PARAMETER';

/** Metadata entries as they stand in the state. */
export function encodeMetadata(entries: readonly MetadataEntry[]): Uint8Array {
  return encode(kvMetadataWriteSchema, { key: '', entries });
}

export function decodeMetadata(bytes: Uint8Array | null | undefined): Metadata {
  if (!bytes) return {};
  const { entries } = decode<KvMetadataWrite>(kvMetadataWriteSchema, bytes);
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

/** The key-level endorsement policy in a key's metadata, or undefined. */
export function keyPolicyOf(bytes: Uint8Array | null | undefined): Uint8Array | undefined {
  const policy = decodeMetadata(bytes)[validationParameter];
  return policy && policy.length > 0 ? policy : undefined;
}
