import { randomBytes } from 'node:crypto';
import { common, orderer } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { Signer } from '../identity/signer.ts';

interface Content {
  type: common.HeaderTypeMap[keyof common.HeaderTypeMap];
  channel: string;
  data: Uint8Array;
}

/** An envelope that is no transaction of a chaincode: a configuration update, or a request for blocks. */
export function signEnvelope(signer: Signer, { type, channel, data }: Content): common.Envelope {
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(type);
  channelHeader.setChannelId(channel);
  channelHeader.setTimestamp(timestamps.Timestamp.fromDate(new Date()));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.serialized);
  signatureHeader.setNonce(randomBytes(24));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  envelope.setSignature(signer.sign(envelope.getPayload_asU8()));
  return envelope;
}

/** Asks for one block, once it is there, or for the newest. */
export function seekEnvelope(signer: Signer, channel: string, block: number | 'newest'): common.Envelope {
  const position = new orderer.SeekPosition();
  if (block === 'newest') {
    position.setNewest(new orderer.SeekNewest());
  } else {
    const specified = new orderer.SeekSpecified();
    specified.setNumber(block);
    position.setSpecified(specified);
  }
  const seek = new orderer.SeekInfo();
  seek.setStart(position);
  seek.setStop(position);
  seek.setBehavior(orderer.SeekInfo.SeekBehavior.BLOCK_UNTIL_READY);
  return signEnvelope(signer, {
    type: common.HeaderType.DELIVER_SEEK_INFO,
    channel,
    data: seek.serializeBinary(),
  });
}
