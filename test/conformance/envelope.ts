import { createHash, randomBytes } from 'node:crypto';
import { common, msp, peer, gateway as protos } from '@hyperledger/fabric-protos';
import { type Member, signMessage } from './member.ts';
import type { Endorsed, Session } from './session.ts';

/** The parts of an endorser transaction that a case may tamper with before it is put together again. */
export interface Parts {
  channelHeader: common.ChannelHeader;
  signatureHeader: common.SignatureHeader;
  transaction: peer.Transaction;
  /** Of the first action. */
  actionPayload: peer.ChaincodeActionPayload;
  responsePayload: peer.ProposalResponsePayload;
  chaincodeAction: peer.ChaincodeAction;
}

/** Takes an endorsed transaction apart. */
export function takeApart(endorsed: Endorsed): Parts {
  const prepared = protos.PreparedTransaction.deserializeBinary(endorsed.transaction.getBytes());
  return takeApartEnvelope(prepared.getEnvelope() as common.Envelope);
}

/** Takes an envelope apart. */
export function takeApartEnvelope(envelope: common.Envelope): Parts {
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const action = transaction.getActionsList()[0] as peer.TransactionAction;
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const responsePayload = peer.ProposalResponsePayload.deserializeBinary(
    actionPayload.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
  );
  return {
    channelHeader: common.ChannelHeader.deserializeBinary(
      payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
    ),
    signatureHeader: common.SignatureHeader.deserializeBinary(
      payload.getHeader()?.getSignatureHeader_asU8() ?? new Uint8Array(),
    ),
    transaction,
    actionPayload,
    responsePayload,
    chaincodeAction: peer.ChaincodeAction.deserializeBinary(responsePayload.getExtension_asU8()),
  };
}

/** Puts the inner parts back, so that a change of the chaincode action or the action payload stands in the transaction. */
export function putBack(parts: Parts): void {
  parts.responsePayload.setExtension$(parts.chaincodeAction.serializeBinary());
  parts.actionPayload.getAction()?.setProposalResponsePayload(parts.responsePayload.serializeBinary());
  (parts.transaction.getActionsList()[0] as peer.TransactionAction).setPayload(parts.actionPayload.serializeBinary());
}

/** Wraps the parts in an envelope signed by that member. */
export function seal(parts: Parts, member: Member): common.Envelope {
  const header = new common.Header();
  header.setChannelHeader(parts.channelHeader.serializeBinary());
  header.setSignatureHeader(parts.signatureHeader.serializeBinary());
  return sealPayload(header, parts.transaction.serializeBinary(), member);
}

/** An envelope over any header and data. */
export function sealPayload(header: common.Header, data: Uint8Array, member: Member): common.Envelope {
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  envelope.setSignature(signMessage(member, envelope.getPayload_asU8()));
  return envelope;
}

/** Serialised identity of a member. */
export function serializeIdentity(member: Member): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(member.mspId);
  identity.setIdBytes(member.certificate);
  return identity.serializeBinary();
}

/** Replaces the endorsements by signatures of these members over what the parts now hold. */
export function endorseAs(
  parts: Parts,
  members: Member[],
  change: (signature: Uint8Array) => Uint8Array = (same) => same,
): void {
  const responsePayload = parts.responsePayload;
  responsePayload.setExtension$(parts.chaincodeAction.serializeBinary());
  const bytes = responsePayload.serializeBinary();
  const endorsements = members.map((member) => {
    const endorser = serializeIdentity(member);
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(endorser);
    endorsement.setSignature(change(signMessage(member, Buffer.concat([bytes, endorser]))));
    return endorsement;
  });
  parts.actionPayload.getAction()?.setEndorsementsList(endorsements);
  putBack(parts);
}

/** Changes an endorsed transaction, submits it signed by its creator and returns how it ended. */
export async function submitChanged(
  session: Session,
  endorsed: Endorsed,
  change: (parts: Parts) => void,
): Promise<string> {
  const parts = takeApart(endorsed);
  change(parts);
  const txId = parts.channelHeader.getTxId();
  await session.submitEnvelope(txId, seal(parts, session.member));
  return (await session.status(txId)).code;
}

/** A new transaction id for a creator, with its nonce. */
export function newTransactionId(creator: Uint8Array): { nonce: Buffer; txId: string } {
  const nonce = randomBytes(24);
  return { nonce, txId: createHash('sha256').update(nonce).update(creator).digest('hex') };
}
