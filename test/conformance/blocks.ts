import { createHash } from 'node:crypto';
import { common, ledger, peer } from '@hyperledger/fabric-protos';
import type { Session } from './session.ts';
import { codeName } from './session.ts';

const { rwset } = ledger;

/** One transaction of a block. */
export interface BlockTransaction {
  txId: string;
  code: string;
  type: number;
  envelope: common.Envelope;
}

/** Reads blocks of a channel from `start` until `done` says so. */
export async function readBlocks(
  session: Session,
  range: { channel: string; start: number; end: number },
): Promise<common.Block[]> {
  const events = await session.gateway.getNetwork(range.channel).getBlockEvents({ startBlock: BigInt(range.start) });
  const blocks: common.Block[] = [];
  try {
    for await (const block of events) {
      blocks.push(block);
      if ((block.getHeader()?.getNumber() ?? 0) >= range.end) break;
    }
  } finally {
    events.close();
  }
  return blocks;
}

/** Reads one block. */
export async function readBlock(session: Session, number: number, channel = 'finance'): Promise<common.Block> {
  return (await readBlocks(session, { channel, start: number, end: number }))[0] as common.Block;
}

/** The transactions of a block with their validation codes. */
export function transactionsOf(block: common.Block): BlockTransaction[] {
  const filter = metadata(block, common.BlockMetadataIndex.TRANSACTIONS_FILTER);
  return (block.getData()?.getDataList_asU8() ?? []).map((bytes, index) => {
    const envelope = common.Envelope.deserializeBinary(bytes);
    const header = common.Payload.deserializeBinary(envelope.getPayload_asU8()).getHeader();
    const channelHeader = common.ChannelHeader.deserializeBinary(header?.getChannelHeader_asU8() ?? new Uint8Array());
    return {
      txId: channelHeader.getTxId(),
      type: channelHeader.getType(),
      code: codeName(filter[index] as number),
      envelope,
    };
  });
}

/** Bytes of one metadata entry. */
export function metadata(block: common.Block, index: number): Uint8Array {
  return block.getMetadata()?.getMetadataList_asU8()[index] ?? new Uint8Array();
}

/** The commit hash a peer recorded in its copy of a block. */
export function commitHash(block: common.Block): Buffer {
  const entry = metadata(block, common.BlockMetadataIndex.COMMIT_HASH);
  return Buffer.from(common.Metadata.deserializeBinary(entry).getValue_asU8());
}

function derInteger(value: number): Buffer {
  const digits = value.toString(16);
  let bytes = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  if ((bytes[0] as number) & 0x80) bytes = Buffer.concat([Buffer.from([0]), bytes]);
  return Buffer.concat([Buffer.from([0x02, bytes.length]), bytes]);
}

const derOctets = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([0x04, bytes.length]), bytes]);

/** Hash of a block header: SHA-256 over the DER sequence of number, previous hash and data hash. */
export function headerHash(block: common.Block): Buffer {
  const header = block.getHeader() as common.BlockHeader;
  const body = Buffer.concat([
    derInteger(header.getNumber()),
    derOctets(header.getPreviousHash_asU8()),
    derOctets(header.getDataHash_asU8()),
  ]);
  return createHash('sha256')
    .update(Buffer.concat([Buffer.from([0x30, body.length]), body]))
    .digest();
}

/** Hash of a block's data: SHA-256 over the envelopes one after another. */
export function dataHash(block: common.Block): Buffer {
  const hash = createHash('sha256');
  for (const bytes of block.getData()?.getDataList_asU8() ?? []) hash.update(bytes);
  return hash.digest();
}

/** The chaincode action of an endorser transaction. */
export function actionOf(envelope: common.Envelope): peer.ChaincodeAction {
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const action = transaction.getActionsList()[0] as peer.TransactionAction;
  const endorsed = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8()).getAction();
  const response = peer.ProposalResponsePayload.deserializeBinary(
    endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
  );
  return peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
}

/** The read/write sets of an endorser transaction by namespace. */
export function rwsetsOf(
  envelope: common.Envelope,
): Record<string, { public: ledger.rwset.kvrwset.KVRWSet; collections: ledger.rwset.CollectionHashedReadWriteSet[] }> {
  const set = rwset.TxReadWriteSet.deserializeBinary(actionOf(envelope).getResults_asU8());
  return Object.fromEntries(
    set.getNsRwsetList().map((each) => [
      each.getNamespace(),
      {
        public: rwset.kvrwset.KVRWSet.deserializeBinary(each.getRwset_asU8()),
        collections: each.getCollectionHashedRwsetList(),
      },
    ]),
  );
}
