import { common } from '@hyperledger/fabric-protos';
import type { PeerState } from '../drivers/network.ts';
import { type Member, perPeer } from './members.ts';

/** Index of the commit hash among a block's metadata. */
const commitHashIndex = common.BlockMetadataIndex.COMMIT_HASH;

/** Number of blocks that a peer has of a channel. */
export async function heightOf({ peer, admin }: Member, channel: string): Promise<number> {
  const answer = await peer.query(admin, { chaincode: 'qscc', channel, args: ['GetChainInfo', channel] });
  return common.BlockchainInfo.deserializeBinary(answer).getHeight();
}

/** Commit hash that a peer noted when it committed the block below this height. */
export async function stateHashAt({ peer, admin }: Member, channel: string, height: number): Promise<string> {
  const args = ['GetBlockByNumber', channel, String(height - 1)];
  const block = common.Block.deserializeBinary(await peer.query(admin, { chaincode: 'qscc', channel, args }));
  const value = block.getMetadata()?.getMetadataList_asU8()[commitHashIndex] ?? new Uint8Array();
  return Buffer.from(common.Metadata.deserializeBinary(value).getValue_asU8()).toString('hex');
}

/** State of every peer at the smallest height that all have reached: peers of a real network commit at their own pace. */
export async function peerStates(members: readonly Member[], channel: string): Promise<PeerState[]> {
  const all = perPeer(members);
  const height = Math.min(...(await Promise.all(all.map((member) => heightOf(member, channel)))));
  return Promise.all(
    all.map(async (member) => ({
      organization: member.organization.name,
      peer: member.peerName,
      height,
      stateHash: await stateHashAt(member, channel, height),
    })),
  );
}
