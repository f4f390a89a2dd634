import { peer } from '@hyperledger/fabric-protos';
import { byteKey, byteKeyOf, keyBytes, sameBytes, sameVersion, sha256 } from '../hashing.ts';
import type { PolicyResolver } from '../policy/resolver.ts';
import { isDelete, parseKvRwSet, parsePrivateRwSet, rwSetOfEnvelope } from '../rwset.ts';
import type { Reader } from '../store/reader.ts';
import type { Version } from '../types.ts';
import type { UpdateBatch } from '../validation/update-batch.ts';
import type { BlockTransaction } from '../validation/validate-block.ts';

/** One collection's private writes of one transaction, in the hands of its members. */
export type PrivateWrites = {
  tx: number;
  isValid: boolean;
  namespace: string;
  collection: string;
  bytes: Uint8Array;
  members: string[];
};
export type PrivateKeyAt = { mspId: string; namespace: string; collection: string; key: string };
export type PrivateUpdate = PrivateKeyAt & { value: Uint8Array | undefined; version: Version };

/**
 * The private data that belongs to a block: of everything kept for its transactions, what the public hash confirms.
 * As a 3.1.5 peer does, it keeps the data of invalid transactions too, but applies only that of valid ones.
 */
export function selectPrivateWrites(
  transactions: readonly BlockTransaction[],
  parts: { policies: PolicyResolver; transient(txId: string): Uint8Array[] },
): PrivateWrites[] {
  const selected: PrivateWrites[] = [];
  for (const { index, txId, code, envelope, rwset } of transactions) {
    const hashed = (rwset ?? rwSetOfEnvelope(envelope)).flatMap(({ namespace, collections }) =>
      collections.filter(({ pvtRwsetHash }) => pvtRwsetHash.length > 0).map((part) => ({ namespace, ...part })),
    );
    if (hashed.length === 0) continue;
    const kept = parts.transient(txId).flatMap((bytes) => parsePrivateRwSet(bytes));
    for (const { namespace, name, pvtRwsetHash } of hashed) {
      const match = kept.find(
        (candidate) =>
          candidate.namespace === namespace &&
          candidate.collection === name &&
          sameBytes(sha256(candidate.bytes), pvtRwsetHash),
      );
      if (!match) continue;
      selected.push({
        tx: index,
        isValid: code === peer.TxValidationCode.VALID,
        namespace,
        collection: name,
        bytes: match.bytes,
        members: parts.policies.members(namespace, name),
      });
    }
  }
  return selected;
}

/** What the private writes of valid transactions do to each member's private store. */
export function privateUpdates(
  writes: readonly PrivateWrites[],
  block: number,
  parts: { reader: Reader; batch: UpdateBatch },
): Map<string, PrivateUpdate> {
  const updates = new Map<string, PrivateUpdate>();
  const metadataKeys: PrivateKeyAt[] = [];
  for (const { tx, namespace, collection, bytes, members } of writes.filter(({ isValid }) => isValid)) {
    const { writes: kvWrites, metadataWrites } = parseKvRwSet(bytes);
    for (const mspId of members) {
      for (const write of kvWrites) {
        const at = { mspId, namespace, collection, key: byteKey(write.key) };
        const value = isDelete(write) ? undefined : write.value;
        updates.set(identityOf(at), { ...at, value, version: { block, tx } });
      }
      for (const { key } of metadataWrites) metadataKeys.push({ mspId, namespace, collection, key: byteKey(key) });
    }
  }
  for (const at of metadataKeys) raiseVersion(at, updates, parts);
  return updates;
}

// Metadata alone moves the hash to a new version; the value it stands for must follow, or it would count as stale.
function raiseVersion(
  at: PrivateKeyAt,
  updates: Map<string, PrivateUpdate>,
  { reader, batch }: { reader: Reader; batch: UpdateBatch },
): void {
  const keyHash = byteKeyOf(sha256(keyBytes(at.key)));
  const hashed = batch.get(at.namespace, at.collection, keyHash);
  if (!hashed?.value) return;
  const pending = updates.get(identityOf(at));
  const stored = pending ? undefined : reader.getPrivate(at.mspId, { ...at, key: keyBytes(at.key) });
  const value = pending ? pending.value : stored?.value;
  const version = pending ? pending.version : stored && { block: stored.block, tx: stored.tx };
  if (!value || sameVersion(version, hashed.version) || !sameBytes(sha256(value), hashed.value)) return;
  updates.set(identityOf(at), { ...at, value, version: hashed.version });
}

export function identityOf({ mspId, namespace, collection, key }: PrivateKeyAt): string {
  return `${mspId}\0${namespace}\0${collection}\0${key}`;
}
