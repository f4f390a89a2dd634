import { common, peer } from '@hyperledger/fabric-protos';
import { isExpired } from '../../identity/msp-manager.ts';
import { protoField, sha256 } from '../bytes.ts';
import type { Identity, MspManager } from '../ledger/types.ts';

/** A signed proposal taken apart once, for all the endorsers it is sent to. */
export interface Proposal {
  signed: peer.SignedProposal;
  /** The signed proposal, serialised. */
  signedBytes: Uint8Array;
  header: common.Header;
  channelHeader: common.ChannelHeader;
  channelId: string;
  txId: string;
  creator: Uint8Array;
  nonce: Uint8Array;
  /** Of the channel header's extension, which is what a peer executes. */
  chaincodeName: string;
  input: peer.ChaincodeInput;
  /** Serialised ChaincodeInvocationSpec. */
  inputBytes: Uint8Array;
  hasTransientData: boolean;
  /** SHA-256 over channel header, signature header and the payload without transient data. */
  hash: Buffer;
  /** Set once judged: why a peer refuses it, or null. */
  refusal?: string | null;
  creatorIdentity?: Identity;
}

/** Parses a proposal as the endorser does; throws with its texts. */
export function unpackProposal(signed: peer.SignedProposal): Proposal {
  const proposal = peer.Proposal.deserializeBinary(signed.getProposalBytes_asU8());
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const signatureHeader = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
  const extension = peer.ChaincodeHeaderExtension.deserializeBinary(channelHeader.getExtension_asU8());
  const chaincodeId = extension.getChaincodeId();
  if (!chaincodeId) throw new Error('ChaincodeHeaderExtension.ChaincodeId is nil');
  if (!chaincodeId.getName()) throw new Error('ChaincodeHeaderExtension.ChaincodeId.Name is empty');
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  const inputBytes = payload.getInput_asU8();
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(inputBytes).getChaincodeSpec();
  if (!spec) throw new Error('chaincode invocation spec did not contain chaincode spec');
  const input = spec.getInput();
  if (!input) throw new Error('chaincode input did not contain any input');
  return {
    signed,
    signedBytes: Buffer.concat([
      protoField(1, signed.getProposalBytes_asU8()),
      protoField(2, signed.getSignature_asU8()),
    ]),
    header,
    channelHeader,
    channelId: channelHeader.getChannelId(),
    txId: channelHeader.getTxId(),
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    chaincodeName: chaincodeId.getName(),
    input,
    inputBytes,
    hasTransientData: payload.getTransientmapMap().getLength() > 0,
    hash: sha256(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), protoField(1, inputBytes)),
  };
}

/** The transaction id a creator's nonce yields. */
export function computeTxId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256(nonce, creator).toString('hex');
}

/** Why the message itself is refused (header, transaction id, creator, signature), or undefined; judged once a proposal. */
export function refuseProposal(proposal: Proposal, mspManager: MspManager): string | undefined {
  if (proposal.refusal === undefined) {
    const reason = judge(proposal, mspManager);
    proposal.refusal = reason ? `error validating proposal: ${reason}` : null;
  }
  return proposal.refusal ?? undefined;
}

function judge(proposal: Proposal, mspManager: MspManager): string | undefined {
  const { channelHeader, channelId, creator, nonce, txId, signed } = proposal;
  const types = common.HeaderType;
  const type: number = channelHeader.getType();
  if (type !== types.ENDORSER_TRANSACTION && type !== types.CONFIG) {
    const name = Object.entries(types).find(([, value]) => value === type)?.[0] ?? type;
    return `invalid header type ${name}`;
  }
  if (channelHeader.getEpoch() !== 0) return 'epoch is non-zero';
  if (nonce.length === 0) return 'nonce is empty';
  if (creator.length === 0) return 'creator is empty';
  const expected = computeTxId(nonce, creator);
  if (txId !== expected) return `incorrectly computed txid '${txId}' -- expected '${expected}'`;
  if (signed.getSignature_asU8().length === 0) return 'empty signature bytes';
  let identity: Identity;
  try {
    identity = mspManager.deserialize(creator);
  } catch {
    return `access denied: channel [${channelId}] creator org unknown, creator is malformed`;
  }
  const denied = `access denied: channel [${channelId}] creator org [${identity.mspId}]`;
  if (identity.invalidReason) return denied;
  if (!identity.verify(signed.getProposalBytes_asU8(), signed.getSignature_asU8())) return denied;
  proposal.creatorIdentity = identity;
  return undefined;
}

const timeWindowMs = 15 * 60_000;

/** What a peer checks before anything else: the creator's certificate has not expired, and the proposal was made about now. */
export function filterProposal(proposal: Proposal, mspManager: MspManager, now: number): string | undefined {
  try {
    if (isExpired(mspManager.deserialize(proposal.creator), now)) return 'proposal client identity expired';
  } catch {
    // An identity that cannot be read is refused later, by name.
  }
  const made = proposal.channelHeader.getTimestamp()?.toDate().getTime() ?? 0;
  // A client need not follow the controlled clock: the machine's time is as good.
  if (Math.min(Math.abs(made - now), Math.abs(made - Date.now())) <= timeWindowMs) return undefined;
  const at = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.\d+Z/, 'Z');
  return `request unauthorized due to incorrect timestamp ${at(made)}, peer time ${at(now)}, peer.authentication.timewindow 15m0s`;
}
