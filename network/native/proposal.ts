import { createHash, randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { Signer } from '../identity/signer.ts';

/** What is proposed to peers: a system chaincode's function and its arguments; no channel for the peer itself. */
export interface Call {
  chaincode: string;
  channel?: string;
  args: (string | Uint8Array)[];
  /** The proposal's time, where it is not now. */
  time?: Date;
}

export interface SignedCall {
  txId: string;
  proposal: peer.Proposal;
  signed: peer.SignedProposal;
}

/** Builds and signs a proposal as `peer` does. */
export function signProposal(signer: Signer, call: Call): SignedCall {
  const nonce = randomBytes(24);
  const txId = createHash('sha256').update(nonce).update(signer.serialized).digest('hex');
  const proposal = new peer.Proposal();
  proposal.setHeader(createHeader({ signer, nonce, txId }, call).serializeBinary());
  proposal.setPayload(createPayload(call).serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  signed.setSignature(signer.sign(signed.getProposalBytes_asU8()));
  return { txId, proposal, signed };
}

interface Origin {
  signer: Signer;
  nonce: Uint8Array;
  txId: string;
}

function createHeader(
  { signer, nonce, txId }: Origin,
  { channel = '', chaincode, time = new Date() }: Call,
): common.Header {
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId(chaincode));
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(txId);
  channelHeader.setTimestamp(timestamps.Timestamp.fromDate(time));
  channelHeader.setExtension$(extension.serializeBinary());
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.serialized);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  return header;
}

function createPayload({ chaincode, args }: Call): peer.ChaincodeProposalPayload {
  const input = new peer.ChaincodeInput();
  input.setArgsList(args.map((arg) => Buffer.from(arg as Uint8Array)));
  const spec = new peer.ChaincodeSpec();
  spec.setType(peer.ChaincodeSpec.Type.GOLANG);
  spec.setChaincodeId(chaincodeId(chaincode));
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  return payload;
}

function chaincodeId(name: string): peer.ChaincodeID {
  const id = new peer.ChaincodeID();
  id.setName(name);
  return id;
}

/** Puts proposal and endorsements together into the signed envelope that orderers take. */
export function assembleEnvelope(
  signer: Signer,
  { proposal }: SignedCall,
  responses: readonly peer.ProposalResponse[],
): common.Envelope {
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(responses[0]?.getPayload_asU8() ?? new Uint8Array());
  endorsed.setEndorsementsList(responses.map((response) => response.getEndorsement() ?? new peer.Endorsement()));
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(proposal.getPayload_asU8());
  actionPayload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setHeader(header.getSignatureHeader_asU8());
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.addActions(action);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  envelope.setSignature(signer.sign(envelope.getPayload_asU8()));
  return envelope;
}
