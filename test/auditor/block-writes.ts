import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import { dataHash, headerHash } from '../conformance/blocks.ts';

const { rwset } = ledger;

/** What one valid transaction leaves in the public state. */
export interface TransactionWrites {
  readonly txId: string;
  /** MSPs that endorsed it. */
  readonly endorsers: ReadonlySet<string>;
  readonly writes: readonly { readonly namespace: string; readonly key: string; readonly value: Uint8Array }[];
}

export interface BlockWrites {
  readonly number: number;
  readonly hash: string;
  readonly previousHash: string;
  /** False where the header states other transactions than the block holds. */
  readonly isWhole: boolean;
  readonly transactions: readonly TransactionWrites[];
  readonly invalid: number;
}

/** Reads the writes of a block's valid transactions. */
export function readBlockWrites(block: common.Block): BlockWrites {
  const header = block.getHeader() as common.BlockHeader;
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  const isValid = (index: number) => codes?.[index] === peer.TxValidationCode.VALID;
  return {
    number: header.getNumber(),
    hash: headerHash(block).toString('hex'),
    previousHash: Buffer.from(header.getPreviousHash_asU8()).toString('hex'),
    isWhole: dataHash(block).equals(header.getDataHash_asU8()),
    transactions: envelopes.filter((_, index) => isValid(index)).flatMap(readTransaction),
    invalid: envelopes.filter((_, index) => !isValid(index)).length,
  };
}

/** Channel configuration writes no state that an auditor of payments looks at. */
function readTransaction(bytes: Uint8Array): TransactionWrites[] {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const channel = common.ChannelHeader.deserializeBinary(
    payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
  );
  if (channel.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return [];
  const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  const endorsed = peer.ChaincodeActionPayload.deserializeBinary(
    action?.getPayload_asU8() ?? new Uint8Array(),
  ).getAction();
  const response = peer.ProposalResponsePayload.deserializeBinary(
    endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
  );
  const done = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  const set = rwset.TxReadWriteSet.deserializeBinary(done.getResults_asU8());
  const identities = endorsed?.getEndorsementsList().map((each) => each.getEndorser_asU8()) ?? [];
  return [
    {
      txId: channel.getTxId(),
      endorsers: new Set(identities.map((bytes) => msp.SerializedIdentity.deserializeBinary(bytes).getMspid())),
      writes: set.getNsRwsetList().flatMap((own) =>
        rwset.kvrwset.KVRWSet.deserializeBinary(own.getRwset_asU8())
          .getWritesList()
          .map((write) => ({ namespace: own.getNamespace(), key: write.getKey(), value: write.getValue_asU8() })),
      ),
    },
  ];
}
