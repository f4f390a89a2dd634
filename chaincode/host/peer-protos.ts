import protobuf from 'google-protobuf';
import type { StateWrite } from '../core/peer.ts';

// The few messages of the peer 3.1 protocol that the shim's own fabric-protos 0.2.2 lacks, written field by field.
// Loading fabric-protos 0.3.7 beside it is no way out: both register their classes in one global `proto`, so that the
// shim would make messages of the other version and then refuse to send them.

const PUT_STATE = 9;

export const messageTypes = { READY: 4, WRITE_BATCH_STATE: 24, GET_STATE_MULTIPLE: 25 } as const;

/** Field values of a message by number, each as bytes, text or a number. */
type Fields = Map<number, (Uint8Array | number)[]>;

const WIRE_VARINT = 0;
const WIRE_DELIMITED = 2;

function readFields(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  const reader = new protobuf.BinaryReader(bytes);
  while (reader.nextField()) {
    const number = reader.getFieldNumber();
    const wireType = reader.getWireType() as number;
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    if (wireType === WIRE_DELIMITED) values.push(reader.readBytes());
    else if (wireType === WIRE_VARINT) values.push(reader.readUint32());
    else reader.skipField();
  }
  return fields;
}

function bytesOf(fields: Fields, number: number): Uint8Array {
  const value = fields.get(number)?.at(-1);
  return value instanceof Uint8Array ? value : new Uint8Array();
}

function numberOf(fields: Fields, number: number): number {
  const value = fields.get(number)?.at(-1);
  return typeof value === 'number' ? value : 0;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** ChaincodeAdditionalParams of READY: zero keys where the peer does not offer the message. */
export function readAdditionalParams(bytes: Uint8Array): { maxKeysWritten: number; maxKeysRead: number } {
  const fields = readFields(bytes);
  return {
    maxKeysWritten: numberOf(fields, 1) === 0 ? 0 : numberOf(fields, 2),
    maxKeysRead: numberOf(fields, 3) === 0 ? 0 : numberOf(fields, 4),
  };
}

/** GetStateMultiple of public state. */
export function writeGetStateMultiple(keys: readonly string[]): Uint8Array {
  const writer = new protobuf.BinaryWriter();
  writer.writeRepeatedString(1, keys);
  return writer.getResultBuffer();
}

/** Values of GetStateMultipleResult; an absent row is empty. */
export function readGetStateMultipleResult(bytes: Uint8Array): Uint8Array[] {
  return (readFields(bytes).get(1) ?? []).filter((value) => value instanceof Uint8Array);
}

/** WriteBatchState that puts rows: public ones, or those of a private collection. */
export function writeWriteBatchState(writes: readonly StateWrite[], collection = ''): Uint8Array {
  const writer = new protobuf.BinaryWriter();
  const records = writes.map(({ key, value }) => {
    const record = new protobuf.BinaryWriter();
    record.writeString(1, key);
    record.writeBytes(2, Buffer.from(value));
    if (collection !== '') record.writeString(3, collection);
    record.writeEnum(5, PUT_STATE);
    return record.getResultBuffer();
  });
  writer.writeRepeatedBytes(1, records);
  return writer.getResultBuffer();
}

/** Chaincode name of a ChaincodeHeaderExtension: the one that peers run and validate. */
export function readHeaderChaincode(bytes: Uint8Array): string {
  return textOf(bytesOf(readFields(bytesOf(readFields(bytes), 2)), 2));
}

/** Arguments of a ChaincodeInvocationSpec. Its own chaincode name is left alone: no peer looks at what it says. */
export function readArguments(bytes: Uint8Array): string[] {
  const specification = readFields(bytesOf(readFields(bytes), 1));
  const args = readFields(bytesOf(specification, 3)).get(1) ?? [];
  return args.filter((value) => value instanceof Uint8Array).map(textOf);
}
