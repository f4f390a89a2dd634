import { sha256 } from './canonical.ts';
import type { Dispatch } from './dispatch.ts';
import type { EntryPoint } from './ledger.ts';
import type { Peer, PeerPrivateData, StateWrite } from './peer.ts';

/** Committed rows by `namespace/key`, private ones by `namespace/mspId/key`. */
export interface MemoryState {
  readonly rows: Map<string, Uint8Array>;
  readonly privateRows: Map<string, string>;
}

/** One simulated ledger transaction: every namespace it calls shares it, as in a peer. */
export interface MemoryTransaction {
  readonly state: MemoryState;
  readonly dispatch: Dispatch;
  /** The newest value of a row as the history knows it; it knows what the state knows unless told otherwise. */
  readonly history?: (name: string) => Promise<Uint8Array | undefined>;
  readonly transactionId: string;
  readonly timestampMilliseconds: number;
  readonly creatorMspId: string;
  readonly transient: Readonly<Record<string, string | Uint8Array>>;
  readonly entryPoint: EntryPoint;
  /** Read set by `namespace/key`; calls of other namespaces leave their trace in it too. */
  readonly reads: Set<string>;
  readonly writes: Map<string, Uint8Array>;
  /** Undefined: purged. */
  readonly privateWrites: Map<string, string | undefined>;
}

/** A namespace's view of a simulated ledger transaction: committed reads, writes kept apart until commit. */
export class MemoryPeer implements Peer {
  readonly channel = 'finance';
  readonly namespace: string;
  readonly privateData: PeerPrivateData;
  readonly #transaction: MemoryTransaction;

  constructor(transaction: MemoryTransaction, namespace: string) {
    this.namespace = namespace;
    this.#transaction = transaction;
    const { privateRows } = transaction.state;
    const name = (mspId: string, key: string) => `${namespace}/${mspId}/${key}`;
    this.privateData = {
      get: async (mspId, key) => privateRows.get(name(mspId, key)),
      put: async (mspId, writes) => {
        for (const { key, value } of writes) transaction.privateWrites.set(name(mspId, key), String(value));
      },
      purge: async (mspId, key) => void transaction.privateWrites.set(name(mspId, key), undefined),
      hash: async (mspId, key) => {
        const value = privateRows.get(name(mspId, key));
        return value === undefined ? undefined : sha256(value);
      },
    };
  }

  get transactionId(): string {
    return this.#transaction.transactionId;
  }

  get creatorMspId(): string {
    return this.#transaction.creatorMspId;
  }

  get timestampMilliseconds(): number {
    return this.#transaction.timestampMilliseconds;
  }

  transient(name: string): Uint8Array | undefined {
    const value = this.#transaction.transient[name];
    return typeof value === 'string' ? Buffer.from(value) : value;
  }

  async getStates(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const names = keys.map((key) => `${this.namespace}/${key}`);
    for (const name of names) this.#transaction.reads.add(name);
    return names.map((name) => this.#transaction.state.rows.get(name));
  }

  latest(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const { state, history = async (name) => state.rows.get(name) } = this.#transaction;
    return Promise.all(keys.map((key) => history(`${this.namespace}/${key}`)));
  }

  async putStates(writes: readonly StateWrite[]): Promise<void> {
    for (const { key, value } of writes) {
      this.#transaction.writes.set(`${this.namespace}/${key}`, Buffer.from(value as string));
    }
  }

  invoke(namespace: string, operation: string, argument: string): Promise<string> {
    this.#transaction.reads.add(`_lifecycle/${namespace}`);
    return this.#transaction.dispatch(new MemoryPeer(this.#transaction, namespace), operation, argument);
  }

  entryPoint(): EntryPoint {
    return this.#transaction.entryPoint;
  }
}
