import type { X509Certificate } from 'node:crypto';
import type { common, ledger, peer } from '@hyperledger/fabric-protos';

export type MspRole = 'MEMBER' | 'ADMIN' | 'CLIENT' | 'PEER' | 'ORDERER';

/** One X.509 identity as an MSP of the channel sees it. */
export type Identity = {
  readonly mspId: string;
  /** Unique within the MSP (Fabric: hex of SHA-256 over the DER certificate); policies count an identity once. */
  readonly id: string;
  readonly certificate: X509Certificate;
  readonly organizationalUnits: readonly string[];
  /**
   * Why the MSP refuses it (chain, CA certificate used as identity, node OU missing), or undefined.
   * As in Fabric it does not look at expiry: that is checked where proposals enter, so that blocks replay the same.
   */
  readonly invalidReason: string | undefined;
  /** True when it is valid and has the role (NodeOUs); MEMBER holds for every valid identity. */
  hasRole(role: MspRole): boolean;
  /** ECDSA P-256 over SHA-256, high-S refused. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
};

/** Knows the MSPs of a channel; implemented in network/identity. */
export type MspManager = {
  readonly mspIds: readonly string[];
  /** Reads a msp.SerializedIdentity; throws on malformed bytes or an unknown MSP. Cached by the implementation. */
  deserialize(serializedIdentity: Uint8Array): Identity;
};

export type LedgerOptions = {
  /** Folder of the databases; one file per channel, made when absent. ':memory:' keeps nothing. */
  directory: string;
  channelId: string;
  /** MSP ids of the member organisations, in order. */
  organizations: readonly string[];
  mspManager: MspManager;
};

export type Version = { block: number; tx: number };

export type KeyValue = { key: string; value: Uint8Array };

export type StateIterator = {
  /** The next pair, or undefined at the end. Only what is read through here stands in the read set. */
  next(): KeyValue | undefined;
  /** Where the next page starts ('' at the end); call it after the page has been read. */
  bookmark(): string;
  close(): void;
};

export type KeyModification = {
  txId: string;
  value: Uint8Array;
  /** Of the channel header, as google.protobuf.Timestamp. */
  timestamp: { seconds: number; nanos: number };
  isDelete: boolean;
};

export type HistoryIterator = { next(): KeyModification | undefined; close(): void };

/** Key metadata: entries by name (VALIDATION_PARAMETER is the key-level endorsement policy). */
export type Metadata = Record<string, Uint8Array>;

export type RangeQuery = {
  namespace: string;
  startKey: string;
  endKey: string;
  /** 0 or absent: no pages. A page makes the simulator read-only. */
  pageSize?: number;
  bookmark?: string;
};

/** Where a private value stands. */
export type PrivateKey = { namespace: string; collection: string; key: string };

export type SimulationResult = {
  /** Serialised rwset.TxReadWriteSet, as a peer puts it into ChaincodeAction.results. */
  rwset: Uint8Array;
  /** Private write set in clear, or undefined when nothing private was written. */
  privateRwset: ledger.rwset.TxPvtReadWriteSet | undefined;
  /** Private reads made in clear: the gateway keeps such proposals at members. */
  privateReads: Record<string, string[]>;
  /** Every key written, with the key-level policy it carries now (a serialised SignaturePolicyEnvelope), if any. */
  writtenKeys: { namespace: string; collection: string; key: string; policy: Uint8Array | undefined }[];
};

/**
 * One organisation's simulation of one transaction over the committed state at its start.
 * Errors are thrown as LedgerError with the text of a 3.1.5 peer. Own writes are not read back.
 */
export type Simulator = {
  readonly txId: string;
  readonly mspId: string;
  /** Block height it reads at. */
  readonly height: number;
  getState(namespace: string, key: string): Uint8Array | undefined;
  getStateMultiple(namespace: string, keys: readonly string[]): (Uint8Array | undefined)[];
  getStateMetadata(namespace: string, key: string): Metadata;
  putState(namespace: string, key: string, value: Uint8Array): void;
  delState(namespace: string, key: string): void;
  setStateMetadata(namespace: string, key: string, metadata: Metadata): void;
  getStateRange(query: RangeQuery): StateIterator;
  getHistory(namespace: string, key: string): HistoryIterator;
  getPrivate(at: PrivateKey): Uint8Array | undefined;
  getPrivateMultiple(namespace: string, collection: string, keys: readonly string[]): (Uint8Array | undefined)[];
  /** SHA-256 of the value; adds a hashed read. */
  getPrivateHash(at: PrivateKey): Uint8Array | undefined;
  getPrivateMetadata(at: PrivateKey): Metadata;
  getPrivateRange(query: RangeQuery & { collection: string }): StateIterator;
  putPrivate(at: PrivateKey, value: Uint8Array): void;
  delPrivate(at: PrivateKey): void;
  purgePrivate(at: PrivateKey): void;
  setPrivateMetadata(at: PrivateKey, metadata: Metadata): void;
  /** Ends the simulation; later calls throw. */
  done(): SimulationResult;
};

/** A committed chaincode definition, read from the real `_lifecycle` keys. */
export type ChaincodeDefinition = {
  name: string;
  version: string;
  sequence: number;
  endorsementPlugin: string;
  validationPlugin: string;
  initRequired: boolean;
  /** Serialised peer.ApplicationPolicy (signature policy or reference to a channel policy). */
  validationParameter: Uint8Array;
  collections: peer.CollectionConfigPackage | undefined;
};

export type CommitResult = {
  blockNumber: number;
  /** One peer.TxValidationCode per transaction, in block order. */
  validationCodes: number[];
  /** '' where the envelope was too broken to have one. */
  txIds: string[];
  commitHash: Uint8Array;
};

/** Private data of one transaction of a block, as one organisation's peer holds it. */
export type PrivateBlock = Map<number, ledger.rwset.TxPvtReadWriteSet>;

export type TransactionLocation = { block: number; tx: number; code: number };

export type PolicyReport = {
  /** For instance `OutOf(2, 'CedarMSP.peer', 'MapleMSP.peer')`. */
  policy: string;
  satisfied: boolean;
  signed: string[];
  missing: string[];
  children: PolicyReport[];
};

/** Why a transaction is invalid. */
export type Why = {
  txId: string;
  block: number;
  tx: number;
  code: number;
  codeName: string;
  reason: string;
  conflict?: {
    namespace: string;
    collection?: string;
    /** The key, or the hex of its hash where only that is known. */
    key: string;
    versionRead: Version | undefined;
    versionFound: Version | undefined;
    writtenBy: string | undefined;
  };
  policy?: { namespace: string; collection?: string; key?: string; report: PolicyReport };
};

export type VerifyReport = {
  height: number;
  ok: boolean;
  /** By MSP id: hash over public state, hashes and that organisation's private state. */
  stateHashes: Record<string, string>;
  problems: string[];
};

/** Everything a channel's peers hold: blocks, state, history and each organisation's private store. */
export type ChannelLedger = {
  readonly channelId: string;
  readonly organizations: readonly string[];
  /** Number of blocks. */
  readonly height: number;
  readonly lastHeader: common.BlockHeader | undefined;
  /** SHA-256 of the last header, previous_hash of the next; empty before block 0. */
  readonly lastHeaderHash: Uint8Array;
  readonly commitHash: Uint8Array;
  /** Opens a simulation on the store of that organisation; readOnly refuses writes (queries). */
  newSimulator(request: { txId: string; mspId: string; readOnly?: boolean }): Simulator;
  getDefinition(name: string): ChaincodeDefinition | undefined;
  listDefinitions(): ChaincodeDefinition[];
  /** Keeps private data of an endorsed proposal until its transaction commits, for the members of each collection. */
  putTransient(txId: string, privateRwset: ledger.rwset.TxPvtReadWriteSet): void;
  /** The next block over these envelopes (serialised common.Envelope), chained to the last header. */
  nextBlock(envelopes: readonly Uint8Array[]): common.Block;
  /** Why a 3.1.5 peer could not survive committing this envelope, or undefined. Ask before ordering. */
  refuseReason(envelope: Uint8Array, ahead: readonly Uint8Array[]): string | undefined;
  /** Validates and commits the next block in one database transaction; throws when number, chain or data hash do not fit. */
  commitBlock(block: common.Block): CommitResult;
  getBlock(number: number): common.Block | undefined;
  getBlockByTxId(txId: string): common.Block | undefined;
  getBlockByHash(headerHash: Uint8Array): common.Block | undefined;
  getTransaction(txId: string): { envelope: Uint8Array; code: number } | undefined;
  locateTransaction(txId: string): TransactionLocation | undefined;
  /** Private data of a block as that organisation holds it (purged keys are stripped). */
  getPrivateBlock(number: number, mspId: string): PrivateBlock;
  why(txId: string): Why | undefined;
  /** Keeps the whole state under a name; an existing name is replaced. */
  snapshot(name: string): void;
  /** Goes back to the named state; snapshots taken after it are dropped. Throws on an unknown name. */
  revert(name: string): void;
  listSnapshots(): { name: string; height: number }[];
  verify(): VerifyReport;
  close(): void;
};
