import { connect as connectSocket } from 'node:net';
import { peer } from '@hyperledger/fabric-protos';
import type { PendingExecution } from './execution.ts';
import { messageHandlers } from './messages.ts';
import { type ChaincodeServer, type ChaincodeStream, openStream } from './stream.ts';
import { type ChaincodeMessage, encodeFrame } from './wire.ts';

/** A registered stream to a chaincode, and what runs on it. */
export interface Session {
  stream: ChaincodeStream;
  pending: Map<string, PendingExecution>;
  /** Executions with a request being handled: a second one of the same transaction is dropped, as in a peer. */
  active: Set<string>;
  isEnded: boolean;
}

const { Type } = peer.ChaincodeMessage;
const dialTimeoutMs = 1_500;
const registrationTimeoutMs = 10_000;
const maxBatch = 1_000;

/** READY as a 3.1 peer sends it: write batches and multiple-key reads of up to 1,000 are welcome. */
function readyFrame(): Buffer {
  const parameters = new peer.ChaincodeAdditionalParams();
  parameters.setUseWriteBatch(true);
  parameters.setMaxSizeWriteBatch(maxBatch);
  parameters.setUseGetMultipleKeys(true);
  parameters.setMaxSizeGetMultipleKeys(maxBatch);
  return encodeFrame({ type: Type.READY, channelId: '', txId: '', payload: parameters.serializeBinary() });
}

function answer(session: Session, message: ChaincodeMessage): void {
  const { channelId, txId, type } = message;
  const key = `${channelId}\0${txId}`;
  const pending = session.pending.get(key);
  if (type === Type.COMPLETED || type === Type.ERROR) {
    pending?.finish(message);
    return;
  }
  const handler = messageHandlers.get(type);
  if (!handler) {
    session.stream.close(
      new Error(`[${txId.slice(0, 8)}] Fabric side handler cannot handle message (${type}) while in ready state`),
    );
    return;
  }
  if (session.active.has(key)) return;
  session.active.add(key);
  const reply = (replyType: number, payload: Uint8Array) => {
    session.active.delete(key);
    if (!session.isEnded) session.stream.send(encodeFrame({ type: replyType, channelId, txId, payload }));
  };
  const refuse = (error: unknown) => {
    const typeName = Object.entries(Type).find(([, value]) => value === type)?.[0];
    const text = `${typeName} failed: transaction ID: ${txId}: ${(error as Error).message}`;
    reply(Type.ERROR, Buffer.from(text));
  };
  try {
    if (!pending) throw new Error('no ledger context');
    const result = handler(message.payload, pending);
    if (result instanceof Promise) result.then((payload) => reply(Type.RESPONSE, payload), refuse);
    else reply(Type.RESPONSE, result);
  } catch (error) {
    refuse(error);
  }
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
  return new Promise((resolve, reject) => {
    let session: Session | undefined;
    let isReady = false;
    const registration = setTimeout(
      () => session?.stream.close(new Error('timeout expired while starting chaincode')),
      registrationTimeoutMs,
    );
    const onMessage = (message: ChaincodeMessage) => {
      if (!session) return;
      if (isReady) answer(session, message);
      else if (message.type === Type.REGISTER) {
        const registered = peer.ChaincodeID.deserializeBinary(message.payload).getName();
        if (registered !== server.packageId) {
          session.stream.close(new Error(`peer will not accept external chaincode connection ${registered}`));
          return;
        }
        isReady = true;
        clearTimeout(registration);
        session.stream.send(encodeFrame({ type: Type.REGISTERED, channelId: '', txId: '' }));
        session.stream.send(readyFrame());
        resolve(session);
      }
    };
    const end = (reason?: Error) => {
      clearTimeout(registration);
      const cause = reason ? `: ${reason.message}` : '';
      reject(new Error(`chaincode registration failed: connection to ${server.packageId} terminated${cause}`));
      if (!session) return;
      session.isEnded = true;
      onEnd(session);
      for (const pending of session.pending.values())
        pending.fail(new Error('error sending: chaincode stream terminated'));
    };
    openStream(server, dialTimeoutMs, { onMessage, onEnd: end }).then(
      (stream) => {
        session = { stream, pending: new Map(), active: new Set(), isEnded: false };
      },
      (unreachable) => {
        clearTimeout(registration);
        reject(cannotConnect(unreachable));
      },
    );
  });
}
