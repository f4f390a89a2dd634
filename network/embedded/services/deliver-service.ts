import type * as grpc from '@grpc/grpc-js';
import { common, orderer, type peer } from '@hyperledger/fabric-protos';
import type { Network, Peer } from '../context.ts';
import { type DeliverKind, deliver } from '../events/deliver.ts';
import { broadcast } from '../orderer/broadcast.ts';
import type { EventStreams } from './event-streams.ts';

type SeekCall<Response> = grpc.ServerDuplexStream<common.Envelope, Response>;

/** Envelopes as the client sends them, until it closes its side. */
async function* requestsOf<Request>(call: grpc.ServerDuplexStream<Request, unknown>): AsyncGenerator<Request> {
  try {
    // Who stops asking must not tear the call down: its status is still to be sent.
    yield* call.iterator({ destroyOnReturn: false }) as AsyncIterable<Request>;
  } catch {
    // The client has left; there is nobody to answer.
  }
}

/** One request after the other, each answered to its end; a status other than SUCCESS is the last word. */
async function* answers(
  network: Network,
  local: Peer,
  { call, kind, signal }: { call: SeekCall<unknown>; kind: DeliverKind; signal: AbortSignal },
): AsyncGenerator<peer.DeliverResponse> {
  for await (const envelope of requestsOf(call)) {
    for await (const response of deliver(network, local, { envelope, kind, signal })) {
      yield response;
      if (response.hasStatus() && response.getStatus() !== common.Status.SUCCESS) return;
    }
    if (signal.aborted) return;
  }
}

/** protos.Deliver of one organisation's peer. */
export function deliverService(
  network: Network,
  local: Peer,
  streams: EventStreams,
): grpc.UntypedServiceImplementation {
  const handler = (kind: DeliverKind) => (call: SeekCall<peer.DeliverResponse>) => {
    void streams.serve(call, local.mspId, (signal) => answers(network, local, { call, kind, signal }));
  };
  return {
    deliver: handler('full') as grpc.UntypedHandleCall,
    deliverFiltered: handler('filtered') as grpc.UntypedHandleCall,
    deliverWithPrivateData: handler('private') as grpc.UntypedHandleCall,
  };
}

/** orderer.AtomicBroadcast, for tools that order and read blocks without a gateway. */
export function broadcastService(
  network: Network,
  local: Peer,
  streams: EventStreams,
): grpc.UntypedServiceImplementation {
  const handleBroadcast = (call: grpc.ServerDuplexStream<common.Envelope, orderer.BroadcastResponse>) => {
    call.on('error', () => call.destroy());
    call.on('end', () => call.end());
    call.on('data', (envelope: common.Envelope) => {
      const answer = broadcastEnvelope(network, envelope);
      call.write(answer);
      if (answer.getStatus() !== common.Status.SUCCESS) call.end();
    });
  };
  async function* blocks(call: SeekCall<orderer.DeliverResponse>, signal: AbortSignal) {
    for await (const answer of answers(network, local, { call, kind: 'full', signal })) {
      const response = new orderer.DeliverResponse();
      const block = answer.getBlock();
      if (block) response.setBlock(block);
      else response.setStatus(answer.getStatus());
      yield response;
    }
  }
  return {
    broadcast: handleBroadcast as grpc.UntypedHandleCall,
    deliver: ((call: SeekCall<orderer.DeliverResponse>) => {
      void streams.serve(call, local.mspId, (signal) => blocks(call, signal));
    }) as grpc.UntypedHandleCall,
  };
}

function broadcastEnvelope(network: Network, envelope: common.Envelope): orderer.BroadcastResponse {
  const response = new orderer.BroadcastResponse();
  const answer = broadcast(network, envelope);
  response.setStatus(answer.status as ReturnType<typeof response.getStatus>);
  response.setInfo(answer.info);
  return response;
}
