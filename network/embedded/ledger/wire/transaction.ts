import { schema } from './codec.ts';

export type EnvelopeMessage = { payload: Uint8Array; signature: Uint8Array };
export const envelopeSchema = schema({ 1: ['payload', 'bytes'], 2: ['signature', 'bytes'] });

export type HeaderMessage = { channelHeader: Uint8Array; signatureHeader: Uint8Array };
export const headerSchema = schema({ 1: ['channelHeader', 'bytes'], 2: ['signatureHeader', 'bytes'] });

export type PayloadMessage = { header: HeaderMessage | undefined; data: Uint8Array };
export const payloadSchema = schema({ 1: ['header', 'message', () => headerSchema], 2: ['data', 'bytes'] });

export type TimestampMessage = { seconds: number; nanos: number };
const timestampSchema = schema({ 1: ['seconds', 'uint64'], 2: ['nanos', 'int32'] });

export type ChannelHeaderMessage = {
  type: number;
  version: number;
  timestamp: TimestampMessage | undefined;
  channelId: string;
  txId: string;
  epoch: number;
  extension: Uint8Array;
  tlsCertHash: Uint8Array;
};
export const channelHeaderSchema = schema({
  1: ['type', 'int32'],
  2: ['version', 'int32'],
  3: ['timestamp', 'message', () => timestampSchema],
  4: ['channelId', 'string'],
  5: ['txId', 'string'],
  6: ['epoch', 'uint64'],
  7: ['extension', 'bytes'],
  8: ['tlsCertHash', 'bytes'],
});

export type SignatureHeaderMessage = { creator: Uint8Array; nonce: Uint8Array };
export const signatureHeaderSchema = schema({ 1: ['creator', 'bytes'], 2: ['nonce', 'bytes'] });

export type TransactionActionMessage = { header: Uint8Array; payload: Uint8Array };
const transactionActionSchema = schema({ 1: ['header', 'bytes'], 2: ['payload', 'bytes'] });
export type TransactionMessage = { actions: TransactionActionMessage[] };
export const transactionSchema = schema({ 1: ['actions', 'message[]', () => transactionActionSchema] });

export type EndorsementMessage = { endorser: Uint8Array; signature: Uint8Array };
const endorsementSchema = schema({ 1: ['endorser', 'bytes'], 2: ['signature', 'bytes'] });
export type EndorsedActionMessage = { proposalResponsePayload: Uint8Array; endorsements: EndorsementMessage[] };
const endorsedActionSchema = schema({
  1: ['proposalResponsePayload', 'bytes'],
  2: ['endorsements', 'message[]', () => endorsementSchema],
});
export type ChaincodeActionPayloadMessage = {
  chaincodeProposalPayload: Uint8Array;
  action: EndorsedActionMessage | undefined;
};
export const chaincodeActionPayloadSchema = schema({
  1: ['chaincodeProposalPayload', 'bytes'],
  2: ['action', 'message', () => endorsedActionSchema],
});

export type ProposalResponsePayloadMessage = { proposalHash: Uint8Array; extension: Uint8Array };
export const proposalResponsePayloadSchema = schema({ 1: ['proposalHash', 'bytes'], 2: ['extension', 'bytes'] });

export type ChaincodeIdMessage = { path: string; name: string; version: string };
const chaincodeIdSchema = schema({ 1: ['path', 'string'], 2: ['name', 'string'], 3: ['version', 'string'] });
const responseSchema = schema({ 1: ['status', 'int32'], 2: ['message', 'string'], 3: ['payload', 'bytes'] });
export type ChaincodeActionMessage = {
  results: Uint8Array;
  events: Uint8Array;
  response: { status: number; message: string; payload: Uint8Array } | undefined;
  chaincodeId: ChaincodeIdMessage | undefined;
};
export const chaincodeActionSchema = schema({
  1: ['results', 'bytes'],
  2: ['events', 'bytes'],
  3: ['response', 'message', () => responseSchema],
  4: ['chaincodeId', 'message', () => chaincodeIdSchema],
});

export type ChaincodeHeaderExtensionMessage = { chaincodeId: ChaincodeIdMessage | undefined };
export const chaincodeHeaderExtensionSchema = schema({ 2: ['chaincodeId', 'message', () => chaincodeIdSchema] });

export type ChaincodeEventMessage = { chaincodeId: string; txId: string; eventName: string; payload: Uint8Array };
export const chaincodeEventSchema = schema({
  1: ['chaincodeId', 'string'],
  2: ['txId', 'string'],
  3: ['eventName', 'string'],
  4: ['payload', 'bytes'],
});

export type MetadataMessage = { value: Uint8Array };
export const metadataSchema = schema({ 1: ['value', 'bytes'] });
