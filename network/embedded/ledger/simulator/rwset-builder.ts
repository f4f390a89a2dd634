import { ledger } from '@hyperledger/fabric-protos';
import { byteKey, keyText, sha256 } from '../hashing.ts';
import { fromVersion } from '../rwset.ts';
import type { Metadata, PrivateKey, SimulationResult, Version } from '../types.ts';
import { encode } from '../wire/codec.ts';
import {
  hashedRwSetSchema,
  type KvMetadataWriteHash,
  type KvReadHash,
  type KvWriteHash,
  kvRwSetSchema,
  type MetadataEntry,
  type RangeQueryInfo,
  txPrivateSchema,
  txReadWriteSetSchema,
} from '../wire/rwset.ts';

type PublicPart = {
  reads: Map<string, Version | undefined>;
  writes: Map<string, Uint8Array>;
  metadataWrites: Map<string, MetadataEntry[]>;
  ranges: Map<string, RangeQueryInfo>;
  collections: Map<string, CollectionPart>;
};
// The maps below are keyed by the key in clear, because that is the order in which a peer writes the hashes.
type CollectionPart = {
  reads: Map<string, KvReadHash>;
  writes: Map<string, KvWriteHash>;
  metadataWrites: Map<string, KvMetadataWriteHash>;
  privateWrites: Map<string, Uint8Array>;
  privateMetadataKeys: Set<string>;
};

const empty = Buffer.alloc(0);

/** Collects the reads and writes of one simulation; the last write to a key wins, everything comes out sorted. */
export class RwSetBuilder {
  readonly #namespaces = new Map<string, PublicPart>();

  addRead(namespace: string, key: string, version: Version | undefined): void {
    this.#part(namespace).reads.set(byteKey(key), version);
  }

  addWrite(namespace: string, key: string, value: Uint8Array): void {
    this.#part(namespace).writes.set(byteKey(key), value);
  }

  addMetadataWrite(namespace: string, key: string, metadata: Metadata): void {
    this.#part(namespace).metadataWrites.set(byteKey(key), metadataEntries(metadata));
  }

  addRange(namespace: string, info: RangeQueryInfo): void {
    const identity = JSON.stringify([info.startKey, info.endKey, info.itrExhausted]);
    const { ranges } = this.#part(namespace);
    if (!ranges.has(identity)) ranges.set(identity, info);
  }

  addHashedRead({ namespace, collection, key }: PrivateKey, version: Version | undefined): void {
    const read = { keyHash: sha256(Buffer.from(key, 'utf8')), version: fromVersion(version) };
    this.#collection(namespace, collection).reads.set(byteKey(key), read);
  }

  addPrivateWrite(at: PrivateKey, value: Uint8Array, isPurge: boolean): void {
    const part = this.#collection(at.namespace, at.collection);
    const isDelete = value.length === 0;
    part.privateWrites.set(byteKey(at.key), value);
    part.writes.set(byteKey(at.key), {
      keyHash: sha256(Buffer.from(at.key, 'utf8')),
      isDelete,
      valueHash: isDelete ? empty : sha256(value),
      isPurge,
    });
  }

  addPrivateMetadataWrite(at: PrivateKey, metadata: Metadata): void {
    const part = this.#collection(at.namespace, at.collection);
    part.privateMetadataKeys.add(byteKey(at.key));
    part.metadataWrites.set(byteKey(at.key), {
      keyHash: sha256(Buffer.from(at.key, 'utf8')),
      entries: metadataEntries(metadata),
    });
  }

  /** The serialised sets, as a peer puts them into a proposal response and its transient store. */
  build(): Pick<SimulationResult, 'rwset' | 'privateRwset'> {
    const nsRwset: object[] = [];
    const nsPvtRwset: object[] = [];
    for (const [namespace, part] of sorted(this.#namespaces)) {
      const privateParts: object[] = [];
      const collectionHashedRwset: object[] = [];
      for (const [collectionName, collection] of sorted(part.collections)) {
        const privateBytes = encodePrivate(collection);
        if (privateBytes) privateParts.push({ collectionName, rwset: privateBytes });
        collectionHashedRwset.push({
          collectionName,
          hashedRwset: encodeHashed(collection),
          pvtRwsetHash: privateBytes ? sha256(privateBytes) : empty,
        });
      }
      nsRwset.push({ namespace, rwset: encodePublic(part), collectionHashedRwset });
      if (privateParts.length > 0) nsPvtRwset.push({ namespace, collectionPvtRwset: privateParts });
    }
    return {
      rwset: encode(txReadWriteSetSchema, { dataModel: 0, nsRwset }),
      privateRwset:
        nsPvtRwset.length === 0
          ? undefined
          : ledger.rwset.TxPvtReadWriteSet.deserializeBinary(encode(txPrivateSchema, { dataModel: 0, nsPvtRwset })),
    };
  }

  #part(namespace: string): PublicPart {
    let part = this.#namespaces.get(namespace);
    if (!part) {
      part = {
        reads: new Map(),
        writes: new Map(),
        metadataWrites: new Map(),
        ranges: new Map(),
        collections: new Map(),
      };
      this.#namespaces.set(namespace, part);
    }
    return part;
  }

  #collection(namespace: string, name: string): CollectionPart {
    const { collections } = this.#part(namespace);
    let part = collections.get(name);
    if (!part) {
      part = {
        reads: new Map(),
        writes: new Map(),
        metadataWrites: new Map(),
        privateWrites: new Map(),
        privateMetadataKeys: new Set(),
      };
      collections.set(name, part);
    }
    return part;
  }
}

function encodePublic(part: PublicPart): Buffer {
  return encode(kvRwSetSchema, {
    reads: sorted(part.reads).map(([key, version]) => ({ key: keyText(key), version: fromVersion(version) })),
    rangeQueriesInfo: [...part.ranges.values()],
    writes: sorted(part.writes).map(([key, value]) => ({ key: keyText(key), isDelete: value.length === 0, value })),
    metadataWrites: sorted(part.metadataWrites).map(([key, entries]) => ({ key: keyText(key), entries })),
  });
}

function encodeHashed(part: CollectionPart): Buffer {
  const values = <T>(map: Map<string, T>) => sorted(map).map(([, value]) => value);
  return encode(hashedRwSetSchema, {
    hashedReads: values(part.reads),
    hashedWrites: values(part.writes),
    metadataWrites: values(part.metadataWrites),
  });
}

function encodePrivate(part: CollectionPart): Buffer | undefined {
  if (part.privateWrites.size === 0 && part.privateMetadataKeys.size === 0) return undefined;
  return encode(kvRwSetSchema, {
    reads: [],
    rangeQueriesInfo: [],
    writes: sorted(part.privateWrites).map(([key, value]) => ({
      key: keyText(key),
      isDelete: value.length === 0,
      value,
    })),
    metadataWrites: [...part.privateMetadataKeys].sort().map((key) => ({ key: keyText(key), entries: [] })),
  });
}

function metadataEntries(metadata: Metadata): MetadataEntry[] {
  const names = Object.keys(metadata).map((name) => byteKey(name));
  return names.sort().map((name) => {
    const text = keyText(name);
    return { name: text, value: metadata[text] as Uint8Array };
  });
}

function sorted<T>(map: Map<string, T>): [string, T][] {
  return [...map].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}
