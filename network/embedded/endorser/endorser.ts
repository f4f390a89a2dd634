import { peer } from '@hyperledger/fabric-protos';
import { refuseAccess } from '../access.ts';
import { protoField } from '../bytes.ts';
import { readCompletion } from '../chaincode/execution.ts';
import { type Channel, isSystemChaincode, type Network, type Peer } from '../context.ts';
import type { SimulationResult } from '../ledger/types.ts';
import { invokeChaincode, type Run, readDefinition } from './execute.ts';
import { filterProposal, type Proposal, refuseProposal } from './proposal.ts';
import { runSystemChaincode } from './system-chaincodes.ts';

/** How an endorser answers: with a response, refusing the client's message, or not at all. */
export type EndorserAnswer =
  | { kind: 'answered'; response: peer.ProposalResponse; simulation?: SimulationResult }
  | { kind: 'refused'; message: string }
  | { kind: 'unavailable'; message: string };

const systemChaincodeVersion = 'syscc';
const chaincodeError = 400;

function failure(message: string): EndorserAnswer {
  const response = new peer.Response();
  response.setStatus(500);
  response.setMessage(message);
  const answer = new peer.ProposalResponse();
  answer.setResponse(response);
  return { kind: 'answered', response: answer };
}

/** Endorses a proposal as that peer: judges it, simulates it on the peer's own chaincode and stores, and signs the result. */
export async function endorse(network: Network, endorser: Peer, proposal: Proposal): Promise<EndorserAnswer> {
  const { mspId, address } = endorser;
  if (network.faults.strike('stop-endorser', { mspId })) {
    return {
      kind: 'unavailable',
      message: `connection error: desc = "transport: Error while dialing: dial tcp ${address}: connect: connection refused"`,
    };
  }
  const delay = network.faults.strike('delay-endorser', { mspId });
  if (delay) await new Promise((wake) => setTimeout(wake, delay.milliseconds ?? 0));

  const channel = network.channels.get(proposal.channelId);
  const known = channel ?? network.channels.values().next().value;
  const filtered = known && filterProposal(proposal, known.mspManager, network.clock.now());
  if (filtered) return { kind: 'unavailable', message: filtered };
  if (!proposal.channelId && known) return endorseWithoutChannel(network, proposal, known);
  if (!channel?.ledger.organizations.includes(mspId)) return failure(`channel '${proposal.channelId}' not found`);

  const refusal = refuseProposal(proposal, channel.mspManager) ?? refuseOnChannel(channel, proposal);
  if (refusal) return { kind: 'refused', message: refusal };
  try {
    return await simulate(network, endorser, { proposal, channel });
  } catch (error) {
    return failure((error as Error).message);
  }
}

function refuseOnChannel(channel: Channel, proposal: Proposal): string | undefined {
  if (channel.ledger.locateTransaction(proposal.txId)) {
    return `duplicate transaction found [${proposal.txId}]. Creator [${Buffer.from(proposal.creator).toString('hex')}]`;
  }
  if (isSystemChaincode(proposal.chaincodeName) || !proposal.creatorIdentity) return undefined;
  return refuseAccess(channel, 'Writers', { verified: proposal.creatorIdentity });
}

async function endorseWithoutChannel(network: Network, proposal: Proposal, any: Channel): Promise<EndorserAnswer> {
  const refusal = refuseProposal(proposal, any.mspManager);
  if (refusal) return { kind: 'refused', message: refusal };
  if (!isSystemChaincode(proposal.chaincodeName)) {
    return failure(
      `make sure the chaincode ${proposal.chaincodeName} has been successfully defined on channel  and try again: could not get channel config for channel ''`,
    );
  }
  const answer = new peer.ProposalResponse();
  answer.setResponse(runSystemChaincode(network, proposal));
  return { kind: 'answered', response: answer };
}

async function simulate(
  network: Network,
  endorser: Peer,
  { proposal, channel }: { proposal: Proposal; channel: Channel },
): Promise<EndorserAnswer> {
  const { chaincodeName, txId } = proposal;
  if (isSystemChaincode(chaincodeName)) {
    const response = runSystemChaincode(network, proposal);
    return finish(endorser, { proposal, response, version: systemChaincodeVersion, results: new Uint8Array(0) });
  }
  const simulator = channel.ledger.newSimulator({ txId, mspId: endorser.mspId });
  const run: Run = { network, peer: endorser, proposal, channel, simulator };
  let isDone = false;
  try {
    const version = versionOf(run);
    const completion = await execute(run);
    isDone = true;
    const simulation = completion.response.getStatus() >= chaincodeError ? undefined : simulator.done();
    if (!simulation) simulator.done();
    if (simulation?.privateRwset) channel.ledger.putTransient(txId, simulation.privateRwset);
    return finish(endorser, {
      proposal,
      version,
      results: simulation?.rwset ?? new Uint8Array(0),
      simulation,
      ...completion,
    });
  } finally {
    if (!isDone) simulator.done();
  }
}

function versionOf(run: Run): string {
  const { chaincodeName, channelId } = run.proposal;
  try {
    return readDefinition(run, chaincodeName).version;
  } catch (error) {
    throw new Error(
      `make sure the chaincode ${chaincodeName} has been successfully defined on channel ${channelId} and try again: ${(error as Error).message}`,
    );
  }
}

async function execute(run: Run): Promise<{ response: peer.Response; event: Uint8Array }> {
  const { chaincodeName, input, txId } = run.proposal;
  try {
    const completion = await invokeChaincode(run, chaincodeName, input);
    const response = readCompletion(txId, completion);
    const event = completion.event && peer.ChaincodeEvent.deserializeBinary(completion.event);
    if (!event || response.getStatus() >= chaincodeError) return { response, event: new Uint8Array(0) };
    event.setChaincodeId(chaincodeName);
    event.setTxId(txId);
    return { response, event: event.serializeBinary() };
  } catch (error) {
    const { message } = error as Error;
    const cause = message.startsWith('transaction returned with failure')
      ? message
      : `failed to execute transaction ${txId}: ${message}`;
    throw new Error(`error in simulation: ${cause}`);
  }
}

interface Outcome {
  proposal: Proposal;
  response: peer.Response;
  version: string;
  results: Uint8Array;
  event?: Uint8Array;
  simulation?: SimulationResult | undefined;
}

/** The proposal response: payload always, an endorsement only over success. */
function finish(endorser: Peer, { proposal, response, version, results, event, simulation }: Outcome): EndorserAnswer {
  const answer = new peer.ProposalResponse();
  answer.setResponse(response);
  const status = response.getStatus();
  if (status >= chaincodeError && status < 500) return { kind: 'answered', response: answer };

  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(proposal.chaincodeName);
  chaincodeId.setVersion(version);
  const action = Buffer.concat([
    protoField(1, results),
    protoField(2, event ?? new Uint8Array(0)),
    protoField(3, response.serializeBinary()),
    protoField(4, chaincodeId.serializeBinary()),
  ]);
  const payload = Buffer.concat([protoField(1, proposal.hash), protoField(2, action)]);
  answer.setPayload(payload);
  if (status >= 500) return { kind: 'answered', response: answer };

  const endorsement = new peer.Endorsement();
  endorsement.setEndorser(endorser.signer.serialized);
  endorsement.setSignature(endorser.signer.sign(Buffer.concat([payload, endorser.signer.serialized])));
  answer.setVersion(1);
  answer.setEndorsement(endorsement);
  return { kind: 'answered', response: answer, ...(simulation ? { simulation } : {}) };
}
