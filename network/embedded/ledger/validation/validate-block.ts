import { peer } from '@hyperledger/fabric-protos';
import type { Definitions } from '../definitions.ts';
import { keyBytes, keyText } from '../hashing.ts';
import type { PolicyResolver } from '../policy/resolver.ts';
import type { RwSet } from '../rwset.ts';
import type { Reader } from '../store/reader.ts';
import { headerType, parseEnvelope, parsePayload, tryChannelHeader } from '../transaction.ts';
import type { MspManager, Version } from '../types.ts';
import { type Conflict, findConflict } from './conflicts.ts';
import { EndorsementChecks, type PolicyFailure } from './endorsement-checks.ts';
import { checkEnvelope } from './envelope-checks.ts';
import { PeerPanic, UpdateBatch } from './update-batch.ts';

const code = peer.TxValidationCode;
/** Where a peer keeps the channel's configuration: namespace '' of the state. */
export const configKey = 'CHANNEL_CONFIG_ENV_BYTES';

export type Reason = { reason: string; conflict?: Conflict; policy?: PolicyFailure };
export type BlockTransaction = {
  index: number;
  envelope: Uint8Array;
  txId: string;
  code: number;
  why?: Reason;
  /** Set on valid endorser transactions, and on those that only their endorsements invalidate. */
  rwset?: RwSet;
  /** Set on valid configuration transactions. */
  config?: Uint8Array;
};

export type ValidationContext = {
  channelId: string;
  mspManager: MspManager;
  reader: Reader;
  definitions: Definitions;
  policies: PolicyResolver;
};

/** Judges every transaction of a block and gathers the updates of the valid ones. Writes nothing. */
export function validateBlock(
  number: number,
  data: readonly Uint8Array[],
  context: ValidationContext,
): { transactions: BlockTransaction[]; batch: UpdateBatch } {
  // A peer takes the genesis block on trust: it is the operator who joins it.
  const transactions = number === 0 ? data.map(trustGenesis) : checkTransactions(data, context);
  const batch = new UpdateBatch();
  for (const transaction of transactions) {
    if (transaction.code !== code.VALID) continue;
    const version = { block: number, tx: transaction.index };
    if (transaction.config) {
      batch.set(
        { namespace: '', collection: '', key: configKey },
        { value: transaction.config, metadata: null, version },
      );
    } else if (transaction.rwset) {
      applyIfCurrent(transaction, { rwset: transaction.rwset, version, batch, reader: context.reader });
    }
  }
  return { transactions, batch };
}

function checkTransactions(data: readonly Uint8Array[], context: ValidationContext): BlockTransaction[] {
  const endorsements = new EndorsementChecks(context);
  const transactions = data.map((envelope, index) => checkTransaction(envelope, index, { context, endorsements }));
  const seen = new Set<string>();
  for (const transaction of transactions) {
    if (transaction.code !== code.VALID || transaction.txId === '' || transaction.config) continue;
    if (seen.has(transaction.txId)) {
      transaction.code = code.DUPLICATE_TXID;
      transaction.why = { reason: 'an earlier transaction of this block has the same id' };
    }
    seen.add(transaction.txId);
  }
  return transactions;
}

function checkTransaction(
  envelope: Uint8Array,
  index: number,
  parts: { context: ValidationContext; endorsements: EndorsementChecks },
): BlockTransaction {
  const { channelId, mspManager, reader } = parts.context;
  const checked = checkEnvelope(envelope, channelId, mspManager);
  if ('reason' in checked) {
    const txId = (checked.channelHeader ?? tryChannelHeader(envelope))?.txId ?? '';
    return { index, envelope, txId, code: checked.code, why: { reason: checked.reason } };
  }
  const { txId } = checked.channelHeader;
  if ('config' in checked) return { index, envelope, txId, code: code.VALID, config: checked.config };
  const earlier = reader.locate(txId);
  if (earlier) {
    const why = { reason: `the ledger has a transaction of this id in block ${earlier.block}` };
    return { index, envelope, txId, code: code.DUPLICATE_TXID, why };
  }
  const verdict = parts.endorsements.check(checked.channelHeader, checked.transaction);
  if ('reason' in verdict) {
    const why = { reason: verdict.reason, ...(verdict.policy && { policy: verdict.policy }) };
    return { index, envelope, txId, code: verdict.code, why, ...(verdict.rwset && { rwset: verdict.rwset }) };
  }
  return { index, envelope, txId, code: code.VALID, rwset: verdict.rwset };
}

function applyIfCurrent(
  transaction: BlockTransaction,
  parts: { rwset: RwSet; version: Version; batch: UpdateBatch; reader: Reader },
): void {
  const { rwset, version, batch, reader } = parts;
  const conflict = findConflict(rwset, { reader, batch });
  if (conflict) {
    transaction.code = conflict.isPhantom ? code.PHANTOM_READ_CONFLICT : code.MVCC_READ_CONFLICT;
    transaction.why = {
      reason: conflict.isPhantom ? 'a range it read has changed' : 'a key it read has changed',
      conflict,
    };
    return;
  }
  try {
    batch.apply(rwset, version, reader);
  } catch (error) {
    if (!(error instanceof PeerPanic)) throw error;
    const { namespace, collection, key } = error.key;
    const shown = collection ? `${collection}/${keyBytes(key).toString('hex')}` : keyText(key);
    transaction.code = code.INVALID_OTHER_REASON;
    transaction.why = { reason: `${error.message} (${namespace}/${shown})` };
  }
}

function trustGenesis(envelope: Uint8Array, index: number): BlockTransaction {
  const channelHeader = tryChannelHeader(envelope);
  const config =
    channelHeader?.type === headerType.config ? parsePayload(parseEnvelope(envelope).payload).data : undefined;
  return { index, envelope, txId: channelHeader?.txId ?? '', code: code.VALID, ...(config && { config }) };
}
