import type { DatabaseSync } from 'node:sqlite';
import { common } from '@hyperledger/fabric-protos';
import { type Committed, commitBlock, commitHashSetting } from './commit/commit-block.ts';
import { Definitions } from './definitions.ts';
import { LedgerError } from './errors.ts';
import { dataHash, headerHash, keyBytes, sameBytes } from './hashing.ts';
import { type ChannelConfig, parseChannelConfig } from './policy/channel-config.ts';
import { PolicyEvaluator } from './policy/evaluator.ts';
import { PolicyResolver } from './policy/resolver.ts';
import { openDatabase } from './store/database.ts';
import { Reader } from './store/reader.ts';
import { Views } from './store/views.ts';
import { Writer } from './store/writer.ts';
import type { LedgerOptions } from './types.ts';
import { configKey } from './validation/validate-block.ts';

/** Everything over one open database: a revert closes it and opens another. */
export class Session {
  readonly database: DatabaseSync;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly definitions: Definitions;
  readonly views: Views;
  policies: PolicyResolver;
  lastHeader: common.BlockHeader | undefined;
  lastHeaderHash: Uint8Array = new Uint8Array();
  commitHash: Uint8Array;
  readonly #options: LedgerOptions;
  #config: ChannelConfig | undefined;

  constructor(options: LedgerOptions, file: string) {
    this.#options = options;
    this.database = openDatabase(file, options.directory);
    this.reader = new Reader(this.database);
    this.writer = new Writer(this.database, this.reader.cache);
    this.definitions = new Definitions(this.reader);
    this.views = new Views(this.reader);
    this.policies = this.#resolver();
    this.commitHash = this.reader.getSetting(commitHashSetting) ?? new Uint8Array();
    const last = this.reader.getLastBlock();
    if (last) {
      this.lastHeader = common.Block.deserializeBinary(last.bytes).getHeader();
      this.lastHeaderHash = last.hash;
    }
  }

  get height(): number {
    return this.lastHeader ? this.lastHeader.getNumber() + 1 : 0;
  }

  get config(): ChannelConfig {
    if (!this.#config) {
      const stored = this.reader.getState('', '', keyBytes(configKey));
      if (!stored) throw new LedgerError('BLOCK_REFUSED', 'the channel has no configuration: block 0 must carry one');
      this.#config = parseChannelConfig(stored.value);
    }
    return this.#config;
  }

  /** Validates and commits; throws BLOCK_REFUSED when number, chain or data hash do not fit. */
  commit(block: common.Block): Committed {
    this.#checkHeader(block);
    const { channelId, mspManager, organizations } = this.#options;
    const preImages = this.views.prepareCommit();
    const committed = commitBlock(block, {
      channelId,
      mspManager,
      organizations,
      reader: this.reader,
      writer: this.writer,
      definitions: this.definitions,
      policies: this.policies,
      commitHash: this.commitHash,
      preImages,
    });
    this.views.advance(preImages);
    this.lastHeader = block.getHeader();
    this.lastHeaderHash = committed.headerHash;
    this.commitHash = committed.commitHash;
    if (committed.definitionsChanged) this.definitions.forget();
    if (committed.configChanged) {
      this.#config = undefined;
      this.policies = this.#resolver();
    }
    return committed;
  }

  close(): void {
    this.database.close();
  }

  #resolver(): PolicyResolver {
    const { mspManager } = this.#options;
    const evaluator = new PolicyEvaluator(mspManager, () => this.config.policies);
    return new PolicyResolver({ evaluator, definitions: this.definitions, config: () => this.config, mspManager });
  }

  #checkHeader(block: common.Block): void {
    const header = block.getHeader();
    if (!header) throw new LedgerError('BLOCK_REFUSED', 'block without a header');
    const number = header.getNumber();
    if (number !== this.height) {
      throw new LedgerError('BLOCK_REFUSED', `block ${number} does not follow: the ledger is at height ${this.height}`);
    }
    if (!sameBytes(header.getPreviousHash_asU8(), this.lastHeaderHash)) {
      throw new LedgerError('BLOCK_REFUSED', `block ${number} does not carry the hash of block ${number - 1}`);
    }
    if (!sameBytes(header.getDataHash_asU8(), dataHash(block.getData()?.getDataList_asU8() ?? []))) {
      throw new LedgerError('BLOCK_REFUSED', `the data hash of block ${number} does not match its transactions`);
    }
  }

  /** The next block over these envelopes, chained to the last header. */
  nextBlock(envelopes: readonly Uint8Array[]): common.Block {
    const header = new common.BlockHeader();
    header.setNumber(this.height);
    header.setPreviousHash(this.lastHeader ? headerHash(this.lastHeader) : new Uint8Array());
    header.setDataHash(dataHash(envelopes));
    const data = new common.BlockData();
    data.setDataList([...envelopes]);
    const block = new common.Block();
    block.setHeader(header);
    block.setData(data);
    block.setMetadata(new common.BlockMetadata());
    return block;
  }
}
