import { common } from '@hyperledger/fabric-protos';
import type { Signer } from '../identity/signer.ts';
import { missingSignatures, signerOf, signUpdate } from './config-signatures.ts';
import { computeUpdate } from './config-update.ts';
import { type Member, perPeer } from './members.ts';
import { type NodeClient, NodeError } from './node-client.ts';
import { signEnvelope } from './signed-envelope.ts';
import { forgetUpdateFile, signaturesIn, updateEnvelope, writeUpdateFile } from './update-file.ts';

const patienceMilliseconds = 60_000;
const pauseMilliseconds = 250;

/** A channel's configuration as it stands, and the block that brought it. */
export interface ChannelConfig {
  channel: string;
  config: common.Config;
  blockNumber: number;
}

/** Changes the configuration that it is given; leaves it alone when it is as wanted already. */
export type ConfigEdit = (config: common.Config) => void;

/** A change of a channel's configuration on its way, with the signatures that it has so far. */
export interface ConfigProposal {
  channel: string;
  update: Uint8Array;
  signatures: common.ConfigSignature[];
}

/** Asks a peer for a channel's present configuration. */
export async function fetchConfig({ peer, admin }: Member, channel: string): Promise<ChannelConfig> {
  const block = common.Block.deserializeBinary(
    await peer.query(admin, { chaincode: 'cscc', args: ['GetConfigBlock', channel] }),
  );
  const envelope = common.Envelope.deserializeBinary(block.getData()?.getDataList_asU8()[0] ?? new Uint8Array());
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  if (!config) throw new NodeError(`The configuration block of ${channel} holds no configuration.`);
  return { channel, config, blockNumber: block.getHeader()?.getNumber() ?? 0 };
}

/** Proposes an edit of a configuration; undefined when that changes nothing. */
export function proposeChange({ channel, config }: ChannelConfig, edit: ConfigEdit): ConfigProposal | undefined {
  const wanted = common.Config.deserializeBinary(config.serializeBinary());
  edit(wanted);
  if (Buffer.compare(wanted.serializeBinary(), config.serializeBinary()) === 0) return undefined;
  return { channel, update: computeUpdate(channel, config, wanted).serializeBinary(), signatures: [] };
}

/**
 * Changes a channel's configuration: signs with every member's administrator beside the signatures that a proposal has
 * already, submits, and returns when every peer and orderer has the new configuration. Returns false when it is as
 * wanted. Refuses, naming who must still sign, when signatures are too few; nothing is submitted then.
 */
export async function changeConfig(members: readonly Member[], channel: string, edit: ConfigEdit): Promise<boolean> {
  const proposal = proposeChange(await fetchConfig(anyOf(members), channel), edit);
  if (!proposal) return false;
  await submitChange(members, { ...proposal, signatures: ownSignatures(members, proposal) });
  return true;
}

/**
 * Does the same with the signatures that administrators on other machines have put into a file. Where they are too few
 * it writes the file anew, with all there are, and says who is to sign it.
 */
export async function changeConfigTogether(
  members: readonly Member[],
  edit: ConfigEdit,
  { channel, file }: { channel: string; file: string },
): Promise<boolean> {
  const present = await fetchConfig(anyOf(members), channel);
  const proposal = proposeChange(present, edit);
  if (!proposal) return false;
  const own = ownSignatures(members, proposal);
  const ours = new Set(own.map(signerOf));
  const others = signaturesIn(file, proposal.update).filter((signature) => !ours.has(signerOf(signature)));
  const signed = { ...proposal, signatures: [...own, ...others] };
  try {
    demandSignatures(present, signed);
  } catch (error) {
    writeUpdateFile(file, signed, anyOf(members).admin);
    throw new Error(
      `${(error as Error).message}\nHave them sign ${file}: npm run network -- sign-update <file>. Then bring it back here.`,
    );
  }
  await submitChange(members, signed);
  forgetUpdateFile(file);
  return true;
}

/** Of members that run elsewhere the keys are elsewhere too. */
const ownSignatures = (members: readonly Member[], { update }: ConfigProposal): common.ConfigSignature[] =>
  members.filter(({ organization }) => !organization.elsewhere).map(({ admin }) => signUpdate(admin, update));

/** Submits a proposal with the signatures that it has. Refuses too few, and one that an other change has overtaken. */
export async function submitChange(members: readonly Member[], proposal: ConfigProposal): Promise<void> {
  const { channel } = proposal;
  const present = await fetchConfig(anyOf(members), channel);
  demandSignatures(present, proposal);
  const envelope = signEnvelope(anyOf(members).admin, {
    type: common.HeaderType.CONFIG_UPDATE,
    channel,
    data: updateEnvelope(proposal).serializeBinary(),
  });
  await broadcastToOne(members, channel, envelope);
  await untilChanged(members, present);
}

/** Refuses a proposal that its signatures do not carry, with the policies and who could still sign. */
export function demandSignatures({ channel, config }: ChannelConfig, { update, signatures }: ConfigProposal): void {
  const signed = signatures.map(signerOf);
  const missing = missingSignatures(config, common.ConfigUpdate.deserializeBinary(update), signed);
  if (missing.length === 0) return;
  const lines = missing.map(
    ({ policy, count, mspIds }) =>
      `  ${policy}: ${Number.isFinite(count) ? `${count} more of ${mspIds.join(', ')}` : 'nobody can satisfy it'}`,
  );
  throw new Error(
    `The change of ${channel} lacks signatures of administrators (${signed.join(', ') || 'nobody'} signed):\n${lines.join('\n')}`,
  );
}

/**
 * Each orderer would wrap the update into a configuration transaction of its own and all but one would be refused, so
 * one is asked, and the next only when that one does not take it.
 */
async function broadcastToOne(members: readonly Member[], channel: string, envelope: common.Envelope): Promise<void> {
  const refusals: string[] = [];
  for (const { orderer } of members) {
    if (!orderer) continue;
    try {
      return await orderer.broadcast(envelope);
    } catch (error) {
      refusals.push((error as Error).message);
    }
  }
  throw new NodeError(`No orderer takes the change of ${channel}:\n  ${refusals.join('\n  ')}`);
}

/** Waits until every peer has the next configuration, and every orderer its block. */
async function untilChanged(members: readonly Member[], before: ChannelConfig): Promise<void> {
  const { channel } = before;
  const numbers = await Promise.all(perPeer(members).map((member) => nextConfigBlock(member, before)));
  const number = Math.max(...numbers);
  const [{ admin }] = [anyOf(members)];
  await Promise.all(members.map(({ orderer }) => orderer && untilDelivered(orderer, { admin, channel, number })));
}

/** An orderer waits for its next block, and knows nothing of one further ahead while it catches up. */
async function untilDelivered(
  orderer: NodeClient,
  { admin, channel, number }: { admin: Signer; channel: string; number: number },
): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    try {
      await orderer.fetchBlock(admin, channel, number);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
  }
}

async function nextConfigBlock(member: Member, { channel, config }: ChannelConfig): Promise<number> {
  const deadline = Date.now() + patienceMilliseconds;
  while (Date.now() < deadline) {
    const present = await fetchConfig(member, channel);
    if (present.config.getSequence() > config.getSequence()) return present.blockNumber;
    await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
  }
  throw new NodeError(
    `The peer of ${member.peerName} did not get the new configuration of ${channel} within ${patienceMilliseconds / 1000} s.`,
  );
}

function anyOf(members: readonly Member[]): Member {
  const [first] = members;
  if (!first) throw new Error('A configuration needs at least one member.');
  return first;
}
