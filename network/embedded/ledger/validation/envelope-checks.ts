import { peer } from '@hyperledger/fabric-protos';
import { sameBytes } from '../hashing.ts';
import {
  headerType,
  parseChannelHeader,
  parseEnvelope,
  parsePayload,
  parseSignatureHeader,
  parseTransaction,
  proposalHash,
  transactionId,
} from '../transaction.ts';
import type { MspManager } from '../types.ts';
import { decode } from '../wire/codec.ts';
import {
  type ChaincodeActionPayloadMessage,
  type ChannelHeaderMessage,
  chaincodeActionPayloadSchema,
  type EnvelopeMessage,
  type HeaderMessage,
  type PayloadMessage,
  type ProposalResponsePayloadMessage,
  proposalResponsePayloadSchema,
  type SignatureHeaderMessage,
  type TransactionActionMessage,
  type TransactionMessage,
} from '../wire/transaction.ts';

const code = peer.TxValidationCode;

/** A well-formed and well-signed transaction, or the code that says what is wrong with it. */
export type CheckedEnvelope =
  | { code: number; reason: string; channelHeader?: ChannelHeaderMessage }
  | { code: 0; channelHeader: ChannelHeaderMessage; config: Uint8Array }
  | { code: 0; channelHeader: ChannelHeaderMessage; transaction: TransactionMessage };

/** Checks what needs no state: form, creator's signature, transaction id, proposal hash; in the order of a peer. */
export function checkEnvelope(bytes: Uint8Array, channelId: string, mspManager: MspManager): CheckedEnvelope {
  const envelope = attempt(() => parseEnvelope(bytes));
  if ('reason' in envelope) return { code: code.INVALID_OTHER_REASON, reason: envelope.reason };
  const payload = attempt(() => parsePayload(envelope.value.payload));
  if ('reason' in payload) return { code: code.BAD_PAYLOAD, reason: payload.reason };
  const headers = attempt(() => checkHeader(payload.value.header));
  if ('reason' in headers) return { code: code.BAD_COMMON_HEADER, reason: headers.reason };
  const { channelHeader, signatureHeader, header } = headers.value;
  const refused = refuseCreator(envelope.value, signatureHeader, { channelHeader, channelId, mspManager });
  if (refused) return { code: code.BAD_CREATOR_SIGNATURE, reason: refused, channelHeader };
  switch (channelHeader.type) {
    case headerType.endorserTransaction:
      return checkEndorserTransaction(payload.value, { channelHeader, signatureHeader, header });
    case headerType.config:
      return { code: code.VALID, channelHeader, config: payload.value.data };
    default:
      return { code: code.UNSUPPORTED_TX_PAYLOAD, reason: `header type ${channelHeader.type}`, channelHeader };
  }
}

type Headers = { header: HeaderMessage; channelHeader: ChannelHeaderMessage; signatureHeader: SignatureHeaderMessage };

function checkHeader(header: HeaderMessage | undefined): Headers {
  if (!header) throw new Error('nil header');
  const channelHeader = parseChannelHeader(header.channelHeader);
  const signatureHeader = parseSignatureHeader(header.signatureHeader);
  const types: number[] = Object.values(headerType);
  if (!types.includes(channelHeader.type)) throw new Error(`invalid header type ${channelHeader.type}`);
  if (channelHeader.epoch !== 0) {
    throw new Error(`invalid Epoch in ChannelHeader. Expected 0, got [${channelHeader.epoch}]`);
  }
  checkSignatureHeader(signatureHeader);
  return { header, channelHeader, signatureHeader };
}

function checkSignatureHeader({ nonce, creator }: SignatureHeaderMessage): void {
  if (nonce.length === 0) throw new Error('invalid nonce specified in the header');
  if (creator.length === 0) throw new Error('invalid creator specified in the header');
}

function refuseCreator(
  envelope: EnvelopeMessage,
  { creator }: SignatureHeaderMessage,
  context: { channelHeader: ChannelHeaderMessage; channelId: string; mspManager: MspManager },
): string | undefined {
  if (context.channelHeader.channelId !== context.channelId) {
    return `could not get msp for channel [${context.channelHeader.channelId}]`;
  }
  const identity = attempt(() => context.mspManager.deserialize(creator));
  if ('reason' in identity) return `MSP error: ${identity.reason}`;
  if (identity.value.invalidReason) return `creator certificate is not valid: ${identity.value.invalidReason}`;
  if (identity.value.verify(envelope.payload, envelope.signature)) return undefined;
  return "creator's signature over the proposal is not valid";
}

function checkEndorserTransaction(payload: PayloadMessage, headers: Headers): CheckedEnvelope {
  const { channelHeader, signatureHeader, header } = headers;
  const expected = transactionId(signatureHeader.nonce, signatureHeader.creator);
  if (channelHeader.txId !== expected) {
    const reason = `invalid txid. got [${channelHeader.txId}], expected [${expected}]`;
    return { code: code.BAD_PROPOSAL_TXID, reason, channelHeader };
  }
  const transaction = attempt(() => {
    const parsed = parseTransaction(payload.data);
    if (parsed.actions.length !== 1) {
      throw new Error(`only one action per transaction is supported, tx contains ${parsed.actions.length}`);
    }
    checkAction(parsed.actions[0] as TransactionActionMessage, header);
    return parsed;
  });
  if ('reason' in transaction) {
    return { code: code.INVALID_ENDORSER_TRANSACTION, reason: transaction.reason, channelHeader };
  }
  return { code: code.VALID, channelHeader, transaction: transaction.value };
}

function checkAction(action: TransactionActionMessage, header: HeaderMessage): void {
  checkSignatureHeader(parseSignatureHeader(action.header));
  const payload = decode<ChaincodeActionPayloadMessage>(chaincodeActionPayloadSchema, action.payload);
  if (!payload.action) throw new Error('nil action');
  const response = decode<ProposalResponsePayloadMessage>(
    proposalResponsePayloadSchema,
    payload.action.proposalResponsePayload,
  );
  const original = { channelHeader: header.channelHeader, signatureHeader: action.header };
  if (original.channelHeader.length === 0 || payload.chaincodeProposalPayload.length === 0) {
    throw new Error('nil arguments');
  }
  if (!sameBytes(proposalHash(original, payload.chaincodeProposalPayload), response.proposalHash)) {
    throw new Error('proposal hash does not match');
  }
}

/** The value, or the message of what was thrown. */
export function attempt<T>(work: () => T): { value: T } | { reason: string } {
  try {
    return { value: work() };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
