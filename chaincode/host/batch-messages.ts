import type { ChaincodeStub } from 'fabric-shim';
import type { StateWrite } from '../core/peer.ts';
import {
  messageTypes,
  readAdditionalParams,
  readGetStateMultipleResult,
  writeGetStateMultiple,
  writeWriteBatchState,
} from './peer-protos.ts';

const { READY, GET_STATE_MULTIPLE, WRITE_BATCH_STATE } = messageTypes;

/** A message of the shim's own older protos; its class can carry type numbers that it has no name for. */
export interface ChaincodeMessage {
  getType(): number;
  getPayload_asU8(): Uint8Array;
  setType(type: number): void;
  setPayload(payload: Uint8Array): void;
  setTxid(transactionId: string): void;
  setChannelId(channel: string): void;
}

export interface PeerStream {
  on(event: 'data', listener: (message: ChaincodeMessage) => void): unknown;
}

/** What a peer 3.1 announced in READY: zero keys mean that it knows no such message. */
interface Announcement {
  readonly maxKeysRead: number;
  readonly maxKeysWritten: number;
  readonly Message: new () => ChaincodeMessage;
}

/** The shim's private message channel. */
interface Handler {
  readonly _stream: PeerStream;
  _askPeerAndListen(message: ChaincodeMessage, method: string): Promise<Buffer>;
}

const announcements = new WeakMap<PeerStream, Announcement>();

/** Notes what the peer announces. fabric-shim 2.5.8 drops the payload of READY, so this listens beside it. */
export function listenForAnnouncement(stream: PeerStream): void {
  stream.on('data', (message) => {
    if (message.getType() !== READY) return;
    announcements.set(stream, {
      ...readAdditionalParams(message.getPayload_asU8()),
      Message: message.constructor as new () => ChaincodeMessage,
    });
  });
}

/** Committed values in the order asked: with the peer's batch message, or key by key when it announced none. */
export async function getStates(stub: ChaincodeStub, keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
  const values: (Uint8Array | undefined)[] = [];
  const size = announcementOf(stub)?.maxKeysRead ?? 0;
  if (size === 0) {
    for (const key of keys) values.push(presentOf(await stub.getState(key)));
    return values;
  }
  for (const chunk of chunksOf(keys, size)) {
    const answer = await ask(stub, GET_STATE_MULTIPLE, writeGetStateMultiple(chunk));
    for (const value of readGetStateMultipleResult(answer)) values.push(presentOf(value));
  }
  if (values.length !== keys.length) throw new Error('the peer answered another number of keys than asked');
  return values;
}

/**
 * Writes rows. The answer of a batch must be awaited before the function returns: a COMPLETED that overtakes it ends
 * the peer's process (concurrent map access).
 */
export async function putStates(stub: ChaincodeStub, writes: readonly StateWrite[]): Promise<void> {
  if (await isWrittenInBatches(stub, '', writes)) return;
  for (const { key, value } of writes) await stub.putState(key, Buffer.from(value));
}

/** Writes private rows of a collection, as putStates does public ones. */
export async function putPrivateData(
  stub: ChaincodeStub,
  collection: string,
  writes: readonly StateWrite[],
): Promise<void> {
  if (await isWrittenInBatches(stub, collection, writes)) return;
  for (const { key, value } of writes) await stub.putPrivateData(collection, key, Buffer.from(value));
}

/** False, and nothing was written, where the peer announced no batch messages. */
async function isWrittenInBatches(
  stub: ChaincodeStub,
  collection: string,
  writes: readonly StateWrite[],
): Promise<boolean> {
  const size = announcementOf(stub)?.maxKeysWritten ?? 0;
  if (size === 0) return false;
  for (const chunk of chunksOf(writes, size)) {
    await ask(stub, WRITE_BATCH_STATE, writeWriteBatchState(chunk, collection));
  }
  return true;
}

function ask(stub: ChaincodeStub, type: number, payload: Uint8Array): Promise<Buffer> {
  const announcement = announcementOf(stub);
  if (announcement === undefined) throw new Error('the peer announced no batch messages');
  const message = new announcement.Message();
  message.setType(type);
  message.setPayload(payload);
  message.setTxid(stub.getTxID());
  message.setChannelId(stub.getChannelID());
  return handlerOf(stub)._askPeerAndListen(
    message,
    type === WRITE_BATCH_STATE ? 'WriteBatchState' : 'GetStateMultiple',
  );
}

function announcementOf(stub: ChaincodeStub): Announcement | undefined {
  return announcements.get(handlerOf(stub)._stream);
}

function handlerOf(stub: ChaincodeStub): Handler {
  return (stub as unknown as { handler: Handler }).handler;
}

// An empty value is an absent one in Fabric.
function presentOf(value: Uint8Array): Uint8Array | undefined {
  return value.length === 0 ? undefined : value;
}

function* chunksOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
