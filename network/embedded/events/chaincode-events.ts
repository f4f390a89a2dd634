import { status } from '@grpc/grpc-js';
import { gateway, type orderer, type peer } from '@hyperledger/fabric-protos';
import { refuseAccess } from '../access.ts';
import type { Channel, Network } from '../context.ts';
import { RpcError } from '../gateway/rpc-error.ts';
import { readTransactions } from './block-content.ts';
import { blocksFrom } from './block-feed.ts';

const valid = 0;

/** Streams a chaincode's events of valid transactions, one response a block that has any, from where the request says. */
export async function* chaincodeEvents(
  network: Network,
  signed: gateway.SignedChaincodeEventsRequest,
  signal: AbortSignal,
): AsyncGenerator<gateway.ChaincodeEventsResponse> {
  const { channel, request } = authorise(network, signed);
  const isMatch = eventMatcher(request);
  for await (const block of blocksFrom(channel, startBlock(channel, request), signal)) {
    const events = readTransactions(block)
      .filter(({ validationCode }) => validationCode === valid)
      .flatMap((transaction) => transaction.events)
      .filter((event) => event !== undefined && isMatch(event)) as peer.ChaincodeEvent[];
    if (events.length === 0) continue;
    const response = new gateway.ChaincodeEventsResponse();
    response.setBlockNumber(block.getHeader()?.getNumber() ?? 0);
    response.setEventsList(events);
    yield response;
  }
}

function authorise(
  network: Network,
  signed: gateway.SignedChaincodeEventsRequest,
): { channel: Channel; request: gateway.ChaincodeEventsRequest } {
  const bytes = signed.getRequest_asU8();
  if (bytes.length === 0) throw new RpcError(status.INVALID_ARGUMENT, 'a chaincode events request is required');
  let request: gateway.ChaincodeEventsRequest;
  try {
    request = gateway.ChaincodeEventsRequest.deserializeBinary(bytes);
  } catch (error) {
    throw new RpcError(status.INVALID_ARGUMENT, `invalid chaincode events request: ${(error as Error).message}`);
  }
  const channelId = request.getChannelId();
  const channel = network.channels.get(channelId);
  const data = { data: bytes, identity: request.getIdentity_asU8(), signature: signed.getSignature_asU8() };
  const refusal = channel
    ? refuseAccess(channel, 'Readers', data)
    : `Failed to get policy manager for channel [${channelId}]`;
  if (!channel || refusal) throw new RpcError(status.PERMISSION_DENIED, refusal ?? '');
  return { channel, request };
}

function eventMatcher(request: gateway.ChaincodeEventsRequest): (event: peer.ChaincodeEvent) => boolean {
  const chaincode = request.getChaincodeId();
  const after = request.getAfterTransactionId();
  let hasPassed = !after;
  return (event) => {
    if (hasPassed) return event.getChaincodeId() === chaincode;
    if (event.getTxId() === after) hasPassed = true;
    return false;
  };
}

function startBlock(channel: Channel, request: gateway.ChaincodeEventsRequest): number {
  const after = request.getAfterTransactionId();
  const block = after && channel.ledger.locateTransaction(after)?.block;
  if (typeof block === 'number') return block;
  const position: orderer.SeekPosition | undefined = request.getStartPosition();
  const specified = position?.getSpecified();
  if (specified) return specified.getNumber();
  if (position?.hasOldest() || position?.hasNewest()) {
    const kind = position.hasOldest() ? 'Oldest' : 'Newest';
    throw new RpcError(status.INVALID_ARGUMENT, `invalid start position type: *orderer.SeekPosition_${kind}`);
  }
  return channel.ledger.height;
}
