import { status } from '@grpc/grpc-js';
import { gateway, peer } from '@hyperledger/fabric-protos';
import { type Network, type Peer, peersWithChaincode } from '../context.ts';
import { type Proposal, unpackProposal } from '../endorser/proposal.ts';
import { askEndorser } from './endorser-outcome.ts';
import { type ErrorDetail, RpcError } from './rpc-error.ts';

/** Runs the proposal on one peer, the gateway's own first, and returns the chaincode's response. */
export async function evaluate(
  network: Network,
  local: Peer,
  request: gateway.EvaluateRequest,
): Promise<gateway.EvaluateResponse> {
  const proposal = unpack(request.getProposedTransaction());
  const peers = chooseEvaluators(network, local, { proposal, targets: request.getTargetOrganizationsList() });

  const details: ErrorDetail[] = [];
  let code = status.UNAVAILABLE;
  for (const endorser of peers) {
    const outcome = await askEndorser(network, local, { peer: endorser, proposal });
    if (outcome.isOk) return toResponse(outcome.response);
    details.push(outcome.detail);
    code = outcome.code;
    if (!outcome.isRetryable) {
      throw new RpcError(code, `evaluate call to endorser returned error: ${outcome.message}`, details);
    }
  }
  throw new RpcError(code, 'failed to evaluate transaction, see attached details for more info', details);
}

function unpack(signed: peer.SignedProposal | undefined): Proposal {
  const refuse = (message: string) =>
    new RpcError(status.INVALID_ARGUMENT, `failed to unpack transaction proposal: ${message}`);
  if (!signed || signed.getProposalBytes_asU8().length === 0) throw refuse('a signed proposal is required');
  let proposal: Proposal;
  try {
    proposal = unpackProposal(signed);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  if (!proposal.channelId) throw refuse('no channel id provided');
  return proposal;
}

function chooseEvaluators(
  network: Network,
  local: Peer,
  { proposal, targets }: { proposal: Proposal; targets: string[] },
): Peer[] {
  const { channelId, chaincodeName } = proposal;
  if (!network.channels.has(channelId)) {
    throw new RpcError(
      status.UNAVAILABLE,
      `failed to get config for channel [${channelId}]: could not get last config for channel ${channelId}`,
    );
  }
  const isTransientProtected = proposal.hasTransientData && targets.length === 0;
  const wanted = isTransientProtected ? [local.mspId] : targets;
  const able = peersWithChaincode(network, channelId, chaincodeName).filter(
    ({ mspId }) => wanted.length === 0 || wanted.includes(mspId),
  );
  if (able.length === 0) {
    const reason = `no peers available to evaluate chaincode ${chaincodeName} in channel ${channelId}`;
    throw new RpcError(
      status.FAILED_PRECONDITION,
      isTransientProtected
        ? `no endorsers found in the gateway's organization; retry specifying target organization(s) to protect transient data: ${reason}`
        : reason,
    );
  }
  return [...able.filter((candidate) => candidate === local), ...able.filter((candidate) => candidate !== local)];
}

/** The result stands in the endorsed payload; an endorser need not repeat it in its response. */
function toResponse(proposalResponse: peer.ProposalResponse): gateway.EvaluateResponse {
  const result = proposalResponse.getResponse() ?? new peer.Response();
  const payload = peer.ProposalResponsePayload.deserializeBinary(proposalResponse.getPayload_asU8());
  const action = peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8());
  result.setPayload(action.getResponse()?.getPayload_asU8() ?? new Uint8Array(0));
  const response = new gateway.EvaluateResponse();
  response.setResult(result);
  return response;
}
