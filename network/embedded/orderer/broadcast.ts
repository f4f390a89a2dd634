import { common } from '@hyperledger/fabric-protos';
import type { Network } from '../context.ts';
import { type BroadcastAnswer, readHeaders } from './admission.ts';

/** Hands an envelope to the ordering service of the channel that its header names. */
export function broadcast(network: Network, envelope: common.Envelope): BroadcastAnswer {
  const headers = readHeaders(envelope);
  if (typeof headers === 'string') return { status: common.Status.BAD_REQUEST, info: headers };
  const channel = network.channels.get(headers.channelHeader.getChannelId());
  if (!channel) return { status: common.Status.BAD_REQUEST, info: 'channel does not exist' };
  return channel.orderer.broadcast(envelope, headers);
}
