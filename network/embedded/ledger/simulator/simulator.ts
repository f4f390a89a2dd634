import { LedgerError } from '../errors.ts';
import { byteKey, keyBytes, sameVersion, sha256 } from '../hashing.ts';
import { lifecycleNamespace } from '../lifecycle.ts';
import { decodeMetadata, keyPolicyOf } from '../metadata.ts';
import type { StoredValue } from '../store/reader.ts';
import type { View } from '../store/views.ts';
import type {
  Metadata,
  PrivateKey,
  RangeQuery,
  SimulationResult,
  Simulator,
  StateIterator,
  Version,
} from '../types.ts';
import { CollectionGuard } from './collection-guard.ts';
import { openHistory, openPrivateRange, openRange, type RecordedRange, toStateRange } from './iterators.ts';
import { RwSetBuilder } from './rwset-builder.ts';

export type SimulationRequest = { txId: string; mspId: string; readOnly?: boolean };
type Parts = { view: View; organizations: readonly string[]; release(): void };
type WrittenKey = SimulationResult['writtenKeys'][number];

/** Simulates one transaction for one organisation; see Simulator for the promises it keeps. */
export class TransactionSimulator implements Simulator {
  readonly txId: string;
  readonly mspId: string;
  readonly height: number;
  readonly #parts: Parts;
  readonly #isReadOnly: boolean;
  readonly #builder = new RwSetBuilder();
  readonly #ranges: RecordedRange[] = [];
  readonly #collections: CollectionGuard;
  readonly #privateReads = new Map<string, Set<string>>();
  readonly #writtenKeys = new Map<string, WrittenKey>();
  #isDone = false;
  #hasWritten = false;
  #hasPaged = false;
  #hasQueriedPrivate = false;

  constructor(request: SimulationRequest, parts: Parts) {
    this.txId = request.txId;
    this.mspId = request.mspId;
    this.height = parts.view.height;
    this.#isReadOnly = request.readOnly ?? false;
    this.#parts = parts;
    this.#collections = new CollectionGuard(parts.organizations, (key) => this.getState(lifecycleNamespace, key));
  }

  getState(namespace: string, key: string): Uint8Array | undefined {
    return this.#read(namespace, key)?.value;
  }

  getStateMultiple(namespace: string, keys: readonly string[]): (Uint8Array | undefined)[] {
    return keys.map((key) => this.getState(namespace, key));
  }

