import { byteKey, byteKeyOf, keyBytes, versionBytes } from '../hashing.ts';
import { encodeMetadata } from '../metadata.ts';
import { isDelete, isHashDelete, type RwSet } from '../rwset.ts';
import type { Reader } from '../store/reader.ts';
import type { Version } from '../types.ts';
import { encode } from '../wire/codec.ts';
import { type MetadataEntry, updatesSchema } from '../wire/rwset.ts';

/** New state of one key: no value means deleted. */
export type Update = { value: Uint8Array | undefined; metadata: Uint8Array | null; version: Version };
/** Namespace to collection ('' for public state, else hashes) to byte key. */
type Updates = Map<string, Map<string, Map<string, Update>>>;

/** Thrown where a 3.1.5 peer panics at commit. */
export class PeerPanic extends Error {
  readonly key: { namespace: string; collection: string; key: string };

  constructor(key: { namespace: string; collection: string; key: string }) {
    super('Nil value not allowed: metadata is written to a key that this block deletes, which panics a 3.1.5 peer');
    this.key = key;
  }
}

// Bits of what one transaction does to a key. They are added, not or-ed, as in Fabric: a set that names a key twice is
// only possible by collusion, and must come out the same.
const UPSERT = 1;
const METADATA_UPDATE = 2;
const METADATA_DELETE = 4;
const DELETE = 8;
type KeyOperation = { flags: number; value: Uint8Array | undefined; metadata: Uint8Array | null };
type At = { namespace: string; collection: string; key: string };

/** The updates that the valid transactions of one block make to public state and hashes. */
export class UpdateBatch {
  readonly #updates: Updates = new Map();

  get(namespace: string, collection: string, key: string): Update | undefined {
    return this.#updates.get(namespace)?.get(collection)?.get(key);
  }

  set({ namespace, collection, key }: At, update: Update): void {
    const collections = this.#updates.get(namespace) ?? new Map<string, Map<string, Update>>();
    this.#updates.set(namespace, collections);
    const keys = collections.get(collection) ?? new Map<string, Update>();
    collections.set(collection, keys);
    keys.set(key, update);
  }

  /** Keys of a namespace within a range, in byte order; an empty end is open. */
  keysInRange(namespace: string, start: string, end: string): string[] {
    const keys = this.#updates.get(namespace)?.get('')?.keys() ?? [];
    return [...keys].filter((key) => key >= start && (end === '' || key < end)).sort();
  }

  *entries(): Generator<At & { update: Update }> {
    for (const [namespace, collections] of this.#updates) {
      for (const [collection, keys] of collections) {
        for (const [key, update] of keys) yield { namespace, collection, key, update };
      }
    }
  }

  writes(namespace: string): boolean {
    return this.#updates.has(namespace);
  }

  /** Adds the writes of a valid transaction; throws PeerPanic, then leaving the batch as it was. */
  apply(rwset: RwSet, version: Version, reader: Reader): void {
    const prepared: (At & { update: Update })[] = [];
    for (const { at, operation } of this.#operations(rwset)) {
      const update = this.#prepare(at, operation, { version, reader });
      if (update) prepared.push({ ...at, update });
    }
    for (const { update, ...at } of prepared) this.set(at, update);
  }

  #prepare(at: At, operation: KeyOperation, context: { version: Version; reader: Reader }): Update | undefined {
    const { flags, value, metadata } = operation;
    const { version, reader } = context;
    if (flags & DELETE) return { value: undefined, metadata: null, version };
    if (flags & UPSERT && flags & (METADATA_UPDATE | METADATA_DELETE)) return { value, metadata, version };
    const preceding = this.get(at.namespace, at.collection, at.key);
    if ((flags | UPSERT) === UPSERT) {
      const kept = preceding ? preceding.metadata : reader.getMetadata(at.namespace, at.collection, keyBytes(at.key));
      return { value, metadata: kept ?? null, version };
    }
    const latest = preceding ?? reader.getState(at.namespace, at.collection, keyBytes(at.key));
    if (!latest) return undefined;
    if (!latest.value) throw new PeerPanic(at);
    return { value: latest.value, metadata, version };
  }

  #operations(rwset: RwSet): Iterable<{ at: At; operation: KeyOperation }> {
    const operations = new Map<string, { at: At; operation: KeyOperation }>();
    const find = (at: At): KeyOperation => {
      const identity = `${at.namespace}\0${at.collection}\0${at.key}`;
      const entry = operations.get(identity) ?? { at, operation: { flags: 0, value: undefined, metadata: null } };
      operations.set(identity, entry);
      return entry.operation;
    };
    for (const { namespace, kv, collections } of rwset) {
      for (const write of kv.writes) {
        const operation = find({ namespace, collection: '', key: byteKey(write.key) });
        addWrite(operation, isDelete(write) ? undefined : write.value);
      }
      for (const { key, entries } of kv.metadataWrites) {
        addMetadata(find({ namespace, collection: '', key: byteKey(key) }), entries);
      }
      for (const { name, hashed } of collections) {
        for (const write of hashed.hashedWrites) {
          const operation = find({ namespace, collection: name, key: byteKeyOf(write.keyHash) });
          addWrite(operation, isHashDelete(write) ? undefined : write.valueHash);
        }
        for (const { keyHash, entries } of hashed.metadataWrites) {
          addMetadata(find({ namespace, collection: name, key: byteKeyOf(keyHash) }), entries);
        }
      }
    }
    return operations.values();
  }

  /** The bytes that go into the commit hash: sorted, names given only where they change, channel config left out. */
  commitBytes(): Buffer {
    const kvwrites: object[] = [];
    for (const namespace of [...this.#updates.keys()].sort()) {
      if (namespace === '') continue;
      const collections = this.#updates.get(namespace) as Map<string, Map<string, Update>>;
      let isFirst = true;
      for (const collection of [...collections.keys()].sort()) {
        let isFirstOfCollection = true;
        const keys = collections.get(collection) as Map<string, Update>;
        for (const key of [...keys.keys()].sort()) {
          const { value, version } = keys.get(key) as Update;
          kvwrites.push({
            namespace: isFirst ? namespace : '',
            collection: isFirstOfCollection ? collection : '',
            key: keyBytes(key),
            isDelete: value === undefined,
            value,
            versionBytes: versionBytes(version),
          });
          isFirst = false;
          isFirstOfCollection = false;
        }
      }
    }
    return encode(updatesSchema, { kvwrites });
  }
}

function addWrite(operation: KeyOperation, value: Uint8Array | undefined): void {
  operation.flags += value ? UPSERT : DELETE;
  if (value) operation.value = value;
}

function addMetadata(operation: KeyOperation, entries: readonly MetadataEntry[]): void {
  if (entries.length === 0) {
    operation.flags += METADATA_DELETE;
    return;
  }
  operation.flags += METADATA_UPDATE;
  operation.metadata = encodeMetadata(entries);
}
