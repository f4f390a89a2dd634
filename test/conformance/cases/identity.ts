import { sign } from 'node:crypto';
import type { Proposal } from '@hyperledger/fabric-gateway';
import { common, peer, gateway as protos } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { toHighS } from '../ecdsa.ts';
import { newTransactionId, seal, takeApart } from '../envelope.ts';
import { expiredMember, memberOfForeignAuthority, memberWithUnit } from '../identities.ts';
import { loadMember, type Member, type Role, signMessage } from '../member.ts';
import type { Outcome } from '../network.ts';
import { orderingRefusal, refusal } from '../refusal.ts';
import type { Session } from '../session.ts';

async function submitsAs(bench: Bench, role: Role): Promise<Outcome> {
  const { code, result } = await bench
    .session('CedarMSP', { role })
    .submit([{ do: 'put', key: bench.key('a'), value: '1' }, { do: 'identity' }]);
  return { code, identity: (result[1] as { mspId: string }).mspId };
}

async function refusesToEndorse(bench: Bench, member: Member): Promise<Outcome> {
  const session = bench.sessionOf(member);
  return {
    endorse: await refusal(
      session.endorse([{ do: 'put', key: bench.key('a'), value: '1' }], { endorsers: ['CedarMSP'] }),
    ),
    evaluate: await refusal(session.evaluate([{ do: 'get', key: bench.key('a') }], { endorsers: ['CedarMSP'] })),
  };
}

/** Sends a proposal after a change to its channel and signature headers, signed by the session's member or as told. */
async function endorseChanged(
  session: Session,
  change: (channelHeader: common.ChannelHeader, signatureHeader: common.SignatureHeader) => void,
  signAs: (bytes: Uint8Array) => Uint8Array = (bytes) => signMessage(session.member, bytes),
): Promise<Outcome> {
  const built = session.propose([{ do: 'identity' }], { endorsers: ['CedarMSP'] });
  const proposed = protos.ProposedTransaction.deserializeBinary(built.getBytes());
  const signed = proposed.getProposal() as peer.SignedProposal;
  const proposal = peer.Proposal.deserializeBinary(signed.getProposalBytes_asU8());
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const signatureHeader = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
  change(channelHeader, signatureHeader);
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  proposal.setHeader(header.serializeBinary());
  signed.setProposalBytes(proposal.serializeBinary());
  signed.setSignature(signAs(signed.getProposalBytes_asU8()));
  const request = new protos.EndorseRequest();
  request.setTransactionId(channelHeader.getTxId());
  request.setChannelId(channelHeader.getChannelId());
  request.setProposedTransaction(signed);
  request.setEndorsingOrganizationsList(['CedarMSP']);
  return refusal(session.unary('Endorse', request, protos.EndorseResponse.deserializeBinary));
}

async function offline(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const signer = (digest: Uint8Array) => signDigest(session, digest);
  const unsigned: Proposal = session.propose([{ do: 'put', key: bench.key('a'), value: '1' }]);
  const proposal = session.gateway.newSignedProposal(unsigned.getBytes(), await signer(unsigned.getDigest()));
  const endorsed = await proposal.endorse();
  const transaction = session.gateway.newSignedTransaction(endorsed.getBytes(), await signer(endorsed.getDigest()));
  const submitted = await transaction.submit();
  const commit = session.gateway.newSignedCommit(submitted.getBytes(), await signer(submitted.getDigest()));
  const status = await commit.getStatus();
  return { successful: status.successful, code: status.code };
}

async function signDigest(session: Session, digest: Uint8Array): Promise<Uint8Array> {
  const { signers } = await import('@hyperledger/fabric-gateway');
  return signers.newPrivateKeySigner(session.member.key)(digest);
}

async function highSEnvelope(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const endorsed = await session.endorse([{ do: 'put', key: bench.key('a'), value: '1' }]);
  const envelope = seal(takeApart(endorsed), session.member);
  envelope.setSignature(toHighS(envelope.getSignature_asU8()));
  return orderingRefusal(session.submitEnvelope(endorsed.txId, envelope));
}

