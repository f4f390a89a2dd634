import { type common, peer } from '@hyperledger/fabric-protos';
import type { Member } from './members.ts';
import { NodeError } from './node-client.ts';
import { assembleEnvelope, type Call, type SignedCall, signProposal } from './proposal.ts';

const { TxValidationCode } = peer;
const pauseMilliseconds = 250;

export interface Submission {
  /** Whose administrator signs, and whose peer tells how it ended. */
  member: Member;
  /** Organisations that are asked for an endorsement, and how many of them must give the same. */
  endorsers: readonly Member[];
  endorsementsMin: number;
  call: Call;
}

/**
 * Endorses, orders and awaits a transaction. Peers that stand at different heights, and orderers that have no leader
 * yet, are asked again for as long as `patienceMilliseconds`; any other refusal is final.
 */
export async function submit(
  members: readonly Member[],
  submission: Submission,
  patienceMilliseconds: number,
): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    try {
      return await submitOnce(members, submission);
    } catch (error) {
      if (Date.now() > deadline || !isPassing(error as Error)) throw error;
    }
    await pause();
  }
}

export const pause = (): Promise<void> => new Promise((wake) => setTimeout(wake, pauseMilliseconds));

/** Whether a refusal comes from the moment, not from what was asked: orderers elsewhere may not have joined a channel yet. */
export const isPassing = ({ message }: Error): boolean =>
  /do not match|SERVICE_UNAVAILABLE|503|UNAVAILABLE|DEADLINE_EXCEEDED|not agreed to by this org|MVCC_READ_CONFLICT|ENDORSEMENT_POLICY|400 channel does not exist/.test(
    message,
  );

/** One attempt of `submit`. */
export async function submitOnce(members: readonly Member[], submission: Submission): Promise<void> {
  const { member, endorsers, endorsementsMin, call } = submission;
  const signed = signProposal(member.admin, call);
  const responses = await endorse(endorsers, signed, endorsementsMin);
  await broadcastToAll(members, assembleEnvelope(member.admin, signed, responses));
  const code = await member.peer.commitStatus(member.admin, call.channel ?? '', signed.txId);
  if (code === TxValidationCode.VALID) return;
  const name = Object.entries(TxValidationCode).find(([, value]) => value === code)?.[0] ?? code;
  throw new NodeError(`${call.args[0]} of ${call.chaincode} on ${call.channel} came out as ${name}.`);
}

/** The endorsements that most organisations give alike; refuses when they are too few. */
async function endorse(
  endorsers: readonly Member[],
  signed: SignedCall,
  endorsementsMin: number,
): Promise<peer.ProposalResponse[]> {
  const settled = await Promise.allSettled(endorsers.map((member) => endorseByAnyPeer(member, signed)));
  const responses = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const alike = Map.groupBy(responses, (response) => Buffer.from(response.getPayload_asU8()).toString('base64'));
  const [largest = []] = [...alike.values()].sort((a, b) => b.length - a.length);
  if (largest.length >= endorsementsMin) return largest;
  const refused = settled.find((each) => each.status === 'rejected');
  throw refused?.reason ?? new NodeError('The endorsements do not match.');
}

/** An organisation speaks through whichever of its peers answers first in order. */
async function endorseByAnyPeer({ peers }: Member, signed: SignedCall): Promise<peer.ProposalResponse> {
  let last: unknown;
  for (const { client } of peers) {
    try {
      return await client.endorse(signed);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** A BFT follower would pass a lone envelope on only after a second, so every orderer gets it, as gateways do. */
async function broadcastToAll(members: readonly Member[], envelope: common.Envelope): Promise<void> {
  await Promise.any(members.flatMap(({ orderer }) => (orderer ? [orderer.broadcast(envelope)] : []))).catch(
    ({ errors }: AggregateError) => {
      throw errors[0];
    },
  );
}
