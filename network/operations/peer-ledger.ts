import { common, peer } from '@hyperledger/fabric-protos';
import { dataHash, headerHash } from '../embedded/ledger/hashing.ts';
import type { Member } from '../native/members.ts';
import { heightOf } from '../native/state.ts';

const { COMMIT_HASH, TRANSACTIONS_FILTER } = common.BlockMetadataIndex;

/** What a peer's stored block says of itself, hashes in hex. */
export interface BlockFacts {
  number: number;
  /** Hash of the header as it is stored: the next block's previous hash. */
  headerHash: string;
  previousHash: string;
  /** Hash of the transactions that the header states. */
  dataHash: string;
  /** Hash of the transactions as they are stored. */
  storedDataHash: string;
  /** Hash over the validation codes, the writes and the former commit hash; block 0 has none. */
  commitHash: string;
  transactions: { txId: string; code: string }[];
}

/** One peer's ledger of one channel, as the peer itself answers. */
export interface PeerLedger {
  /** `cedar`, or `cedar.1` for a second peer. */
  peer: string;
  height(): Promise<number>;
  block(number: number): Promise<BlockFacts>;
}

/** The ledger of a member's peer, read with the administrator's key through the peer's own query chaincode. */
export function peerLedger(member: Member, channel: string): PeerLedger {
  return {
    peer: member.peerName,
    height: () => heightOf(member, channel),
    block: async (number) => blockFacts(await storedBlock(member, channel, number)),
  };
}

/** A block as a peer has it. */
export async function storedBlock({ peer: client, admin }: Member, channel: string, number: number) {
  const args = ['GetBlockByNumber', channel, String(number)];
  return common.Block.deserializeBinary(await client.query(admin, { chaincode: 'qscc', channel, args }));
}

/** Reads a block's facts; transactions that cannot be read have no id. */
export function blockFacts(block: common.Block): BlockFacts {
  const header = block.getHeader() ?? new common.BlockHeader();
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
  const codes = metadata[TRANSACTIONS_FILTER] ?? new Uint8Array();
  return {
    number: header.getNumber(),
    headerHash: headerHash(header).toString('hex'),
    previousHash: hex(header.getPreviousHash_asU8()),
    dataHash: hex(header.getDataHash_asU8()),
    storedDataHash: dataHash(envelopes).toString('hex'),
    commitHash: hex(metadataValue(metadata[COMMIT_HASH])),
    transactions: envelopes.map((bytes, index) => ({ txId: txIdOf(bytes), code: codeName(codes[index]) })),
  };
}

/** A byte that is tampered with may make any of these unreadable; that is then what differs. */
function metadataValue(bytes: Uint8Array | undefined): Uint8Array {
  try {
    return common.Metadata.deserializeBinary(bytes ?? new Uint8Array()).getValue_asU8();
  } catch {
    return new Uint8Array();
  }
}

function txIdOf(bytes: Uint8Array): string {
  try {
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
    const header = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array();
    return common.ChannelHeader.deserializeBinary(header).getTxId();
  } catch {
    return '';
  }
}

function codeName(code: number | undefined): string {
  const named = Object.entries(peer.TxValidationCode).find(([, value]) => value === code);
  return named?.[0] ?? `code ${code ?? 'absent'}`;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
