import { WireReader } from '../ledger/wire/reader.ts';

// The stream carries six messages each way for one payment and endorser, so that they are written and read by hand:
// the generated classes and a gRPC client cost more than the endorsement itself.

const frameHead = 5;
const field = { type: 1, payload: 3, txId: 4, proposal: 5, event: 6, channelId: 7 } as const;
const VARINT = 0;
const LENGTH = 2;
const nothing = new Uint8Array(0);

/** A protos.ChaincodeMessage that a chaincode sent. */
export interface ChaincodeMessage {
  type: number;
  channelId: string;
  txId: string;
  payload: Uint8Array;
  /** Serialised protos.ChaincodeEvent. */
  event?: Uint8Array;
  /** The whole message as it came. */
  bytes: Uint8Array;
}

interface Outgoing {
  type: number;
  channelId: string;
  txId: string;
  payload?: Uint8Array;
  /** Serialised protos.SignedProposal. */
  proposal?: Uint8Array;
}

/** A ChaincodeMessage as a gRPC frame: uncompressed, length first. */
export function encodeFrame({ type, channelId, txId, payload = nothing, proposal = nothing }: Outgoing): Buffer {
  const parts: [number, Uint8Array][] = [
    [field.payload, payload],
    [field.txId, Buffer.from(txId)],
    [field.proposal, proposal],
    [field.channelId, Buffer.from(channelId)],
  ];
  let size = frameHead + 2;
  for (const [, { length }] of parts) if (length > 0) size += 1 + varintSize(length) + length;
  const frame = Buffer.allocUnsafe(size);
  frame[0] = 0;
  frame.writeUInt32BE(size - frameHead, 1);
  frame[frameHead] = field.type * 8 + VARINT;
  frame[frameHead + 1] = type;
  let at = frameHead + 2;
  for (const [number, bytes] of parts) {
    if (bytes.length === 0) continue;
    frame[at] = number * 8 + LENGTH;
    at = writeVarint(frame, at + 1, bytes.length);
    frame.set(bytes, at);
    at += bytes.length;
  }
  return frame;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function writeVarint(buffer: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) buffer[at++] = (rest % 128) + 128;
  buffer[at++] = rest;
  return at;
}

/** Reads a ChaincodeMessage; throws on what Go's protobuf does not decode. */
export function decodeMessage(bytes: Uint8Array): ChaincodeMessage {
  const message: ChaincodeMessage = { type: 0, channelId: '', txId: '', payload: nothing, bytes };
  const reader = new WireReader(bytes);
  while (reader.position < bytes.length) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (number === field.type && wireType === VARINT) message.type = reader.int32();
    else if (wireType !== LENGTH) reader.skip(wireType, number);
    else if (number === field.payload) message.payload = reader.chunk();
    else if (number === field.txId) message.txId = textOf(reader.chunk());
    else if (number === field.channelId) message.channelId = textOf(reader.chunk());
    else if (number === field.event) message.event = reader.chunk();
    else reader.skip(wireType, number);
  }
  return message;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

/** Takes gRPC frames out of the chunks of a stream; throws on compressed ones, which were not agreed to. */
export function createFrameReader(onMessage: (bytes: Uint8Array) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let available = 0;
  let wanted = frameHead;
  return (chunk) => {
    chunks.push(chunk);
    available += chunk.length;
    // A large message comes in many chunks, which are joined once it is there.
    if (available < wanted) return;
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      wanted = rest.length < frameHead ? frameHead : frameHead + rest.readUInt32BE(1);
      if (rest[0]) throw new Error('compressed message');
      if (rest.length < wanted) break;
      onMessage(rest.subarray(frameHead, wanted));
      rest = rest.subarray(wanted);
    }
    chunks = rest.length > 0 ? [rest] : [];
    available = rest.length;
  };
}
