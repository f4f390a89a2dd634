import { schema } from './codec.ts';

export type VersionMessage = { blockNum: number; txNum: number };
const versionSchema = schema({ 1: ['blockNum', 'uint64'], 2: ['txNum', 'uint64'] });

export type KvRead = { key: string; version: VersionMessage | undefined };
const kvReadSchema = schema({ 1: ['key', 'string'], 2: ['version', 'message', () => versionSchema] });
export type KvWrite = { key: string; isDelete: boolean; value: Uint8Array };
const kvWriteSchema = schema({ 1: ['key', 'string'], 2: ['isDelete', 'bool'], 3: ['value', 'bytes'] });
export type MetadataEntry = { name: string; value: Uint8Array };
const metadataEntrySchema = schema({ 1: ['name', 'string'], 2: ['value', 'bytes'] });
export type KvMetadataWrite = { key: string; entries: MetadataEntry[] };
export const kvMetadataWriteSchema = schema({
  1: ['key', 'string'],
  2: ['entries', 'message[]', () => metadataEntrySchema],
});

export type QueryReads = { kvReads: KvRead[] };
export const queryReadsSchema = schema({ 1: ['kvReads', 'message[]', () => kvReadSchema] });
export type MerkleSummary = { maxDegree: number; maxLevel: number; maxLevelHashes: Uint8Array[] };
const merkleSummarySchema = schema({
  1: ['maxDegree', 'int32'],
  2: ['maxLevel', 'int32'],
  3: ['maxLevelHashes', 'bytes[]'],
});
export type RangeQueryInfo = {
  startKey: string;
  endKey: string;
  itrExhausted: boolean;
  rawReads: QueryReads | undefined;
  readsMerkleHashes: MerkleSummary | undefined;
};
const rangeQueryInfoSchema = schema({
  1: ['startKey', 'string'],
  2: ['endKey', 'string'],
  3: ['itrExhausted', 'bool'],
  4: ['rawReads', 'message?', () => queryReadsSchema],
  5: ['readsMerkleHashes', 'message?', () => merkleSummarySchema],
});

export type KvRwSet = {
  reads: KvRead[];
  rangeQueriesInfo: RangeQueryInfo[];
  writes: KvWrite[];
  metadataWrites: KvMetadataWrite[];
};
export const kvRwSetSchema = schema({
  1: ['reads', 'message[]', () => kvReadSchema],
  2: ['rangeQueriesInfo', 'message[]', () => rangeQueryInfoSchema],
  3: ['writes', 'message[]', () => kvWriteSchema],
  4: ['metadataWrites', 'message[]', () => kvMetadataWriteSchema],
});

export type KvReadHash = { keyHash: Uint8Array; version: VersionMessage | undefined };
const kvReadHashSchema = schema({ 1: ['keyHash', 'bytes'], 2: ['version', 'message', () => versionSchema] });
export type KvWriteHash = { keyHash: Uint8Array; isDelete: boolean; valueHash: Uint8Array; isPurge: boolean };
const kvWriteHashSchema = schema({
  1: ['keyHash', 'bytes'],
  2: ['isDelete', 'bool'],
  3: ['valueHash', 'bytes'],
  4: ['isPurge', 'bool'],
});
export type KvMetadataWriteHash = { keyHash: Uint8Array; entries: MetadataEntry[] };
const kvMetadataWriteHashSchema = schema({
  1: ['keyHash', 'bytes'],
  2: ['entries', 'message[]', () => metadataEntrySchema],
});
export type HashedRwSet = {
  hashedReads: KvReadHash[];
  hashedWrites: KvWriteHash[];
  metadataWrites: KvMetadataWriteHash[];
};
export const hashedRwSetSchema = schema({
  1: ['hashedReads', 'message[]', () => kvReadHashSchema],
  2: ['hashedWrites', 'message[]', () => kvWriteHashSchema],
  3: ['metadataWrites', 'message[]', () => kvMetadataWriteHashSchema],
});

export type CollectionHashedMessage = { collectionName: string; hashedRwset: Uint8Array; pvtRwsetHash: Uint8Array };
const collectionHashedSchema = schema({
  1: ['collectionName', 'string'],
  2: ['hashedRwset', 'bytes'],
  3: ['pvtRwsetHash', 'bytes'],
});
export type NsReadWriteSetMessage = {
  namespace: string;
  rwset: Uint8Array;
  collectionHashedRwset: CollectionHashedMessage[];
};
const nsReadWriteSetSchema = schema({
  1: ['namespace', 'string'],
  2: ['rwset', 'bytes'],
  3: ['collectionHashedRwset', 'message[]', () => collectionHashedSchema],
});
export type TxReadWriteSetMessage = { dataModel: number; nsRwset: NsReadWriteSetMessage[] };
export const txReadWriteSetSchema = schema({
  1: ['dataModel', 'int32'],
  2: ['nsRwset', 'message[]', () => nsReadWriteSetSchema],
});

export type CollectionPrivateMessage = { collectionName: string; rwset: Uint8Array };
const collectionPrivateSchema = schema({ 1: ['collectionName', 'string'], 2: ['rwset', 'bytes'] });
export type NsPrivateMessage = { namespace: string; collectionPvtRwset: CollectionPrivateMessage[] };
const nsPrivateSchema = schema({
  1: ['namespace', 'string'],
  2: ['collectionPvtRwset', 'message[]', () => collectionPrivateSchema],
});
export type TxPrivateMessage = { dataModel: number; nsPvtRwset: NsPrivateMessage[] };
export const txPrivateSchema = schema({
  1: ['dataModel', 'int32'],
  2: ['nsPvtRwset', 'message[]', () => nsPrivateSchema],
});

const updateSchema = schema({
  1: ['namespace', 'string'],
  2: ['collection', 'string'],
  3: ['key', 'bytes'],
  4: ['isDelete', 'bool'],
  5: ['value', 'bytes'],
  6: ['versionBytes', 'bytes'],
});
/** The message over which a peer computes its commit hash. */
export const updatesSchema = schema({ 1: ['kvwrites', 'message[]', () => updateSchema] });
