import { common, peer, gateway as protos } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import type { Step } from '../chaincode/step.ts';
import { seal, takeApartEnvelope } from '../envelope.ts';
import { signMessage } from '../member.ts';
import type { Outcome } from '../network.ts';
import type { Session } from '../session.ts';

/** Endorses one proposal at a peer with transient data of the caller's choice: the hash in the endorsement leaves it out. */
async function endorseWith(
  session: Session,
  proposalBytes: Uint8Array,
  at: { mspId: string; transient: string },
): Promise<common.Envelope> {
  const proposal = peer.Proposal.deserializeBinary(proposalBytes);
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  payload.getTransientmapMap().set('secret', Buffer.from(at.transient));
  proposal.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  signed.setSignature(signMessage(session.member, signed.getProposalBytes_asU8()));
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const request = new protos.EndorseRequest();
  request.setTransactionId(channelHeader.getTxId());
  request.setChannelId('finance');
  request.setProposedTransaction(signed);
  request.setEndorsingOrganizationsList([at.mspId]);
  const response = await session.unary('Endorse', request, protos.EndorseResponse.deserializeBinary);
  return response.getPreparedTransaction() as common.Envelope;
}

/** Cedar and Maple each endorse the same proposal, but are shown different transient data; the client merges what they signed. */
async function swappedTransient(bench: Bench, step: Step): Promise<Outcome> {
  const session = bench.session();
  const built = protos.ProposedTransaction.deserializeBinary(
    session.propose([step], { transient: { secret: 'none' } }).getBytes(),
  );
  const bytes = (built.getProposal() as peer.SignedProposal).getProposalBytes_asU8();
  const cedar = takeApartEnvelope(await endorseWith(session, bytes, { mspId: 'CedarMSP', transient: 'honest' }));
  const maple = takeApartEnvelope(await endorseWith(session, bytes, { mspId: 'MapleMSP', transient: 'forged' }));
  const action = cedar.actionPayload.getAction() as peer.ChaincodeEndorsedAction;
  action.setEndorsementsList([
    ...action.getEndorsementsList(),
    ...(maple.actionPayload.getAction()?.getEndorsementsList() ?? []),
  ]);
  cedar.transaction.getActionsList()[0]?.setPayload(cedar.actionPayload.serializeBinary());
  const txId = cedar.channelHeader.getTxId();
  await session.submitEnvelope(txId, seal(cedar, session.member));
  return {
    samePayload: Buffer.from(cedar.responsePayload.serializeBinary()).equals(maple.responsePayload.serializeBinary()),
    code: (await session.status(txId)).code,
  };
}

/** Transient data, which no signature covers. */
export const transientCases: ConformanceCase[] = [
  {
    name: 'transient data swapped for one endorser is invalid where it is written',
    run: (bench) =>
      swappedTransient(bench, { do: 'putTransient', key: bench.key('a'), collection: 'pair', name: 'secret' }),
  },
  {
    name: 'transient data swapped for one endorser is not noticed where nothing depends on it',
    run: (bench) => swappedTransient(bench, { do: 'put', key: bench.key('a'), value: '1' }),
  },
];
