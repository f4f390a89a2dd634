import { common, gateway, ledger, peer } from '@hyperledger/fabric-protos';
import { hashBlockHeader } from './block-hash.ts';

export interface KeyWrite {
  namespace: string;
  key: string;
  /** As stored; null for a delete. */
  value: Uint8Array | null;
}

export interface PrivateWrite extends KeyWrite {
  collection: string;
}

export interface LedgerTransaction {
  index: number;
  transactionId: string;
  /** ISO instant from the channel header. */
  time: string;
  /** 0 is valid; otherwise the peer's validation code. */
  validationCode: number;
  /** Empty for invalid transactions, whose writes never happened. */
  writes: KeyWrite[];
  privateWrites: PrivateWrite[];
  /** The transaction wrote private data for this organisation that the peer did not deliver with it. */
  privateDataMissing?: true;
}

export interface LedgerBlock {
  number: bigint;
  /** Header hash, lower-case hex; the next block's previousHash. */
  hash: string;
  previousHash: string;
  transactions: LedgerTransaction[];
}

/**
 * Reads a block and the private data delivered with it; other than endorser transactions are left out. A peer of
 * `mspId` must have delivered what was written to the organisation's implicit collection.
 */
export function decodeBlock(block: common.Block, privateData?: peer.BlockAndPrivateData, mspId?: string): LedgerBlock {
  const header = block.getHeader();
  if (!header) throw new Error('block without a header');
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  const ownCollection = `_implicit_org_${mspId}`;
  const transactions: LedgerTransaction[] = [];
  envelopes.forEach((bytes, index) => {
    const validationCode = codes?.[index] ?? peer.TxValidationCode.NOT_VALIDATED;
    const decoded = decodeEnvelope(bytes, { index, validationCode });
    if (!decoded) return;
    const { transaction, privateCollections } = decoded;
    const privateSet = privateData?.getPrivateDataMapMap().get(index);
    if (privateSet && validationCode === 0) transaction.privateWrites = readPrivateWrites(privateSet);
    const hasOwn = transaction.privateWrites.some(({ collection }) => collection === ownCollection);
    if (privateCollections.has(ownCollection) && !hasOwn) transaction.privateDataMissing = true;
    transactions.push(transaction);
  });
  const number = BigInt(header.getNumber());
  const previousHash = header.getPreviousHash_asU8();
  return {
    number,
    hash: hashBlockHeader({ number, previousHash, dataHash: header.getDataHash_asU8() }),
    previousHash: Buffer.from(previousHash).toString('hex'),
    transactions,
  };
}

function decodeEnvelope(
  bytes: Uint8Array,
  at: { index: number; validationCode: number },
): { transaction: LedgerTransaction; privateCollections: Set<string> } | undefined {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? bytes);
  if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return undefined;
  const isValid = at.validationCode === 0;
  const { writes, privateCollections } = isValid ? readWrites(payload.getData_asU8()) : noWrites;
  const transaction: LedgerTransaction = {
    ...at,
    transactionId: channelHeader.getTxId(),
    time: (channelHeader.getTimestamp()?.toDate() ?? new Date(0)).toISOString(),
    writes,
    privateWrites: [],
  };
  return { transaction, privateCollections };
}

/** Public writes of a transaction that was endorsed and not submitted yet (a PreparedTransaction). */
export function readEndorsedWrites(prepared: Uint8Array): KeyWrite[] {
  const envelope = gateway.PreparedTransaction.deserializeBinary(prepared).getEnvelope();
  const payload = common.Payload.deserializeBinary(envelope?.getPayload_asU8() ?? new Uint8Array());
  return readWrites(payload.getData_asU8()).writes;
}

interface WriteSet {
  writes: KeyWrite[];
  /** Collections that were written to, of which the block itself holds only hashes. */
  privateCollections: Set<string>;
}

const noWrites: WriteSet = { writes: [], privateCollections: new Set() };

function readWrites(transactionBytes: Uint8Array): WriteSet {
  const writes: KeyWrite[] = [];
  const privateCollections = new Set<string>();
  for (const action of peer.Transaction.deserializeBinary(transactionBytes).getActionsList()) {
    const payload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
    const responseBytes = payload.getAction()?.getProposalResponsePayload_asU8();
    if (!responseBytes) continue;
    const response = peer.ProposalResponsePayload.deserializeBinary(responseBytes);
    const chaincodeAction = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
    const readWriteSet = ledger.rwset.TxReadWriteSet.deserializeBinary(chaincodeAction.getResults_asU8());
    for (const set of readWriteSet.getNsRwsetList()) {
      for (const write of readSet(set.getRwset_asU8())) {
        writes.push({ namespace: set.getNamespace(), ...write });
      }
      for (const collection of set.getCollectionHashedRwsetList()) {
        const hashed = ledger.rwset.kvrwset.HashedRWSet.deserializeBinary(collection.getHashedRwset_asU8());
        if (hashed.getHashedWritesList().length > 0) privateCollections.add(collection.getCollectionName());
      }
    }
  }
  return { writes, privateCollections };
}

function readPrivateWrites(privateSet: ledger.rwset.TxPvtReadWriteSet): PrivateWrite[] {
  const writes: PrivateWrite[] = [];
  for (const set of privateSet.getNsPvtRwsetList()) {
    for (const collection of set.getCollectionPvtRwsetList()) {
      for (const write of readSet(collection.getRwset_asU8())) {
        writes.push({ namespace: set.getNamespace(), collection: collection.getCollectionName(), ...write });
      }
    }
  }
  return writes;
}

function readSet(bytes: Uint8Array): { key: string; value: Uint8Array | null }[] {
  return ledger.rwset.kvrwset.KVRWSet.deserializeBinary(bytes)
    .getWritesList()
    .map((write) => ({
      key: write.getKey(),
      value: write.getIsDelete() ? null : write.getValue_asU8(),
    }));
}
