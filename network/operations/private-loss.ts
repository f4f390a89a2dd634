import { common, ledger, peer } from '@hyperledger/fabric-protos';
import type { Member } from '../native/members.ts';
import { storedBlock } from './peer-ledger.ts';

/** A block may be some megabytes. */
const blocksAtOnce = 16;

/** A valid transaction's write to an organisation's own private collection: the ledger shows its hashes for ever. */
export interface PrivateWrite {
  channel: string;
  block: number;
  index: number;
  txId: string;
  /** When the client proposed it. */
  time: string;
  namespace: string;
  keys: number;
}

/** What happened on a channel since a height. */
export interface Since {
  blocks: number;
  privateWrites: PrivateWrite[];
}

/** Reads from another organisation's peer what was written to an organisation's private collection from a height on. */
export async function privateWritesSince(
  member: Member,
  { channel, from, to, mspId }: { channel: string; from: number; to: number; mspId: string },
): Promise<Since> {
  const privateWrites: PrivateWrite[] = [];
  for (let first = from; first < to; first += blocksAtOnce) {
    const numbers = Array.from({ length: Math.min(blocksAtOnce, to - first) }, (_, index) => first + index);
    const blocks = await Promise.all(numbers.map((number) => storedBlock(member, channel, number)));
    for (const block of blocks) privateWrites.push(...ownWrites(block, { channel, mspId }));
  }
  return { blocks: Math.max(0, to - from), privateWrites };
}

/** Those of the writes of which a peer does not have the data, by what it delivers with its blocks. */
export async function missingOn(member: Member, writes: readonly PrivateWrite[]): Promise<PrivateWrite[]> {
  const missing: PrivateWrite[] = [];
  for (const [block, ofBlock] of Map.groupBy(writes, ({ channel, block: number }) => `${channel} ${number}`)) {
    const [channel = '', number = ''] = block.split(' ');
    const delivered = await member.peer.fetchPrivateBlock(member.admin, channel, Number(number));
    const held = delivered.getPrivateDataMapMap();
    missing.push(...ofBlock.filter(({ index, namespace }) => !namespacesIn(held.get(index)).includes(namespace)));
  }
  return missing;
}

function ownWrites(block: common.Block, { channel, mspId }: { channel: string; mspId: string }): PrivateWrite[] {
  const number = block.getHeader()?.getNumber() ?? 0;
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  return envelopes.flatMap((bytes, index) => {
    if (codes?.[index] !== peer.TxValidationCode.VALID) return [];
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
    const header = common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? bytes);
    if (header.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return [];
    const time = header.getTimestamp()?.toDate().toISOString() ?? '';
    return collectionWrites(payload.getData_asU8(), `_implicit_org_${mspId}`).map((write) => ({
      channel,
      block: number,
      index,
      txId: header.getTxId(),
      time,
      ...write,
    }));
  });
}

/** Number of keys written to a collection, by namespace. */
function collectionWrites(transaction: Uint8Array, collection: string): { namespace: string; keys: number }[] {
  return peer.Transaction.deserializeBinary(transaction)
    .getActionsList()
    .flatMap((action) => {
      const endorsed = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8()).getAction();
      const response = peer.ProposalResponsePayload.deserializeBinary(
        endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
      );
      const results = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()).getResults_asU8();
      return ledger.rwset.TxReadWriteSet.deserializeBinary(results).getNsRwsetList();
    })
    .flatMap((set) =>
      set.getCollectionHashedRwsetList().flatMap((hashed) => {
        if (hashed.getCollectionName() !== collection) return [];
        const writes = ledger.rwset.kvrwset.HashedRWSet.deserializeBinary(hashed.getHashedRwset_asU8());
        const keys = writes.getHashedWritesList().length;
        return keys === 0 ? [] : [{ namespace: set.getNamespace(), keys }];
      }),
    );
}

const namespacesIn = (held: ledger.rwset.TxPvtReadWriteSet | undefined): string[] =>
  held?.getNsPvtRwsetList().map((set) => set.getNamespace()) ?? [];
