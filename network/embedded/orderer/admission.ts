import { common } from '@hyperledger/fabric-protos';
import { isExpired } from '../../identity/msp-manager.ts';
import { implicitPolicyFailure, policyRoles } from '../access.ts';
import type { Identity, MspManager } from '../ledger/types.ts';

/** What the orderer answers to a broadcast. */
export interface BroadcastAnswer {
  status: number;
  info: string;
}

const { Status } = common;

interface Judge {
  mspManager: MspManager;
  maxBytes: number;
  now: number;
}

/** An envelope's header, and the channel header in it. */
export interface EnvelopeHeaders {
  header: common.Header;
  channelHeader: common.ChannelHeader;
}

/** The headers of an envelope, or why it has none. */
export function readHeaders(envelope: common.Envelope): EnvelopeHeaders | string {
  try {
    const header = common.Payload.deserializeBinary(envelope.getPayload_asU8()).getHeader();
    if (!header) return 'could not determine channel ID: header not set';
    return { header, channelHeader: common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()) };
  } catch {
    return 'could not determine channel ID: error unmarshalling Payload: proto: cannot parse invalid wire-format data';
  }
}

const { HeaderType } = common;

/** Why a message of that type is not ordered, or undefined. Types unknown to Fabric are ordered, and invalid. */
export function refuseType(type: number): string | undefined {
  if (type === HeaderType.CONFIG) return 'message is of type that cannot be processed directly';
  if (type === HeaderType.ORDERER_TRANSACTION) return 'message is of type that is no longer supported';
  if (type === HeaderType.CONFIG_UPDATE) return 'configuration updates are not offered by the embedded network';
  return undefined;
}

/** Applies the orderer's rules in order: not empty, size, expiry, Writers' signature. */
export function judgeEnvelope(envelope: common.Envelope, header: common.Header, judge: Judge): BroadcastAnswer {
  const refuse = (status: number, info: string) => ({ status, info });
  const payload = envelope.getPayload_asU8();
  const signature = envelope.getSignature_asU8();
  if (payload.length === 0) return refuse(Status.BAD_REQUEST, 'message was empty');
  const size = payload.length + signature.length;
  if (size > judge.maxBytes) {
    return refuse(
      Status.BAD_REQUEST,
      `message payload is ${size} bytes and exceeds maximum allowed ${judge.maxBytes} bytes`,
    );
  }
  const creator = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()).getCreator_asU8();
  let identity: Identity | undefined;
  try {
    identity = judge.mspManager.deserialize(creator);
  } catch {
    // An identity that no MSP knows cannot expire; the signature rule refuses it.
  }
  if (identity && isExpired(identity, judge.now))
    return refuse(Status.BAD_REQUEST, 'broadcast client identity expired');
  const isWriter =
    identity !== undefined &&
    !identity.invalidReason &&
    policyRoles.Writers.some((role) => identity.hasRole(role)) &&
    identity.verify(payload, signature);
  if (!isWriter) return refuse(Status.FORBIDDEN, `${implicitPolicyFailure('Writers')}: permission denied`);
  return refuse(Status.SUCCESS, '');
}
