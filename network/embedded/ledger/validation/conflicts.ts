import { byteKey, byteKeyOf, keyBytes, keyText, sameBytes, sameVersion } from '../hashing.ts';
import { MerkleReads } from '../merkle.ts';
import { fromVersion, type NamespaceRwSet, type RwSet, toVersion } from '../rwset.ts';
import type { Reader } from '../store/reader.ts';
import type { Version } from '../types.ts';
import type { MerkleSummary, RangeQueryInfo } from '../wire/rwset.ts';
import type { UpdateBatch } from './update-batch.ts';

export type Conflict = {
  isPhantom: boolean;
  namespace: string;
  collection?: string;
  key: string;
  versionRead: Version | undefined;
  versionFound: Version | undefined;
};

type View = { reader: Reader; batch: UpdateBatch };
type Found = { key: string; version: Version };

/** The first read of a transaction that no longer holds over the state and the block so far, in a peer's order. */
export function findConflict(rwset: RwSet, view: View): Conflict | undefined {
  for (const part of rwset) {
    const conflict = findReadConflict(part, view) ?? findPhantom(part, view) ?? findHashConflict(part, view);
    if (conflict) return conflict;
  }
  return undefined;
}

function findReadConflict({ namespace, kv }: NamespaceRwSet, view: View): Conflict | undefined {
  for (const read of kv.reads) {
    const key = byteKey(read.key);
    const conflict = compare({ namespace, collection: '', key }, toVersion(read.version), view);
    if (conflict) return { isPhantom: false, namespace, key: read.key, ...conflict };
  }
  return undefined;
}

function findHashConflict({ namespace, collections }: NamespaceRwSet, view: View): Conflict | undefined {
  for (const { name, hashed } of collections) {
    for (const read of hashed.hashedReads) {
      const key = byteKeyOf(read.keyHash);
      const conflict = compare({ namespace, collection: name, key }, toVersion(read.version), view);
      if (conflict) {
        return { isPhantom: false, namespace, collection: name, key: keyBytes(key).toString('hex'), ...conflict };
      }
    }
  }
  return undefined;
}

// A key that an earlier transaction of the block writes is a conflict whatever the version.
function compare(
  at: { namespace: string; collection: string; key: string },
  versionRead: Version | undefined,
  { reader, batch }: View,
): { versionRead: Version | undefined; versionFound: Version | undefined } | undefined {
  const update = batch.get(at.namespace, at.collection, at.key);
  if (update) return { versionRead, versionFound: update.version };
  const versionFound = reader.getVersion(at.namespace, at.collection, keyBytes(at.key));
  return sameVersion(versionRead, versionFound) ? undefined : { versionRead, versionFound };
}

function findPhantom({ namespace, kv }: NamespaceRwSet, view: View): Conflict | undefined {
  for (const query of kv.rangeQueriesInfo) {
    const results = scan(namespace, query, view);
    const found = query.readsMerkleHashes
      ? findSummaryMismatch(query.readsMerkleHashes, results, query)
      : findRawMismatch(query, results);
    if (found) return { isPhantom: true, namespace, ...found };
  }
  return undefined;
}

type Mismatch = { key: string; versionRead: Version | undefined; versionFound: Version | undefined };

function findRawMismatch(query: RangeQueryInfo, results: Iterator<Found>): Mismatch | undefined {
  for (const read of query.rawReads?.kvReads ?? []) {
    const versionRead = toVersion(read.version) ?? { block: 0, tx: 0 };
    const result = results.next();
    if (result.done) return { key: read.key, versionRead, versionFound: undefined };
    const { key, version } = result.value;
    if (key !== byteKey(read.key)) {
      const isInsert = key < byteKey(read.key);
      return isInsert
        ? { key: keyText(key), versionRead: undefined, versionFound: version }
        : { key: read.key, versionRead, versionFound: undefined };
    }
    if (!sameVersion(version, versionRead)) return { key: read.key, versionRead, versionFound: version };
  }
  const extra = results.next();
  if (extra.done) return undefined;
  return { key: keyText(extra.value.key), versionRead: undefined, versionFound: extra.value.version };
}

/** Builds the tree anew and stops at the first hash that differs, so that a long range fails early. */
function findSummaryMismatch(
  wanted: MerkleSummary,
  results: Iterator<Found>,
  query: RangeQueryInfo,
): Mismatch | undefined {
  const differs = (found?: Found): Mismatch => ({
    key: found ? keyText(found.key) : query.endKey,
    versionRead: undefined,
    versionFound: found?.version,
  });
  // A degree below two makes no tree; a peer stops on such a set, which no honest endorser makes.
  if (wanted.maxDegree < 2) return differs();
  const reads = new MerkleReads(wanted.maxDegree);
  let matched = 0;
  for (;;) {
    const result = results.next();
    if (result.done) {
      const finished = reads.finish();
      return 'summary' in finished && sameSummary(wanted, finished.summary) ? undefined : differs();
    }
    reads.add({ key: keyText(result.value.key), version: fromVersion(result.value.version) });
    const summary = reads.summary();
    if (summary.maxLevel < wanted.maxLevel || summary.maxLevelHashes.length === matched) continue;
    if (summary.maxLevelHashes.length > wanted.maxLevelHashes.length) return differs(result.value);
    if (!sameBytes(at(summary.maxLevelHashes, matched), at(wanted.maxLevelHashes, matched)))
      return differs(result.value);
    matched += 1;
  }
}

function at(hashes: Uint8Array[], index: number): Uint8Array {
  return hashes[index] ?? new Uint8Array();
}

function sameSummary(left: MerkleSummary, right: MerkleSummary): boolean {
  return (
    left.maxDegree === right.maxDegree &&
    left.maxLevel === right.maxLevel &&
    left.maxLevelHashes.length === right.maxLevelHashes.length &&
    left.maxLevelHashes.every((hash, index) => sameBytes(hash, at(right.maxLevelHashes, index)))
  );
}

/** What a range would return now: state with the block's updates laid over it. */
function* scan(namespace: string, query: RangeQueryInfo, { reader, batch }: View): Generator<Found, undefined> {
  const start = byteKey(query.startKey);
  const end = byteKey(query.endKey);
  const rows = reader.range({
    namespace,
    collection: '',
    start: keyBytes(start),
    end: end === '' ? undefined : keyBytes(end),
  });
  const updated = batch.keysInRange(namespace, start, end);
  let next = 0;
  for (const row of rows) {
    const key = byteKeyOf(row.key);
    for (; next < updated.length && (updated[next] as string) < key; next += 1) {
      yield* served(updated[next] as string);
    }
    if (updated[next] === key) {
      next += 1;
      yield* served(key);
    } else {
      yield { key, version: { block: row.block, tx: row.tx } };
    }
  }
  for (; next < updated.length; next += 1) yield* served(updated[next] as string);
  // An iterator that was not exhausted recorded the last key it saw as its end, which therefore belongs to the range.
  if (query.itrExhausted) return undefined;
  const update = batch.get(namespace, '', end);
  if (update) {
    if (update.value) yield { key: end, version: update.version };
    return undefined;
  }
  const version = reader.getVersion(namespace, '', keyBytes(end));
  if (version) yield { key: end, version };
  return undefined;

  function* served(key: string): Generator<Found> {
    const found = batch.get(namespace, '', key);
    if (found?.value) yield { key, version: found.version };
  }
}
