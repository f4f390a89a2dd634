import { status } from '@grpc/grpc-js';
import { common, gateway } from '@hyperledger/fabric-protos';
import type { Network } from '../context.ts';
import { quorumOf } from '../orderer/block-signing.ts';
import { broadcast } from '../orderer/broadcast.ts';
import { type ErrorDetail, RpcError } from './rpc-error.ts';

/** Hands the signed transaction to the ordering service; the answer says that it is ordered, not that it is valid. */
export function submit(network: Network, request: gateway.SubmitRequest): gateway.SubmitResponse {
  const transaction = request.getPreparedTransaction();
  if (!transaction) throw new RpcError(status.INVALID_ARGUMENT, 'a prepared transaction is required');
  if (transaction.getSignature_asU8().length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, 'prepared transaction must be signed');
  }
  const channelId = request.getChannelId();
  if (!network.channels.has(channelId)) {
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `failed to get config for channel [${channelId}]: could not get last config for channel ${channelId}`,
    );
  }
  const answer = broadcast(network, transaction);
  if (answer.status === common.Status.SUCCESS) return new gateway.SubmitResponse();

  const name = Object.entries(common.Status).find(([, value]) => value === answer.status)?.[0];
  const message = `received unsuccessful response from orderer: status=${name}, info=${answer.info}`;
  const orderers = [...network.peers.values()].filter(({ organization }) => organization.orderer);
  // The gateway gives up as soon as a quorum has become impossible, and reports the orderers heard so far.
  const heard = orderers.slice(0, orderers.length - quorumOf(orderers.length) + 1);
  const details: ErrorDetail[] = heard.map(({ address, mspId }) => ({ address, mspId, message }));
  throw new RpcError(
    status.UNAVAILABLE,
    'insufficient number of orderers could successfully process transaction to satisfy quorum requirement',
    details,
  );
}
