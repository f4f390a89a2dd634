import type { EntryPoint } from './ledger.ts';

export interface StateWrite {
  readonly key: string;
  readonly value: string | Uint8Array;
}

/** An organisation's implicit private collection, as the peer serves it. */
export interface PeerPrivateData {
  get(mspId: string, key: string): Promise<string | undefined>;
  put(mspId: string, writes: readonly StateWrite[]): Promise<void>;
  purge(mspId: string, key: string): Promise<void>;
  /** Hex SHA-256 of the value; undefined when absent. */
  hash(mspId: string, key: string): Promise<string | undefined>;
}

/** What core needs of a ledger transaction: Fabric's peer (fabric-peer.ts) or memory (memory-ledger.ts). */
export interface Peer {
  readonly channel: string;
  readonly namespace: string;
  readonly transactionId: string;
  readonly creatorMspId: string;
  /** The proposal's timestamp, which the client chose. */
  readonly timestampMilliseconds: number;
  readonly privateData: PeerPrivateData;
  transient(name: string): Uint8Array | undefined;
  /** Committed values in the order asked; own writes are not seen. */
  getStates(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /** Newest committed values, told outside the read set: only for what the read set vouches for otherwise. */
  latest(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /** Sends all writes and awaits the peer's answer. */
  putStates(writes: readonly StateWrite[]): Promise<void>;
  /** Calls another namespace on the same channel; throws with its message when it refuses. */
  invoke(namespace: string, operation: string, argument: string): Promise<string>;
  entryPoint(): EntryPoint;
}