async function statusSignedByAnother(bench: Bench): Promise<Outcome> {
  const cedar = bench.session();
  const { txId } = await cedar.submit([{ do: 'put', key: bench.key('a'), value: '1' }]);
  const inner = new protos.CommitStatusRequest();
  inner.setTransactionId(txId);
  inner.setChannelId('finance');
  inner.setIdentity(cedar.creator);
  const request = new protos.SignedCommitStatusRequest();
  request.setRequest(inner.serializeBinary());
  request.setSignature(signMessage(loadMember(bench.network, 'MapleMSP'), request.getRequest_asU8()));
  return refusal(cedar.unary('CommitStatus', request, protos.CommitStatusResponse.deserializeBinary));
}

/** Identity: who may propose, submit and ask. */
export const identityCases: ConformanceCase[] = [
  { name: 'a client of a member organisation submits', run: (bench) => submitsAs(bench, 'gateway') },
  { name: 'an admin submits', run: (bench) => submitsAs(bench, 'Admin') },
  {
    name: 'a peer identity is no writer',
    run: async (bench) => refusesToEndorse(bench, loadMember(bench.network, 'CedarMSP', 'peer')),
  },
  {
    name: 'an orderer identity is no writer',
    run: async (bench) => refusesToEndorse(bench, loadMember(bench.network, 'CedarMSP', 'orderer')),
  },
  {
    name: "a client submits through another organisation's peer",
    run: async (bench) => {
      const { code } = await bench
        .session('CedarMSP', { at: 'PineMSP' })
        .submit([{ do: 'put', key: bench.key('a'), value: '1' }]);
      return { code };
    },
  },
  { name: 'proposal, transaction and status are signed offline', run: offline },
  {
    name: 'an unknown MSP is refused',
    run: async (bench) => refusesToEndorse(bench, await memberOfForeignAuthority('ElsewhereMSP')),
  },
  {
    name: 'a certificate of a foreign CA is refused',
    run: async (bench) => refusesToEndorse(bench, await memberOfForeignAuthority('CedarMSP')),
  },
  {
    name: 'an expired certificate is refused',
    run: async (bench) => refusesToEndorse(bench, await expiredMember(bench.network)),
  },
  {
    name: 'a certificate without a node OU is refused',
    run: async (bench) => refusesToEndorse(bench, await memberWithUnit(bench.network)),
  },
  {
    name: 'a certificate with an unknown OU is refused',
    run: async (bench) => refusesToEndorse(bench, await memberWithUnit(bench.network, 'treasury')),
  },
  {
    name: 'a signature by another key is refused',
    run: async (bench) =>
      refusesToEndorse(bench, {
        ...loadMember(bench.network, 'CedarMSP'),
        key: loadMember(bench.network, 'MapleMSP').key,
      }),
  },
  {
    name: 'a proposal with a high-S signature is refused',
    run: (bench) => {
      const session = bench.session();
      return endorseChanged(
        session,
        () => {},
        (bytes) => toHighS(sign('sha256', bytes, session.member.key)),
      );
    },
  },
  { name: 'a transaction with a high-S signature is refused', run: highSEnvelope },
  {
    name: 'a transaction id that is not the hash of nonce and creator is refused',
    run: (bench) => endorseChanged(bench.session(), (channelHeader) => channelHeader.setTxId('ab'.repeat(32))),
  },
  {
    name: 'an empty nonce is refused',
    run: (bench) => endorseChanged(bench.session(), (_, signatureHeader) => signatureHeader.setNonce('')),
  },
  {
    name: 'a proposal with an epoch is refused',
    run: (bench) => endorseChanged(bench.session(), (channelHeader) => channelHeader.setEpoch(1)),
  },
  {
    name: 'a proposal an hour old is refused',
    run: (bench) =>
      endorseChanged(bench.session(), (channelHeader) => {
        channelHeader.getTimestamp()?.setSeconds((channelHeader.getTimestamp()?.getSeconds() ?? 0) - 3600);
      }),
  },
  {
    name: 'a proposal of another header type is refused',
    run: (bench) =>
      endorseChanged(bench.session(), (channelHeader) => channelHeader.setType(common.HeaderType.CONFIG_UPDATE)),
  },
  {
    name: 'a proposal whose creator is somebody else is refused',
    run: (bench) => {
      const maple = bench.session('MapleMSP').creator;
      const { nonce, txId } = newTransactionId(maple);
      return endorseChanged(bench.session(), (channelHeader, signatureHeader) => {
        channelHeader.setTxId(txId);
        signatureHeader.setNonce(nonce);
        signatureHeader.setCreator(maple);
      });
    },
  },
  { name: 'a status request signed by another key is refused', run: statusSignedByAnother },
];