  getStateMetadata(namespace: string, key: string): Metadata {
    return decodeMetadata(this.#read(namespace, key)?.metadata);
  }

  putState(namespace: string, key: string, value: Uint8Array): void {
    this.#checkWrite();
    this.#builder.addWrite(namespace, key, value);
    this.#noteWrite({ namespace, collection: '', key }, keyBytes(byteKey(key)));
  }

  delState(namespace: string, key: string): void {
    this.putState(namespace, key, new Uint8Array());
  }

  setStateMetadata(namespace: string, key: string, metadata: Metadata): void {
    this.#checkWrite();
    this.#builder.addMetadataWrite(namespace, key, metadata);
    this.#noteWrite({ namespace, collection: '', key }, keyBytes(byteKey(key)));
  }

  getStateRange(query: RangeQuery): StateIterator {
    this.#checkOpen();
    if (query.pageSize) {
      if (this.#hasWritten) throw this.#refuse('Paginated queries are supported only in a read-only transaction');
      this.#hasPaged = true;
    }
    const range = openRange(this.#view, query);
    this.#ranges.push(range);
    return range.iterator;
  }

  getHistory(namespace: string, key: string) {
    this.#checkOpen();
    return openHistory(this.#view, namespace, key);
  }

  getPrivate(at: PrivateKey): Uint8Array | undefined {
    this.#checkCollection(at);
    const stored = this.#readPrivate(at);
    const hashed = this.#view.getVersion({ ...at, key: hashOf(at.key) });
    if (!sameVersion(versionOf(hashed), versionOf(stored))) {
      throw new LedgerError(
        'SIMULATION',
        `private data matching public hash version is not available. Public hash version = ${show(hashed)}, Private data version = ${show(stored)}`,
      );
    }
    this.#recordPrivateRead(at, stored);
    return stored?.value;
  }

  getPrivateMultiple(namespace: string, collection: string, keys: readonly string[]): (Uint8Array | undefined)[] {
    // As in a 3.1.5 peer, the batch does not compare versions with the hashes: a stale value comes out as it is.
    return keys.map((key) => {
      const at = { namespace, collection, key };
      this.#checkCollection(at);
      const stored = this.#readPrivate(at);
      this.#recordPrivateRead(at, stored);
      return stored?.value;
    });
  }

  getPrivateHash(at: PrivateKey): Uint8Array | undefined {
    return this.#readHash(at)?.value;
  }

  getPrivateMetadata(at: PrivateKey): Metadata {
    return decodeMetadata(this.#readHash(at)?.metadata);
  }

  getPrivateRange(query: RangeQuery & { collection: string }): StateIterator {
    if (this.#hasWritten) throw this.#refuse('Queries on pvt data is supported only in a read-only transaction');
    this.#hasQueriedPrivate = true;
    this.#checkCollection({ namespace: query.namespace, collection: query.collection });
    return openPrivateRange(this.#view, toStateRange(query, query.collection, this.mspId));
  }

  putPrivate(at: PrivateKey, value: Uint8Array): void {
    this.#writePrivate(at, () => this.#builder.addPrivateWrite(at, value, false));
  }

  delPrivate(at: PrivateKey): void {
    this.putPrivate(at, new Uint8Array());
  }

  purgePrivate(at: PrivateKey): void {
    this.#writePrivate(at, () => this.#builder.addPrivateWrite(at, new Uint8Array(), true));
  }

  setPrivateMetadata(at: PrivateKey, metadata: Metadata): void {
    this.#writePrivate(at, () => this.#builder.addPrivateMetadataWrite(at, metadata));
  }

  done(): SimulationResult {
    this.#checkOpen();
    this.#isDone = true;
    try {
      for (const range of this.#ranges) {
        this.#builder.addRange(range.namespace, range.info());
        range.iterator.close();
      }
      const privateReads = [...this.#privateReads].map(([namespace, names]) => [namespace, [...names].sort()] as const);
      return {
        ...this.#builder.build(),
        privateReads: Object.fromEntries(privateReads),
        writtenKeys: [...this.#writtenKeys.values()],
      };
    } finally {
      this.#parts.release();
    }
  }

  get #view(): View {
    return this.#parts.view;
  }

  #read(namespace: string, key: string): StoredValue | undefined {
    this.#checkOpen();
    const stored = this.#view.getRow({ namespace, collection: '', key: keyBytes(byteKey(key)) });
    this.#builder.addRead(namespace, key, versionOf(stored));
    return stored;
  }

  #readHash(at: PrivateKey): StoredValue | undefined {
    this.#checkCollection(at);
    const stored = this.#view.getRow({ ...at, key: hashOf(at.key) });
    this.#builder.addHashedRead(at, versionOf(stored));
    return stored;
  }

  #readPrivate({ namespace, collection, key }: PrivateKey): StoredValue | undefined {
    return this.#view.getRow({ mspId: this.mspId, namespace, collection, key: keyBytes(byteKey(key)) });
  }

  #recordPrivateRead(at: PrivateKey, stored: StoredValue | undefined): void {
    this.#builder.addHashedRead(at, versionOf(stored));
    const names = this.#privateReads.get(at.namespace);
    if (names) names.add(at.collection);
    else this.#privateReads.set(at.namespace, new Set([at.collection]));
  }

  #writePrivate(at: PrivateKey, write: () => void): void {
    this.#checkCollection(at);
    this.#checkWrite();
    write();
    this.#noteWrite(at, hashOf(at.key));
  }

  #noteWrite(at: PrivateKey, storedKey: Uint8Array): void {
    const identity = `${at.namespace}\0${at.collection}\0${at.key}`;
    if (this.#writtenKeys.has(identity)) return;
    const policy = keyPolicyOf(this.#view.getMetadata({ ...at, key: storedKey }));
    this.#writtenKeys.set(identity, { ...at, policy });
  }

  #checkOpen(): void {
    if (this.#isDone) throw new LedgerError('CLOSED', 'this instance should not be used after calling Done()');
  }

  #checkWrite(): void {
    this.#checkOpen();
    if (this.#isReadOnly) throw this.#refuse('Writes are not allowed in a query');
    if (this.#hasQueriedPrivate) {
      throw this.#refuse('Transaction has already performed queries on pvt data. Writes are not allowed');
    }
    if (this.#hasPaged) {
      throw this.#refuse('Transaction has already performed a paginated query. Writes are not allowed');
    }
    this.#hasWritten = true;
  }

  #checkCollection(at: { namespace: string; collection: string }): void {
    this.#checkOpen();
    this.#collections.check(at);
  }

  // The misspelling is the peer's own.
  #refuse(why: string): LedgerError {
    return new LedgerError('SIMULATION', `txid [${this.txId}]: unsuppored transaction. ${why}`);
  }
}

function hashOf(key: string): Buffer {
  return sha256(Buffer.from(key, 'utf8'));
}

function versionOf(stored: Version | undefined): Version | undefined {
  return stored && { block: stored.block, tx: stored.tx };
}

function show(version: Version | undefined): string {
  return version ? `{BlockNum: ${version.block}, TxNum: ${version.tx}}` : '<nil>';
}
