import { LedgerError } from './errors.ts';
import { sha256 } from './hashing.ts';
import { decode } from './wire/codec.ts';
import {
  type ChaincodeActionMessage,
  type ChaincodeActionPayloadMessage,
  type ChannelHeaderMessage,
  chaincodeActionPayloadSchema,
  chaincodeActionSchema,
  channelHeaderSchema,
  type EndorsedActionMessage,
  type EnvelopeMessage,
  envelopeSchema,
  type HeaderMessage,
  type PayloadMessage,
  type ProposalResponsePayloadMessage,
  payloadSchema,
  proposalResponsePayloadSchema,
  type SignatureHeaderMessage,
  signatureHeaderSchema,
  type TransactionMessage,
  transactionSchema,
} from './wire/transaction.ts';

export const headerType = { config: 1, configUpdate: 2, endorserTransaction: 3 } as const;

/** The parts of an endorser transaction that validation looks at. */
export type EndorsedAction = {
  signatureHeader: Uint8Array;
  proposalPayload: Uint8Array;
  endorsed: EndorsedActionMessage;
  proposalHash: Uint8Array;
  action: ChaincodeActionMessage;
};

export function parseEnvelope(bytes: Uint8Array): EnvelopeMessage {
  return decode(envelopeSchema, bytes);
}

export function parsePayload(bytes: Uint8Array): PayloadMessage {
  return decode(payloadSchema, bytes);
}

export function parseChannelHeader(bytes: Uint8Array): ChannelHeaderMessage {
  return decode(channelHeaderSchema, bytes);
}

export function parseSignatureHeader(bytes: Uint8Array): SignatureHeaderMessage {
  return decode(signatureHeaderSchema, bytes);
}

export function parseTransaction(bytes: Uint8Array): TransactionMessage {
  return decode(transactionSchema, bytes);
}

/** Channel header of a serialised envelope, or undefined when it has none that can be read. */
export function tryChannelHeader(envelope: Uint8Array): ChannelHeaderMessage | undefined {
  try {
    const { header } = parsePayload(parseEnvelope(envelope).payload);
    return header && parseChannelHeader(header.channelHeader);
  } catch {
    return undefined;
  }
}

/** The first action of a transaction (a valid one has no other); throws MALFORMED. */
export function parseAction(transaction: TransactionMessage): EndorsedAction {
  const first = transaction.actions[0];
  if (!first) throw new LedgerError('MALFORMED', 'at least one TransactionAction required');
  const payload = decode<ChaincodeActionPayloadMessage>(chaincodeActionPayloadSchema, first.payload);
  if (!payload.action?.proposalResponsePayload.length) {
    throw new LedgerError('MALFORMED', 'no payload in ChaincodeActionPayload');
  }
  const response = decode<ProposalResponsePayloadMessage>(
    proposalResponsePayloadSchema,
    payload.action.proposalResponsePayload,
  );
  if (response.extension.length === 0) throw new LedgerError('MALFORMED', 'response payload is missing extension');
  return {
    signatureHeader: first.header,
    proposalPayload: payload.chaincodeProposalPayload,
    endorsed: payload.action,
    proposalHash: response.proposalHash,
    action: decode<ChaincodeActionMessage>(chaincodeActionSchema, response.extension),
  };
}

/** The action of a serialised envelope; throws MALFORMED. */
export function actionOfEnvelope(envelope: Uint8Array): EndorsedAction {
  return parseAction(parseTransaction(parsePayload(parseEnvelope(envelope).payload).data));
}

/** SHA-256 over channel header, signature header and proposal payload without transient data. */
export function proposalHash(header: HeaderMessage, proposalPayload: Uint8Array): Buffer {
  return sha256(header.channelHeader, header.signatureHeader, proposalPayload);
}

/** The id that nonce and creator give: hex SHA-256. */
export function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256(nonce, creator).toString('hex');
}
