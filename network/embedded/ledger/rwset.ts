import { sameBytes, sha256 } from './hashing.ts';
import { actionOfEnvelope, headerType, tryChannelHeader } from './transaction.ts';
import type { Version } from './types.ts';
import { decode } from './wire/codec.ts';
import {
  type HashedRwSet,
  hashedRwSetSchema,
  type KvRwSet,
  type KvWrite,
  type KvWriteHash,
  kvRwSetSchema,
  type TxPrivateMessage,
  type TxReadWriteSetMessage,
  txPrivateSchema,
  txReadWriteSetSchema,
  type VersionMessage,
} from './wire/rwset.ts';

export type CollectionRwSet = { name: string; hashed: HashedRwSet; pvtRwsetHash: Uint8Array };
export type NamespaceRwSet = { namespace: string; kv: KvRwSet; collections: CollectionRwSet[] };
export type RwSet = NamespaceRwSet[];

/** Reads a rwset.TxReadWriteSet with everything in it; throws MALFORMED. */
export function parseRwSet(bytes: Uint8Array): RwSet {
  const { nsRwset } = decode<TxReadWriteSetMessage>(txReadWriteSetSchema, bytes);
  return nsRwset.map(({ namespace, rwset, collectionHashedRwset }) => ({
    namespace,
    kv: decode<KvRwSet>(kvRwSetSchema, rwset),
    collections: collectionHashedRwset.map(({ collectionName, hashedRwset, pvtRwsetHash }) => ({
      name: collectionName,
      hashed: decode<HashedRwSet>(hashedRwSetSchema, hashedRwset),
      pvtRwsetHash,
    })),
  }));
}

/** What an endorser transaction reads and writes, valid or not; empty for what has no set that can be read. */
export function rwSetOfEnvelope(envelope: Uint8Array): RwSet {
  if (tryChannelHeader(envelope)?.type !== headerType.endorserTransaction) return [];
  try {
    return parseRwSet(actionOfEnvelope(envelope).action.results);
  } catch {
    return [];
  }
}

export type PrivateCollectionRwSet = { namespace: string; collection: string; bytes: Uint8Array };

/** The collections of a rwset.TxPvtReadWriteSet, their KVRWSets still as the bytes that the public hash covers. */
export function parsePrivateRwSet(bytes: Uint8Array): PrivateCollectionRwSet[] {
  const { nsPvtRwset } = decode<TxPrivateMessage>(txPrivateSchema, bytes);
  return nsPvtRwset.flatMap(({ namespace, collectionPvtRwset }) =>
    collectionPvtRwset.map(({ collectionName, rwset }) => ({ namespace, collection: collectionName, bytes: rwset })),
  );
}

export function parseKvRwSet(bytes: Uint8Array): KvRwSet {
  return decode<KvRwSet>(kvRwSetSchema, bytes);
}

/** An empty value is a delete. */
export function isDelete(write: KvWrite): boolean {
  return write.isDelete || write.value.length === 0;
}

const hashOfNothing = sha256(Buffer.alloc(0));

export function isHashDelete(write: KvWriteHash): boolean {
  return write.isDelete || write.valueHash.length === 0 || sameBytes(write.valueHash, hashOfNothing);
}

/** True when the namespace is written: publicly, by hash or in metadata. Reads alone need no endorsement policy. */
export function writesNamespace({ kv, collections }: NamespaceRwSet): boolean {
  if (kv.writes.length > 0 || kv.metadataWrites.length > 0) return true;
  return collections.some(({ hashed }) => hashed.hashedWrites.length > 0 || hashed.metadataWrites.length > 0);
}

export function toVersion(message: VersionMessage | undefined): Version | undefined {
  return message && { block: message.blockNum, tx: message.txNum };
}

export function fromVersion(version: Version | undefined): VersionMessage | undefined {
  return version && { blockNum: version.block, txNum: version.tx };
}
