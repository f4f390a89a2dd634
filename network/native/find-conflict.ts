import { common } from '@hyperledger/fabric-protos';
import { byteKey, byteKeyOf, keyBytes, keyText, sameVersion } from '../embedded/ledger/hashing.ts';
import { isDelete, isHashDelete, type RwSet, rwSetOfEnvelope, toVersion } from '../embedded/ledger/rwset.ts';
import { tryChannelHeader } from '../embedded/ledger/transaction.ts';
import type { Version, Why } from '../embedded/ledger/types.ts';
import type { RangeQueryInfo } from '../embedded/ledger/wire/rwset.ts';

export type FoundConflict = NonNullable<Why['conflict']>;

/** A key that was read, or a range of them. */
interface Read {
  namespace: string;
  collection: string;
  covers(key: string): boolean;
  versionOf(key: string): Version | undefined;
}

interface Write {
  namespace: string;
  collection: string;
  key: string;
  isDelete: boolean;
}

interface Search {
  /** The transaction that came out in conflict. */
  at: Version;
  rwset: RwSet;
  isPhantom: boolean;
  block(number: number): Promise<common.Block>;
  /** How far back is looked at most. */
  blocksMax: number;
}

/**
 * Finds what a transaction had read that was no longer so, and who wrote it: the last write before it of anything it
 * read. That write is younger than its endorsement, else there were no conflict. Undefined when none is near enough.
 */
export async function findConflict({
  at,
  rwset,
  isPhantom,
  block,
  blocksMax,
}: Search): Promise<FoundConflict | undefined> {
  let open = isPhantom ? rangesOf(rwset) : keysOf(rwset);
  const last = Math.max(0, at.block - blocksMax);
  for (let number = at.block; number >= last && open.length > 0; number -= 1) {
    const transactions = validTransactions(await block(number)).filter(({ tx }) => number < at.block || tx < at.tx);
    for (const { tx, envelope } of transactions.reverse()) {
      const version = { block: number, tx };
      for (const write of writesOf(rwSetOfEnvelope(envelope))) {
        const touched = open.filter((read) => isSamePlace(read, write) && read.covers(write.key));
        const stale = touched.find((read) => !sameVersion(read.versionOf(write.key), version));
        if (stale) return describe(stale, write, { version, writtenBy: tryChannelHeader(envelope)?.txId });
        // A key that still has the version that was read is no conflict, whoever wrote it earlier.
        if (!isPhantom) open = open.filter((read) => !touched.includes(read));
      }
    }
  }
  return undefined;
}

const isSamePlace = (read: Read, write: Write): boolean =>
  read.namespace === write.namespace && read.collection === write.collection;

function describe(
  read: Read,
  { namespace, collection, key, isDelete: isGone }: Write,
  { version, writtenBy }: { version: Version; writtenBy: string | undefined },
): FoundConflict {
  return {
    namespace,
    ...(collection !== '' && { collection }),
    key: collection === '' ? keyText(key) : keyBytes(key).toString('hex'),
    versionRead: read.versionOf(key),
    versionFound: isGone ? undefined : version,
    writtenBy,
  };
}

function keysOf(rwset: RwSet): Read[] {
  const one = (namespace: string, collection: string, read: { key: string; version: Version | undefined }): Read => ({
    ...{ namespace, collection },
    covers: (key) => key === read.key,
    versionOf: () => read.version,
  });
  return rwset.flatMap(({ namespace, kv, collections }) => [
    ...kv.reads.map((read) => one(namespace, '', { key: byteKey(read.key), version: toVersion(read.version) })),
    ...collections.flatMap(({ name, hashed }) =>
      hashed.hashedReads.map((read) =>
        one(namespace, name, { key: byteKeyOf(read.keyHash), version: toVersion(read.version) }),
      ),
    ),
  ]);
}

/** Long ranges leave only a summary: what they had read of a key is then unknown, and the last write counts. */
function rangesOf(rwset: RwSet): Read[] {
  return rwset.flatMap(({ namespace, kv }) =>
    kv.rangeQueriesInfo.map((query): Read => {
      const rows = new Map(query.rawReads?.kvReads.map((row) => [byteKey(row.key), toVersion(row.version)]));
      return {
        ...{ namespace, collection: '' },
        covers: (key) => isInRange(key, query),
        versionOf: (key) => rows.get(key),
      };
    }),
  );
}

/** A range that was not read to its end recorded the last key it saw, which belongs to it. */
function isInRange(key: string, { startKey, endKey, itrExhausted }: RangeQueryInfo): boolean {
  const end = byteKey(endKey);
  if (key < byteKey(startKey)) return false;
  return end === '' || key < end || (!itrExhausted && key === end);
}

function writesOf(rwset: RwSet): Write[] {
  return rwset.flatMap(({ namespace, kv, collections }) => [
    ...kv.writes.map((write) => ({
      ...{ namespace, collection: '', key: byteKey(write.key) },
      isDelete: isDelete(write),
    })),
    ...kv.metadataWrites.map(({ key }) => ({ namespace, collection: '', key: byteKey(key), isDelete: false })),
    ...collections.flatMap(({ name, hashed }) => [
      ...hashed.hashedWrites.map((write) => ({
        ...{ namespace, collection: name, key: byteKeyOf(write.keyHash) },
        isDelete: isHashDelete(write),
      })),
      ...hashed.metadataWrites.map(({ keyHash }) => ({
        ...{ namespace, collection: name, key: byteKeyOf(keyHash) },
        isDelete: false,
      })),
    ]),
  ]);
}

function validTransactions(block: common.Block): { tx: number; envelope: Uint8Array }[] {
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  return envelopes.map((envelope, tx) => ({ tx, envelope })).filter(({ tx }) => codes?.[tx] === 0);
}
