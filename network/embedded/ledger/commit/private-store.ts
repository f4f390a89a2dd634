import { peer } from '@hyperledger/fabric-protos';
import type { Definitions } from '../definitions.ts';
import { byteKey, byteKeyOf, keyBytes, sameBytes, sha256 } from '../hashing.ts';
import { parseKvRwSet } from '../rwset.ts';
import type { PrivateBlockRow, Reader } from '../store/reader.ts';
import type { Writer } from '../store/writer.ts';
import type { Version } from '../types.ts';
import type { UpdateBatch } from '../validation/update-batch.ts';
import type { BlockTransaction } from '../validation/validate-block.ts';
import { encode } from '../wire/codec.ts';
import { kvRwSetSchema } from '../wire/rwset.ts';
import { identityOf, type PrivateUpdate, type PrivateWrites } from './private-updates.ts';

type Purge = { namespace: string; collection: string; keyHash: Uint8Array; version: Version };
type Parts = {
  block: number;
  writer: Writer;
  reader: Reader;
  definitions: Definitions;
  batch: UpdateBatch;
  updates: Map<string, PrivateUpdate>;
  organizations: readonly string[];
};

/** Writes a block's private data: each member's state and private block, expiry and purges. */
export function storePrivateData(
  transactions: readonly BlockTransaction[],
  writes: readonly PrivateWrites[],
  parts: Parts,
): void {
  storePrivateBlocks(writes, parts);
  for (const purge of listPurges(transactions, parts.block)) applyPurge(purge, parts);
  for (const { mspId, namespace, collection, key, value, version } of parts.updates.values()) {
    if (!parts.organizations.includes(mspId)) continue;
    const at = { mspId, namespace, collection, key: keyBytes(key) };
    if (value) parts.writer.putPrivate({ ...at, keyHash: sha256(at.key) }, { value, ...version });
    else parts.writer.deletePrivate(at);
  }
  expire(parts);
  scheduleExpiry(parts);
}

function storePrivateBlocks(
  writes: readonly PrivateWrites[],
  { block, writer, definitions, organizations }: Parts,
): void {
  for (const { tx, namespace, collection, bytes, members } of writes) {
    const lives = definitions.blocksToLive(namespace, collection);
    const expires = lives === undefined ? null : block + lives + 1;
    for (const msp of members.filter((member) => organizations.includes(member))) {
      writer.putPrivateBlock({ msp, block, tx, namespace, collection, rwset: bytes }, expires);
    }
  }
}

function listPurges(transactions: readonly BlockTransaction[], block: number): Purge[] {
  const purges: Purge[] = [];
  for (const { index, code, rwset } of transactions) {
    if (code !== peer.TxValidationCode.VALID) continue;
    for (const { namespace, collections } of rwset ?? []) {
      for (const { name, hashed } of collections) {
        for (const { keyHash, isPurge } of hashed.hashedWrites) {
          if (isPurge) purges.push({ namespace, collection: name, keyHash, version: { block, tx: index } });
        }
      }
    }
  }
  return purges;
}

/** Removes the value wherever it is held, and the key from every private block up to the purge, its own included. */
function applyPurge({ namespace, collection, keyHash, version }: Purge, { writer, updates }: Parts): void {
  for (const { msp, key } of writer.findPrivateByHash(namespace, collection, keyHash)) {
    const at = { mspId: msp, namespace, collection, key: byteKeyOf(key) };
    const pending = updates.get(identityOf(at));
    if (!pending || isBefore(pending.version, version))
      updates.set(identityOf(at), { ...at, value: undefined, version });
  }
  for (const row of writer.listPrivateBlocks(namespace, collection)) {
    if (isBefore(version, row)) continue;
    const stripped = strip(row, keyHash);
    if (stripped) writer.updatePrivateBlock({ ...row, rwset: stripped });
  }
}

function strip({ rwset }: PrivateBlockRow, keyHash: Uint8Array): Uint8Array | undefined {
  const set = parseKvRwSet(rwset);
  const kept = set.writes.filter(({ key }) => !sameBytes(sha256(keyBytes(byteKey(key))), keyHash));
  return kept.length === set.writes.length ? undefined : encode(kvRwSetSchema, { ...set, writes: kept });
}

function isBefore(left: Version, right: Version): boolean {
  return left.block < right.block || (left.block === right.block && left.tx < right.tx);
}

// Expiry deletes what has stood unchanged since the block that wrote it; it is no part of the commit hash.
function expire({ block, writer, reader, batch, updates }: Parts): void {
  for (const { committed, namespace, collection, key_hash: keyHash } of writer.listExpiring(block)) {
    const current = reader.getVersion(namespace, collection, keyHash);
    if (current?.block === committed && !batch.get(namespace, collection, byteKeyOf(keyHash))) {
      writer.deleteState(namespace, collection, keyHash);
    }
    for (const { msp, key, block: writtenAt } of writer.findPrivateByHash(namespace, collection, keyHash)) {
      const at = { mspId: msp, namespace, collection, key: byteKeyOf(key) };
      if (writtenAt === committed && !updates.has(identityOf(at))) writer.deletePrivate({ ...at, key });
    }
  }
  writer.dropExpiry(block);
  writer.dropExpiredBlocks(block);
}

function scheduleExpiry({ block, writer, definitions, batch }: Parts): void {
  for (const { namespace, collection, key, update } of batch.entries()) {
    if (collection === '' || !update.value) continue;
    const lives = definitions.blocksToLive(namespace, collection);
    if (lives === undefined) continue;
    writer.putExpiry(block + lives + 1, { committed: block, namespace, collection, key_hash: keyBytes(key) });
  }
}
