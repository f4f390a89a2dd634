import { generateKeyPairSync } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, signers } from '@hyperledger/fabric-gateway';
import { common, gateway as gatewayProtos, peer } from '@hyperledger/fabric-protos';
import { setProposalTime } from './proposal-time.ts';

function headerOf(bytes: Uint8Array): common.ChannelHeader {
  const proposed = gatewayProtos.ProposedTransaction.deserializeBinary(bytes);
  const proposal = peer.Proposal.deserializeBinary(proposed.getProposal()?.getProposalBytes_asU8() ?? bytes);
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  return common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
}

describe('setProposalTime', () => {
  test('changes the timestamp and nothing that the transaction id covers', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const client = new Client('127.0.0.1:1', credentials.createInsecure());
    const gateway = connect({
      client,
      identity: { mspId: 'CedarMSP', credentials: Buffer.from('certificate') },
      signer: signers.newPrivateKeySigner(privateKey),
    });
    const proposal = gateway
      .getNetwork('finance')
      .getContract('cedar')
      .newProposal('lane:submit', { arguments: ['{}'], transientData: { batch: 'x' }, endorsingOrganizations: ['A'] });
    const bytes = setProposalTime(proposal.getBytes(), Date.parse('2027-03-04T05:06:07.089Z'));
    const before = headerOf(proposal.getBytes());
    const after = headerOf(bytes);
    expect(after.getTimestamp()?.toDate().toISOString()).toBe('2027-03-04T05:06:07.089Z');
    after.setTimestamp(before.getTimestamp());
    expect(after.toObject()).toEqual(before.toObject());
    expect(gateway.newProposal(bytes).getTransactionId()).toBe(proposal.getTransactionId());
    gateway.close();
    client.close();
  });
});
