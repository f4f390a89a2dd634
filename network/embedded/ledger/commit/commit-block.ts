import { common, peer } from '@hyperledger/fabric-protos';
import { byteKey, headerHash, keyBytes, sha256 } from '../hashing.ts';
import { lifecycleNamespace } from '../lifecycle.ts';
import type { PreImages } from '../store/pre-images.ts';
import type { Writer } from '../store/writer.ts';
import type { CommitResult } from '../types.ts';
import type { UpdateBatch } from '../validation/update-batch.ts';
import { type BlockTransaction, type ValidationContext, validateBlock } from '../validation/validate-block.ts';
import { encode, varint } from '../wire/codec.ts';
import { metadataSchema } from '../wire/transaction.ts';
import { storePrivateData } from './private-store.ts';
import { privateUpdates, selectPrivateWrites } from './private-updates.ts';

const TRANSACTIONS_FILTER = 2;
const COMMIT_HASH = 4;
const metadataEntries = 5;
/** Private data that was endorsed and never ordered is kept for this many blocks, as by a peer. */
const transientBlockRetention = 1000;
export const commitHashSetting = 'commit-hash';

export type CommitContext = ValidationContext & {
  writer: Writer;
  organizations: readonly string[];
  commitHash: Uint8Array;
  /** Set while simulations read an earlier height. */
  preImages: PreImages | undefined;
};
export type Committed = CommitResult & { headerHash: Uint8Array; configChanged: boolean; definitionsChanged: boolean };

/** Validates a block and writes all of it in one database transaction; the block's metadata is filled in. */
export function commitBlock(block: common.Block, context: CommitContext): Committed {
  const header = block.getHeader() as common.BlockHeader;
  const number = header.getNumber();
  const data = block.getData()?.getDataList_asU8() ?? [];
  const { transactions, batch } = validateBlock(number, data, context);
  const filter = Uint8Array.from(transactions.map(({ code }) => code));
  // The genesis block has no commit hash: the chain of them begins with block 1.
  const commitHash = number === 0 ? context.commitHash : nextCommitHash(filter, batch, context.commitHash);
  fillMetadata(block, filter, number === 0 ? undefined : commitHash);
  const hash = headerHash(header);
  context.writer.transaction(() => {
    const writes = selectPrivateWrites(transactions, {
      policies: context.policies,
      transient: (txId) => context.writer.listTransient(txId),
    });
    const updates = privateUpdates(writes, number, { reader: context.reader, batch });
    // Expiry compares with the state before the block, so it goes before the updates.
    storePrivateData(transactions, writes, { ...context, block: number, batch, updates });
    storeState(batch, context.writer);
    storeTransactions(number, transactions, context.writer);
    if (number % transientBlockRetention === 0) context.writer.dropOldTransient(number - transientBlockRetention);
    context.writer.putBlock(number, hash, block.serializeBinary());
    context.writer.putSetting(commitHashSetting, commitHash);
  }, context.preImages);
  return {
    blockNumber: number,
    validationCodes: transactions.map(({ code }) => code),
    txIds: transactions.map(({ txId }) => txId),
    commitHash,
    headerHash: hash,
    configChanged: batch.writes(''),
    definitionsChanged: batch.writes(lifecycleNamespace),
  };
}

/** SHA-256(varint(length of the filter) ‖ filter ‖ sorted updates ‖ commit hash before). */
function nextCommitHash(filter: Uint8Array, batch: UpdateBatch, previous: Uint8Array): Uint8Array {
  return sha256(varint(filter.length), filter, batch.commitBytes(), previous);
}

function fillMetadata(block: common.Block, filter: Uint8Array, commitHash: Uint8Array | undefined): void {
  const metadata = block.getMetadata() ?? new common.BlockMetadata();
  const entries = metadata.getMetadataList_asU8();
  while (entries.length < metadataEntries) entries.push(new Uint8Array());
  entries[TRANSACTIONS_FILTER] = filter;
  if (commitHash) entries[COMMIT_HASH] = encode(metadataSchema, { value: commitHash });
  metadata.setMetadataList(entries);
  block.setMetadata(metadata);
}

function storeState(batch: UpdateBatch, writer: Writer): void {
  for (const { namespace, collection, key, update } of batch.entries()) {
    const at = { namespace, collection, key: keyBytes(key) };
    if (update.value) writer.putState(at, { value: update.value, metadata: update.metadata, ...update.version });
    else writer.deleteState(namespace, collection, at.key);
  }
}

function storeTransactions(number: number, transactions: readonly BlockTransaction[], writer: Writer): void {
  for (const { index, txId, code, why, rwset } of transactions) {
    const version = { block: number, tx: index };
    if (txId !== '') {
      writer.putTransaction(txId, version, code);
      writer.dropTransient(txId);
    }
    if (why) writer.putReason(txId, version, JSON.stringify(why));
    if (code !== peer.TxValidationCode.VALID) continue;
    for (const { namespace, kv } of rwset ?? []) {
      for (const { key } of kv.writes) writer.putHistory(namespace, keyBytes(byteKey(key)), version);
    }
  }
}
