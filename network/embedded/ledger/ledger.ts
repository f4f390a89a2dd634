import { common, ledger as ledgerProtos } from '@hyperledger/fabric-protos';
import { panicReason } from './panic-check.ts';
import { Session } from './session.ts';
import { TransactionSimulator } from './simulator/simulator.ts';
import { Snapshots } from './snapshots.ts';
import { databaseFile } from './store/database.ts';
import type { PrivateBlockRow } from './store/reader.ts';
import type { ChannelLedger, CommitResult, LedgerOptions, PrivateBlock, Simulator } from './types.ts';
import { verifyLedger } from './verify.ts';
import { explainTransaction } from './why.ts';

const { TxPvtReadWriteSet, NsPvtReadWriteSet, CollectionPvtReadWriteSet } = ledgerProtos.rwset;

/** Opens a channel's ledger, made empty when it does not exist; block 0 must then carry the channel's configuration. */
export function openChannelLedger(options: LedgerOptions): ChannelLedger {
  return new SqliteChannelLedger(options);
}

class SqliteChannelLedger implements ChannelLedger {
  readonly channelId: string;
  readonly organizations: readonly string[];
  readonly #options: LedgerOptions;
  readonly #file: string;
  readonly #snapshots: Snapshots;
  #session: Session;

  constructor(options: LedgerOptions) {
    this.channelId = options.channelId;
    this.organizations = options.organizations;
    this.#options = options;
    this.#file = databaseFile(options.directory, options.channelId);
    this.#snapshots = new Snapshots(this.#file, options.directory, options.channelId);
    this.#snapshots.finishRestore();
    this.#session = new Session(options, this.#file);
  }

  get height(): number {
    return this.#session.height;
  }

  get lastHeader(): common.BlockHeader | undefined {
    return this.#session.lastHeader;
  }

  get lastHeaderHash(): Uint8Array {
    return this.#session.lastHeaderHash;
  }

  get commitHash(): Uint8Array {
    return this.#session.commitHash;
  }

  newSimulator(request: { txId: string; mspId: string; readOnly?: boolean }): Simulator {
    const { views } = this.#session;
    const view = views.acquire(this.height);
    return new TransactionSimulator(request, {
      view,
      organizations: this.organizations,
      release: () => views.release(view),
    });
  }

  getDefinition(name: string) {
    return this.#session.definitions.get(name);
  }

  listDefinitions() {
    return this.#session.definitions.list();
  }

  putTransient(txId: string, privateRwset: ledgerProtos.rwset.TxPvtReadWriteSet): void {
    this.#session.writer.putTransient(txId, this.height, privateRwset.serializeBinary());
  }

  nextBlock(envelopes: readonly Uint8Array[]): common.Block {
    return this.#session.nextBlock(envelopes);
  }

  refuseReason(envelope: Uint8Array, ahead: readonly Uint8Array[]): string | undefined {
    return panicReason(envelope, ahead);
  }

  commitBlock(block: common.Block): CommitResult {
    const { blockNumber, validationCodes, txIds, commitHash } = this.#session.commit(block);
    return { blockNumber, validationCodes, txIds, commitHash };
  }

  getBlock(number: number): common.Block | undefined {
    return toBlock(this.#session.reader.getBlock(number));
  }

  getBlockByTxId(txId: string): common.Block | undefined {
    const location = this.locateTransaction(txId);
    return location && this.getBlock(location.block);
  }

  getBlockByHash(headerHash: Uint8Array): common.Block | undefined {
    return toBlock(this.#session.reader.getBlockByHash(headerHash));
  }

  getTransaction(txId: string): { envelope: Uint8Array; code: number } | undefined {
    const location = this.locateTransaction(txId);
    const envelope = location && this.getBlock(location.block)?.getData()?.getDataList_asU8()[location.tx];
    return envelope && { envelope, code: location.code };
  }

  locateTransaction(txId: string) {
    return this.#session.reader.locate(txId);
  }

  getPrivateBlock(number: number, mspId: string): PrivateBlock {
    return toPrivateBlock(this.#session.reader.getPrivateBlock(mspId, number));
  }

  why(txId: string) {
    return explainTransaction(this.#session.reader, txId);
  }

  snapshot(name: string): void {
    this.#snapshots.take(name, this.height);
  }

  revert(name: string): void {
    this.close();
    try {
      this.#snapshots.restore(name);
    } finally {
      this.#session = new Session(this.#options, this.#file);
    }
  }

  listSnapshots() {
    return this.#snapshots.list();
  }

  verify() {
    return verifyLedger(this.#session, this.#options);
  }

  close(): void {
    this.#session.close();
  }
}

function toBlock(bytes: Uint8Array | undefined): common.Block | undefined {
  return bytes && common.Block.deserializeBinary(bytes);
}

function toPrivateBlock(rows: readonly PrivateBlockRow[]): PrivateBlock {
  const block: PrivateBlock = new Map();
  for (const { tx, namespace, collection, rwset } of rows) {
    const set = block.get(tx) ?? new TxPvtReadWriteSet();
    block.set(tx, set);
    let part = set.getNsPvtRwsetList().find((candidate) => candidate.getNamespace() === namespace);
    if (!part) {
      part = new NsPvtReadWriteSet();
      part.setNamespace(namespace);
      set.addNsPvtRwset(part);
    }
    const entry = new CollectionPvtReadWriteSet();
    entry.setCollectionName(collection);
    entry.setRwset(rwset);
    part.addCollectionPvtRwset(entry);
  }
  return block;
}
