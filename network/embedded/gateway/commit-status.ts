import { status } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import { refuseAccess } from '../access.ts';
import type { Channel, Network, Peer } from '../context.ts';
import { RpcError } from './rpc-error.ts';

/** Answers with the validation code as soon as the transaction is durably committed; waits for it until the client gives up. */
export async function commitStatus(
  network: Network,
  local: Peer,
  { signed, cancelled }: { signed: gateway.SignedCommitStatusRequest; cancelled: Promise<void> },
): Promise<gateway.CommitStatusResponse | undefined> {
  const { channel, txId } = authorise(network, signed);
  const found = channel.ledger.locateTransaction(txId) ?? (await nextCommitOf(channel, txId, cancelled));
  if (!found) return undefined;
  if (network.faults.strike('timeout-commit-status', { mspId: local.mspId, channel: channel.id })) {
    // The transaction stands, but its client is not to learn of it in time.
    await cancelled;
    return undefined;
  }
  const response = new gateway.CommitStatusResponse();
  response.setResult(found.code as ReturnType<typeof response.getResult>);
  response.setBlockNumber(found.block);
  return response;
}

function authorise(network: Network, signed: gateway.SignedCommitStatusRequest): { channel: Channel; txId: string } {
  const bytes = signed.getRequest_asU8();
  if (bytes.length === 0) throw new RpcError(status.INVALID_ARGUMENT, 'a commit status request is required');
  const request = parse(bytes);
  const identity = request.getIdentity_asU8();
  const channelId = request.getChannelId();
  const txId = request.getTransactionId();
  if (identity.length === 0) throw new RpcError(status.INVALID_ARGUMENT, 'no identity provided');
  if (!channelId) throw new RpcError(status.INVALID_ARGUMENT, 'no channel ID provided');
  if (!txId) throw new RpcError(status.INVALID_ARGUMENT, 'transaction ID should not be empty');
  const channel = network.channels.get(channelId);
  const refusal = channel
    ? refuseAccess(channel, 'Readers', { data: bytes, identity, signature: signed.getSignature_asU8() })
    : `Failed to get policy manager for channel [${channelId}]`;
  if (!channel || refusal) throw new RpcError(status.PERMISSION_DENIED, refusal ?? '');
  return { channel, txId };
}

function parse(bytes: Uint8Array): gateway.CommitStatusRequest {
  try {
    return gateway.CommitStatusRequest.deserializeBinary(bytes);
  } catch (error) {
    throw new RpcError(status.INVALID_ARGUMENT, `invalid status request: ${(error as Error).message}`);
  }
}

function nextCommitOf(
  channel: Channel,
  txId: string,
  cancelled: Promise<void>,
): Promise<{ code: number; block: number } | undefined> {
  return new Promise((resolve) => {
    const stop = channel.onCommit(({ blockNumber, txIds, validationCodes }) => {
      const index = txIds.indexOf(txId);
      if (index < 0) return;
      stop();
      resolve({ code: validationCodes[index] ?? 0, block: blockNumber });
    });
    void cancelled.then(() => {
      stop();
      resolve(undefined);
    });
  });
}
