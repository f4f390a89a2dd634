import { common } from '@hyperledger/fabric-protos';
import { defaultNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { resolve } from '@tangram/network/config/resolve.ts';
import { channels } from '@tangram/network/config/topology.ts';
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

/** Transactions in blocks from one height to another, and how many of them are invalid. */
export async function countTransactions(
  place: Place,
  { from, to }: { from: number; to: number },
): Promise<{ blocks: number; transactions: number; invalid: number }> {
  const counts = { blocks: to - from, transactions: 0, invalid: 0 };
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
        const codes = common.Block.deserializeBinary(bytes).getMetadata()?.getMetadataList_asU8()[filterIndex] ?? [];
        counts.transactions += codes.length;
        counts.invalid += [...codes].filter((code) => code !== 0).length;
      }
    }
  });
  return counts;
}
