import { common, gateway, peer } from '@hyperledger/fabric-protos';

/** Gives an unsigned proposal another timestamp, because the client library always writes the machine's own time. */
export function setProposalTime(proposedTransactionBytes: Uint8Array, milliseconds: number): Uint8Array {
  const proposed = gateway.ProposedTransaction.deserializeBinary(proposedTransactionBytes);
  const signed = proposed.getProposal();
  if (!signed) throw new Error('proposal bytes hold no proposal');

  const proposal = peer.Proposal.deserializeBinary(signed.getProposalBytes_asU8());
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const timestamp = channelHeader.getTimestamp();
  if (!timestamp) throw new Error('proposal bytes hold no timestamp');

  timestamp.setSeconds(Math.floor(milliseconds / 1000));
  timestamp.setNanos((milliseconds % 1000) * 1_000_000);
  header.setChannelHeader(channelHeader.serializeBinary());
  proposal.setHeader(header.serializeBinary());
  signed.setProposalBytes(proposal.serializeBinary());
  signed.setSignature('');
  return proposed.serializeBinary();
}
