import { common } from '@hyperledger/fabric-protos';
import { defaultNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { resolve } from '@tangram/network/config/resolve.ts';
import { channels } from '@tangram/network/config/topology.ts';
import { rwSetOfEnvelope } from '@tangram/network/embedded/ledger/rwset.ts';
import { type Member, withMembers } from '@tangram/network/native/members.ts';
import { heightOf } from '@tangram/network/native/state.ts';
import type { BenchNetwork } from './bench-network.ts';

const blocksAtATime = 8;
const filterIndex = common.BlockMetadataIndex.TRANSACTIONS_FILTER;

type Place = Pick<BenchNetwork, 'dataFolder' | 'portBase'>;

/** Asks Cedar's peer as its administrator; both drivers' peers speak the same protocol. */
export function askPeer<Answer>(
  { dataFolder, portBase }: Place,
  work: (member: Member) => Promise<Answer>,
): Promise<Answer> {
  const network = resolve(readNetworkFile(defaultNetworkFile), { gateway: portBase, network: portBase });
  return withMembers(network, `${dataFolder}/organizations`, ([member]) => work(member as Member));
}

/** Number of blocks of the finance channel now. */
export const ledgerHeight = (place: Place): Promise<number> =>
  askPeer(place, (member) => heightOf(member, channels.finance));

export interface TransactionCounts {
  blocks: number;
  transactions: number;
  /** Found invalid when their block was committed. */
  invalid: number;
  keysRead: number;
  keysWritten: number;
}

/** Transactions in blocks from one height to another, what they read and write, and how many are invalid. */
export async function countTransactions(
  place: Place,
  { from, to }: { from: number; to: number },
): Promise<TransactionCounts> {
  const counts: TransactionCounts = { blocks: to - from, transactions: 0, invalid: 0, keysRead: 0, keysWritten: 0 };
  await askPeer(place, async ({ peer, admin }) => {
    const { finance: channel } = channels;
    for (let first = from; first < to; first += blocksAtATime) {
      const numbers = Array.from({ length: Math.min(blocksAtATime, to - first) }, (_, offset) => first + offset);
      const blocks = await Promise.all(
        numbers.map((number) =>
          peer.query(admin, { chaincode: 'qscc', channel, args: ['GetBlockByNumber', channel, String(number)] }),
        ),
      );
      for (const bytes of blocks) {
        const block = common.Block.deserializeBinary(bytes);
        const codes = block.getMetadata()?.getMetadataList_asU8()[filterIndex] ?? [];
        for (const { kv } of (block.getData()?.getDataList_asU8() ?? []).flatMap(rwSetOfEnvelope)) {
          counts.keysRead += kv.reads.length;
          counts.keysWritten += kv.writes.length;
        }
        counts.transactions += codes.length;
        counts.invalid += [...codes].filter((code) => code !== 0).length;
      }
    }
  });
  return counts;
}
