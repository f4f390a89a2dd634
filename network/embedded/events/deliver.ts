import { common, orderer, peer } from '@hyperledger/fabric-protos';
import { isExpired } from '../../identity/msp-manager.ts';
import { refuseAccess } from '../access.ts';
import type { Channel, Network, Peer } from '../context.ts';
import type { Identity } from '../ledger/types.ts';
import { filterBlock } from './block-content.ts';
import { blocksFrom } from './block-feed.ts';
import { privateDataFor } from './private-data.ts';

export type DeliverKind = 'full' | 'filtered' | 'private';

/** A request that passed all checks. */
interface Seek {
  channel: Channel;
  identity: Identity;
  info: orderer.SeekInfo;
}

const { Status } = common;
const timeWindowMs = 15 * 60_000;

/** Answers one signed seek envelope: the blocks, then a status; a refusal is a status alone. */
export async function* deliver(
  network: Network,
  local: Peer,
  { envelope, kind, signal }: { envelope: common.Envelope; kind: DeliverKind; signal: AbortSignal },
): AsyncGenerator<peer.DeliverResponse> {
  const seek = authorise(network, envelope);
  if (typeof seek === 'number') {
    yield statusResponse(seek);
    return;
  }
  const range = readRange(seek);
  if (typeof range === 'number') {
    yield statusResponse(range);
    return;
  }
  const { channel, identity, info } = seek;
  const failsWhenNotReady = info.getBehavior() === orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY;
  if (failsWhenNotReady && range.start >= channel.ledger.height) {
    yield statusResponse(Status.NOT_FOUND);
    return;
  }
  for await (const block of blocksFrom(channel, range.start, signal)) {
    if (isExpired(identity, network.clock.now())) {
      yield statusResponse(Status.FORBIDDEN);
      return;
    }
    yield blockResponse(channel, block, { kind, identity, mspId: local.mspId });
    const number = block.getHeader()?.getNumber() ?? 0;
    if (number >= range.stop) break;
    if (failsWhenNotReady && number + 1 >= channel.ledger.height) {
      yield statusResponse(Status.NOT_FOUND);
      return;
    }
  }
  if (!signal.aborted) yield statusResponse(Status.SUCCESS);
}

function statusResponse(code: number): peer.DeliverResponse {
  const response = new peer.DeliverResponse();
  response.setStatus(code as ReturnType<typeof response.getStatus>);
  return response;
}

function blockResponse(
  channel: Channel,
  block: common.Block,
  { kind, identity, mspId }: { kind: DeliverKind; identity: Identity; mspId: string },
): peer.DeliverResponse {
  const response = new peer.DeliverResponse();
  if (kind === 'filtered') response.setFilteredBlock(filterBlock(block));
  else if (kind === 'full') response.setBlock(block);
  else {
    const both = new peer.BlockAndPrivateData();
    both.setBlock(block);
    const number = block.getHeader()?.getNumber() ?? 0;
    for (const [tx, rwset] of privateDataFor(channel, number, { identity, mspId }))
      both.getPrivateDataMapMap().set(tx, rwset);
    response.setBlockAndPrivateData(both);
  }
  return response;
}

/** Judges a seek envelope in a peer's order; a number is the status to refuse it with. */
function authorise(network: Network, envelope: common.Envelope): Seek | number {
  const payloadBytes = envelope.getPayload_asU8();
  let channelHeader: common.ChannelHeader;
  let creator: Uint8Array;
  let info: orderer.SeekInfo;
  try {
    const payload = common.Payload.deserializeBinary(payloadBytes);
    const header = payload.getHeader();
    if (!header) return Status.BAD_REQUEST;
    channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
    creator = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()).getCreator_asU8();
    info = orderer.SeekInfo.deserializeBinary(payload.getData_asU8());
  } catch {
    return Status.BAD_REQUEST;
  }
  const sentAt = channelHeader.getTimestamp()?.toDate().getTime();
  // Against the machine's clock: a client's own clock is not the one that tests move.
  if (sentAt === undefined || Math.abs(Date.now() - sentAt) > timeWindowMs) return Status.BAD_REQUEST;
  const channel = network.channels.get(channelHeader.getChannelId());
  if (!channel) return Status.NOT_FOUND;
  const signed = { data: payloadBytes, identity: creator, signature: envelope.getSignature_asU8() };
  if (refuseAccess(channel, 'Readers', signed)) return Status.FORBIDDEN;
  const identity = channel.mspManager.deserialize(creator);
  if (isExpired(identity, network.clock.now())) return Status.FORBIDDEN;
  return { channel, identity, info };
}

function readRange({ channel, info }: Seek): { start: number; stop: number } | number {
  const start = info.getStart();
  const stop = info.getStop();
  if (!start || !stop) return Status.BAD_REQUEST;
  const { height } = channel.ledger;
  const first =
    start.getSpecified()?.getNumber() ?? (start.hasNewest() ? height - 1 : start.hasNextCommit() ? height : 0);
  if (first > height) return Status.NOT_FOUND;
  const last = stop.getSpecified()?.getNumber();
  if (last === undefined) return { start: first, stop: stop.hasNewest() ? Math.max(first, height - 1) : first };
  return last < first ? Status.BAD_REQUEST : { start: first, stop: last };
}
