import { common } from '@hyperledger/fabric-protos';
import { byteKey, byteKeyOf, keyBytes, keyText } from '../hashing.ts';
import { MerkleReads } from '../merkle.ts';
import { fromVersion, isDelete, parseRwSet } from '../rwset.ts';
import type { HistoryRow, StateRange, StoredEntry } from '../store/reader.ts';
import type { View } from '../store/views.ts';
import { actionOfEnvelope, tryChannelHeader } from '../transaction.ts';
import type { HistoryIterator, KeyModification, KeyValue, RangeQuery, StateIterator } from '../types.ts';
import type { RangeQueryInfo } from '../wire/rwset.ts';

/** A range iterator that remembers what it returned, for the phantom check at commit. */
export type RecordedRange = { namespace: string; iterator: StateIterator; info(): RangeQueryInfo };

export function toStateRange(query: RangeQuery, collection: string, mspId?: string): StateRange {
  const start = keyBytes(byteKey(query.bookmark || query.startKey));
  const end = query.endKey === '' ? undefined : keyBytes(byteKey(query.endKey));
  return { namespace: query.namespace, collection, start, end, ...(mspId !== undefined && { mspId }) };
}

/** Opens a range over public state. Only what the caller has been given belongs to the recorded range. */
export function openRange(view: View, query: RangeQuery): RecordedRange {
  const rows = view.range(toStateRange(query, ''));
  const reads = new MerkleReads();
  const recorded = { endKey: '', itrExhausted: false };
  let returned = 0;
  const next = (): KeyValue | undefined => {
    const isPageFull = query.pageSize !== undefined && query.pageSize > 0 && returned >= query.pageSize;
    const row = isPageFull ? undefined : take(rows);
    if (!row) {
      recorded.itrExhausted = true;
      recorded.endKey = query.endKey;
      return undefined;
    }
    returned += 1;
    const key = keyText(byteKeyOf(row.key));
    reads.add({ key, version: fromVersion(row) });
    recorded.endKey = key;
    return { key, value: row.value };
  };
  return {
    namespace: query.namespace,
    iterator: { next, bookmark: () => bookmarkOf(rows), close: () => rows.return(undefined) },
    info() {
      const finished = reads.finish();
      // An empty result has no reads at all; a peer then leaves the field out.
      const rawReads = 'reads' in finished && finished.reads.length > 0 ? { kvReads: finished.reads } : undefined;
      return {
        startKey: query.bookmark || query.startKey,
        ...recorded,
        rawReads,
        readsMerkleHashes: 'summary' in finished ? finished.summary : undefined,
      };
    },
  };
}

/** A range over one organisation's private state; nothing of it is recorded. */
export function openPrivateRange(view: View, range: StateRange): StateIterator {
  const rows = view.range(range);
  return {
    next() {
      const row = take(rows);
      return row && { key: keyText(byteKeyOf(row.key)), value: row.value };
    },
    bookmark: () => '',
    close: () => rows.return(undefined),
  };
}

function take(rows: Generator<StoredEntry, undefined>): StoredEntry | undefined {
  const result = rows.next();
  return result.done ? undefined : result.value;
}

function bookmarkOf(rows: Generator<StoredEntry, undefined>): string {
  const row = take(rows);
  rows.return(undefined);
  return row ? keyText(byteKeyOf(row.key)) : '';
}

/** Modifications of a key, newest first, read from the blocks as they are asked for. */
export function openHistory(view: View, namespace: string, key: string): HistoryIterator {
  const rows = view.history(namespace, keyBytes(byteKey(key)));
  let position = 0;
  return {
    next() {
      const row = rows[position];
      position += 1;
      return row && readModification(view, row, { namespace, key });
    },
    close() {
      position = rows.length;
    },
  };
}

function readModification(
  view: View,
  { block, tx }: HistoryRow,
  wanted: { namespace: string; key: string },
): KeyModification {
  const bytes = view.getBlock(block);
  const envelope = bytes && common.Block.deserializeBinary(bytes).getData()?.getDataList_asU8()[tx];
  const header = envelope && tryChannelHeader(envelope);
  if (!header) throw new Error(`history names transaction ${block}:${tx}, which the ledger lacks`);
  const part = parseRwSet(actionOfEnvelope(envelope).action.results).find(
    ({ namespace }) => namespace === wanted.namespace,
  );
  const write = part?.kv.writes.find(({ key }) => key === wanted.key);
  if (!write) throw new Error(`transaction ${block}:${tx} does not write key ${wanted.key}`);
  return {
    txId: header.txId,
    value: write.value,
    timestamp: { seconds: header.timestamp?.seconds ?? 0, nanos: header.timestamp?.nanos ?? 0 },
    isDelete: isDelete(write),
  };
}
