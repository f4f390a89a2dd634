import * as grpc from '@grpc/grpc-js';
import type { gateway, peer } from '@hyperledger/fabric-protos';
import type { Network, Peer } from '../context.ts';
import { endorse } from '../endorser/endorser.ts';
import { unpackProposal } from '../endorser/proposal.ts';
import { chaincodeEvents } from '../events/chaincode-events.ts';
import { commitStatus } from '../gateway/commit-status.ts';
import { endorseTransaction } from '../gateway/endorse.ts';
import { evaluate } from '../gateway/evaluate.ts';
import { RpcError } from '../gateway/rpc-error.ts';
import { submit } from '../gateway/submit.ts';
import type { EventStreams } from './event-streams.ts';

type Unary<Request, Response> = grpc.handleUnaryCall<Request, Response>;

function toServiceError(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof RpcError) return { code: error.code, details: error.message, metadata: error.metadata };
  return { code: grpc.status.INTERNAL, details: error instanceof Error ? error.message : String(error) };
}

/** A unary handler over a function that may refuse with an RpcError. */
function unary<Request, Response>(
  handle: (
    request: Request,
    call: grpc.ServerUnaryCall<Request, Response>,
  ) => Response | undefined | Promise<Response | undefined>,
): Unary<Request, Response> {
  return async (call, callback) => {
    try {
      const response = await handle(call.request, call);
      if (response !== undefined) callback(null, response);
    } catch (error) {
      callback(toServiceError(error));
    }
  };
}

/** gateway.Gateway of one organisation's peer. */
export function gatewayService(
  network: Network,
  local: Peer,
  streams: EventStreams,
): grpc.UntypedServiceImplementation {
  return {
    evaluate: unary<gateway.EvaluateRequest, gateway.EvaluateResponse>((request) => evaluate(network, local, request)),
    endorse: unary<gateway.EndorseRequest, gateway.EndorseResponse>(async (request) => {
      const channel = network.channels.get(request.getChannelId());
      const txId = request.getTransactionId();
      channel?.orderer.expect(txId);
      let isEndorsed = false;
      try {
        const response = await endorseTransaction(network, local, request);
        isEndorsed = true;
        return response;
      } finally {
        channel?.orderer.endorsed(txId, isEndorsed);
      }
    }),
    submit: unary<gateway.SubmitRequest, gateway.SubmitResponse>((request) => submit(network, request)),
    commitStatus: unary<gateway.SignedCommitStatusRequest, gateway.CommitStatusResponse>((signed, call) => {
      const cancelled = new Promise<void>((resolve) => call.on('cancelled', resolve));
      return commitStatus(network, local, { signed, cancelled });
    }),
    chaincodeEvents: ((
      call: grpc.ServerWritableStream<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>,
    ) => {
      void streams.serve(call, local.mspId, (signal) => chaincodeEvents(network, call.request, signal));
    }) as grpc.UntypedHandleCall,
  };
}

/** protos.Endorser of one organisation's peer, for clients that choose endorsers themselves. */
export function endorserService(network: Network, local: Peer): grpc.UntypedServiceImplementation {
  return {
    processProposal: unary<peer.SignedProposal, peer.ProposalResponse>(async (signed) => {
      let proposal: ReturnType<typeof unpackProposal>;
      try {
        proposal = unpackProposal(signed);
      } catch (error) {
        throw new RpcError(grpc.status.UNKNOWN, (error as Error).message);
      }
      const answer = await endorse(network, local, proposal);
      if (answer.kind === 'answered') return answer.response;
      throw new RpcError(answer.kind === 'refused' ? grpc.status.UNKNOWN : grpc.status.UNAVAILABLE, answer.message);
    }),
  };
}
