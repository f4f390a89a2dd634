import { connect as connectSocket } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import type { PendingExecution } from './execution.ts';
import { messageHandlers } from './messages.ts';

/** Where a chaincode listens as a service, and how the peer shows itself to it. */
export interface ChaincodeServer {
  packageId: string;
  address: string;
  tls?: { rootCert: Buffer; clientCert: Buffer; clientKey: Buffer };
}

/** A registered stream to a chaincode, and what runs on it. */
export interface Session {
  stream: grpc.ClientDuplexStream<peer.ChaincodeMessage, peer.ChaincodeMessage>;
  pending: Map<string, PendingExecution>;
  /** Executions with a request being handled: a second one of the same transaction is dropped, as in a peer. */
  active: Set<string>;
  isEnded: boolean;
}

const { Type } = peer.ChaincodeMessage;
const dialTimeoutMs = 1_500;
const registrationTimeoutMs = 10_000;
const maxBatch = 1_000;

/** A message of the chaincode protocol. */
export function newMessage(type: number, channelId: string, txId: string): peer.ChaincodeMessage {
  const message = new peer.ChaincodeMessage();
  message.setType(type as ReturnType<typeof message.getType>);
  message.setChannelId(channelId);
  message.setTxid(txId);
  return message;
}

/** READY as a 3.1 peer sends it: write batches and multiple-key reads of up to 1,000 are welcome. */
function readyMessage(): peer.ChaincodeMessage {
  const parameters = new peer.ChaincodeAdditionalParams();
  parameters.setUseWriteBatch(true);
  parameters.setMaxSizeWriteBatch(maxBatch);
  parameters.setUseGetMultipleKeys(true);
  parameters.setMaxSizeGetMultipleKeys(maxBatch);
  const message = newMessage(Type.READY, '', '');
  message.setPayload(parameters.serializeBinary());
  return message;
}

async function answer(session: Session, message: peer.ChaincodeMessage): Promise<void> {
  const channelId = message.getChannelId();
  const txId = message.getTxid();
  const key = `${channelId}\0${txId}`;
  const type = message.getType();
  const pending = session.pending.get(key);
  if (type === Type.COMPLETED || type === Type.ERROR) {
    pending?.finish(message);
    return;
  }
  const handler = messageHandlers.get(type);
  if (!handler) {
    session.stream.destroy(
      new Error(`[${txId.slice(0, 8)}] Fabric side handler cannot handle message (${type}) while in ready state`),
    );
    return;
  }
  if (session.active.has(key)) return;
  session.active.add(key);
  let reply: peer.ChaincodeMessage;
  try {
    if (!pending) throw new Error('no ledger context');
    const result = handler(message.getPayload_asU8(), pending);
    reply = newMessage(Type.RESPONSE, channelId, txId);
    reply.setPayload(result instanceof Promise ? await result : result);
  } catch (error) {
    const typeName = Object.entries(Type).find(([, value]) => value === type)?.[0];
    reply = newMessage(Type.ERROR, channelId, txId);
    reply.setPayload(Buffer.from(`${typeName} failed: transaction ID: ${txId}: ${(error as Error).message}`));
  }
  session.active.delete(key);
  if (!session.stream.destroyed) session.stream.write(reply);
}

/** Refuses at once where nothing listens, with a peer's text; gRPC itself would try again until its deadline. */
function probe(address: string): Promise<void> {
  const separator = address.lastIndexOf(':');
  return new Promise((resolve, reject) => {
    const socket = connectSocket(Number(address.slice(separator + 1)), address.slice(0, separator));
    socket.setTimeout(dialTimeoutMs, () => socket.destroy(new Error('i/o timeout')));
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ECONNREFUSED' ? 'connection refused' : error.message;
      reject(
        new Error(
          `failed to create new connection: connection error: desc = "transport: error while dialing: dial tcp ${address}: connect: ${reason}"`,
        ),
      );
    });
  });
}

/** Dials and registers; calls back once when the stream has ended, however it ended. Refuses with a peer's texts. */
export async function openSession(server: ChaincodeServer, onEnd: (session: Session) => void): Promise<Session> {
  const cannotConnect = (reason: unknown) =>
    new Error(
      `connection to ${server.packageId} failed: error cannot create connection for ${server.packageId}: ` +
        `error creating grpc connection to ${server.address}: ${(reason as Error).message}`,
    );
  await probe(server.address).catch((reason: unknown) => {
    throw cannotConnect(reason);
  });
  const credentials = server.tls
    ? grpc.credentials.createSsl(server.tls.rootCert, server.tls.clientKey, server.tls.clientCert)
    : grpc.credentials.createInsecure();
  const client = new peer.ChaincodeClient(server.address, credentials, {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 200,
    'grpc.use_local_subchannel_pool': 1,
  });
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + dialTimeoutMs, (unreachable) => {
      if (unreachable) {
        client.close();
        reject(cannotConnect(unreachable));
        return;
      }
      const session: Session = { stream: client.connect(), pending: new Map(), active: new Set(), isEnded: false };
      const registration = setTimeout(
        () => session.stream.destroy(new Error('timeout expired while starting chaincode')),
        registrationTimeoutMs,
      );
      const end = (reason?: Error) => {
        if (session.isEnded) return;
        session.isEnded = true;
        clearTimeout(registration);
        client.close();
        onEnd(session);
        reject(
          new Error(
            `chaincode registration failed: connection to ${server.packageId} terminated${reason ? `: ${reason.message}` : ''}`,
          ),
        );
        for (const pending of session.pending.values())
          pending.fail(new Error('error sending: chaincode stream terminated'));
      };
      let isReady = false;
      session.stream.on('error', end);
      session.stream.on('end', () => end());
      session.stream.on('data', (message: peer.ChaincodeMessage) => {
        if (isReady) void answer(session, message);
        else if (message.getType() === Type.REGISTER) {
          const registered = peer.ChaincodeID.deserializeBinary(message.getPayload_asU8()).getName();
          if (registered !== server.packageId) {
            session.stream.destroy(new Error(`peer will not accept external chaincode connection ${registered}`));
            return;
          }
          isReady = true;
          clearTimeout(registration);
          session.stream.write(newMessage(Type.REGISTERED, '', ''));
          session.stream.write(readyMessage());
          resolve(session);
        }
      });
    });
  });
}
