import { readFileSync } from 'node:fs';
import * as grpc from '@grpc/grpc-js';
import { common, gateway, orderer, peer } from '@hyperledger/fabric-protos';
import type { Signer } from '../identity/signer.ts';
import { type Call, type SignedCall, signProposal } from './proposal.ts';
import { seekEnvelope } from './signed-envelope.ts';

const callMilliseconds = 20_000;
const maxMessageBytes = 100 * 1024 * 1024;

interface Message {
  serializeBinary(): Uint8Array;
}

export interface NodeAddress {
  /** Named in errors: `peer of cedar`. */
  role: string;
  address: string;
  tlsCaFile: string;
  /** Name in the node's certificate: an organisation's CA may issue for other hosts too. */
  serverName: string;
}

/** A refusal by a peer or orderer, with the node's own words. */
export class NodeError extends Error {}

/** Connects to a peer or orderer with TLS; nothing is sent before the first call. */
export function connectNode({ role, address, tlsCaFile, serverName }: NodeAddress) {
  const client = new grpc.Client(address, grpc.credentials.createSsl(readFileSync(tlsCaFile)), {
    'grpc.ssl_target_name_override': serverName,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    // A node that is being started again is tried soon again.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
  });
  const deadline = () => ({ deadline: Date.now() + callMilliseconds });
  const serialize = (message: Message) => Buffer.from(message.serializeBinary());
  const explain = (error: Error) => new NodeError(`The ${role} at ${address}: ${error.message}`);

  function unary<Answer>(path: string, request: Message, read: (bytes: Uint8Array) => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        serialize,
        read as (bytes: Buffer) => Answer,
        request,
        deadline(),
        (error, answer) => (error ? reject(explain(error)) : resolve(answer as Answer)),
      );
    });
  }

  /** Has a signed proposal executed and endorsed; refuses any status but 200. */
  async function endorse({ signed }: SignedCall): Promise<peer.ProposalResponse> {
    const answer = await unary('/protos.Endorser/ProcessProposal', signed, peer.ProposalResponse.deserializeBinary);
    const response = answer.getResponse();
    if (response?.getStatus() !== 200) {
      throw new NodeError(`The ${role} at ${address} refused: ${response?.getStatus()} ${response?.getMessage()}`);
    }
    return answer;
  }

  /** Calls a function of a system chaincode and returns its answer; nothing is ordered. */
  async function query(signer: Signer, call: Call): Promise<Uint8Array> {
    const answer = await endorse(signProposal(signer, call));
    return answer.getResponse()?.getPayload_asU8() ?? new Uint8Array();
  }

  /** The identity, serialised, with which the peer endorses on a channel. */
  async function endorser(signer: Signer, channel: string): Promise<Uint8Array> {
    const call = { chaincode: 'qscc', channel, args: ['GetChainInfo', channel] };
    const answer = await endorse(signProposal(signer, call));
    return answer.getEndorsement()?.getEndorser_asU8() ?? new Uint8Array();
  }

  /** Hands an envelope to an orderer. */
  function broadcast(envelope: common.Envelope): Promise<void> {
    return new Promise((resolve, reject) => {
      const call = client.makeBidiStreamRequest(
        '/orderer.AtomicBroadcast/Broadcast',
        serialize,
        orderer.BroadcastResponse.deserializeBinary as (bytes: Buffer) => orderer.BroadcastResponse,
        deadline(),
      );
      call.on('error', (error) => reject(explain(error)));
      call.on('data', (answer: orderer.BroadcastResponse) => {
        call.end();
        if (answer.getStatus() === common.Status.SUCCESS) resolve();
        else reject(new NodeError(`The ${role} at ${address} refused: ${answer.getStatus()} ${answer.getInfo()}`));
      });
      call.write(envelope);
    });
  }

  /** Waits until the peer has committed a transaction; returns its validation code. */
  async function commitStatus(signer: Signer, channel: string, txId: string): Promise<number> {
    const request = new gateway.CommitStatusRequest();
    request.setTransactionId(txId);
    request.setChannelId(channel);
    request.setIdentity(signer.serialized);
    const signed = new gateway.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    signed.setSignature(signer.sign(signed.getRequest_asU8()));
    const answer = await unary('/gateway.Gateway/CommitStatus', signed, gateway.CommitStatusResponse.deserializeBinary);
    return answer.getResult();
  }

  /** Fetches a block from an orderer, which may still be waiting for it, or its newest. */
  const fetchBlock = (signer: Signer, channel: string, block: number | 'newest'): Promise<common.Block> =>
    fetchOne('/orderer.AtomicBroadcast/Deliver', seekEnvelope(signer, channel, block), (bytes) => {
      const answer = orderer.DeliverResponse.deserializeBinary(bytes);
      return answer.getBlock() ?? answer.getStatus();
    });

  /** Fetches a block from a peer, with the private data of it that the peer has and the signer may see. */
  const fetchPrivateBlock = (signer: Signer, channel: string, number: number): Promise<peer.BlockAndPrivateData> =>
    fetchOne('/protos.Deliver/DeliverWithPrivateData', seekEnvelope(signer, channel, number), (bytes) => {
      const answer = peer.DeliverResponse.deserializeBinary(bytes);
      return answer.getBlockAndPrivateData() ?? answer.getStatus();
    });

  /** The first answer of a stream of blocks; refuses a status in its place. */
  function fetchOne<Found>(
    path: string,
    request: common.Envelope,
    read: (bytes: Buffer) => Found | number,
  ): Promise<Found> {
    return new Promise((resolve, reject) => {
      const call = client.makeBidiStreamRequest(path, serialize, read, deadline());
      call.on('error', (error) => reject(explain(error)));
      call.on('data', (found: Found | number) => {
        call.end();
        if (typeof found !== 'number') resolve(found);
        else reject(new NodeError(`The ${role} at ${address} does not deliver the block: status ${found}`));
      });
      call.write(request);
    });
  }

  return {
    endorse,
    endorser,
    query,
    broadcast,
    commitStatus,
    fetchBlock,
    fetchPrivateBlock,
    close: () => client.close(),
  };
}

export type NodeClient = ReturnType<typeof connectNode>;
