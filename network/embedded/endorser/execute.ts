import type { peer } from '@hyperledger/fabric-protos';
import { refuseAccess } from '../access.ts';
import type { Execution } from '../chaincode/execution.ts';
import type { ChaincodeMessage } from '../chaincode/wire.ts';
import { type Channel, isSystemChaincode, type Network, type Peer } from '../context.ts';
import type { Simulator } from '../ledger/types.ts';
import { checkCollectionAccess } from './collection-access.ts';
import type { Proposal } from './proposal.ts';

/** One peer's execution of one proposal: which peer, which proposal, on which channel and simulator. */
export interface Run {
  network: Network;
  peer: Peer;
  proposal: Proposal;
  channel: Channel;
  simulator: Simulator;
}

const lifecycle = '_lifecycle';

/** The committed definition, with the read of its sequence that every endorsement of a peer carries. Refuses an undefined chaincode. */
export function readDefinition({ channel, simulator }: Run, name: string) {
  const sequence = simulator.getState(lifecycle, `namespaces/fields/${name}/Sequence`);
  const definition = sequence && channel.ledger.getDefinition(name);
  if (!definition) throw new Error(`chaincode ${name} not found`);
  return definition;
}

/** Runs a chaincode on the peer's own process, and whatever that calls; throws with a peer's texts. */
export async function invokeChaincode(run: Run, name: string, input: peer.ChaincodeInput): Promise<ChaincodeMessage> {
  const { channel, peer: endorsingPeer, proposal, simulator } = run;
  let definition: ReturnType<typeof readDefinition>;
  try {
    definition = readDefinition(run, name);
  } catch (error) {
    throw new Error(
      `invalid invocation: [channel ${channel.id}] failed to get chaincode container info for ${name}: ${(error as Error).message}`,
    );
  }
  const isInit = checkInit(run, definition, input);
  const connection = endorsingPeer.connectionOf(channel.id, name);
  if (!connection) throw new Error(`chaincode definition for '${name}' exists, but chaincode is not installed`);
  const execution: Execution = {
    channelId: channel.id,
    txId: proposal.txId,
    namespace: name,
    isInit,
    simulator,
    signedProposal: proposal.signedBytes,
    checkCollectionAccess: (collection, access) => checkCollectionAccess(run, name, { collection, access }),
    invoke: (target) => invokeFromChaincode(run, target),
  };
  return connection.execute(input, execution);
}

const initializedKey = '\u0000\u{10ffff}initialized';

/** Judges an init call against the definition, which may demand exactly one per version; true for an init. */
function checkInit(run: Run, definition: ReturnType<typeof readDefinition>, input: peer.ChaincodeInput): boolean {
  const { name, version, initRequired } = definition;
  let needsInit = false;
  if (initRequired) {
    const value = run.simulator.getState(name, initializedKey);
    needsInit = !value || Buffer.from(value).toString() !== version;
  }
  if (input.getIsInit()) {
    if (!initRequired)
      throw new Error(`invalid invocation: chaincode '${name}' does not require initialization but called as init`);
    if (!needsInit)
      throw new Error(`invalid invocation: chaincode '${name}' is already initialized but called as init`);
    run.simulator.putState(name, initializedKey, Buffer.from(version));
    return true;
  }
  if (needsInit)
    throw new Error(
      `invalid invocation: chaincode '${name}' has not been initialized for this version, must call as init first`,
    );
  return false;
}

/** A call by a chaincode: on the same channel it shares the simulator; on another it reads, and its writes are dropped. */
async function invokeFromChaincode(run: Run, target: Parameters<Execution['invoke']>[0]): Promise<ChaincodeMessage> {
  const { network, proposal, peer: endorsingPeer } = run;
  if (isSystemChaincode(target.name))
    throw new Error(`execute failed: Rejecting invoke of ${target.name} from another chaincode`);
  const channelId = target.channelId || run.channel.id;
  if (channelId === run.channel.id) return wrapExecute(invokeChaincode(run, target.name, target.input));

  const channel = network.channels.get(channelId);
  if (!channel?.ledger.organizations.includes(endorsingPeer.mspId)) {
    throw new Error(`Failed to get policy manager for channel [${channelId}]`);
  }
  const refusal = proposal.creatorIdentity && refuseAccess(channel, 'Writers', { verified: proposal.creatorIdentity });
  if (refusal) throw new Error(refusal);
  const simulator = channel.ledger.newSimulator({ txId: proposal.txId, mspId: endorsingPeer.mspId });
  try {
    return await wrapExecute(invokeChaincode({ ...run, channel, simulator }, target.name, target.input));
  } finally {
    simulator.done();
  }
}

async function wrapExecute(execution: Promise<ChaincodeMessage>): Promise<ChaincodeMessage> {
  try {
    return await execution;
  } catch (error) {
    throw new Error(`execute failed: ${(error as Error).message}`);
  }
}
