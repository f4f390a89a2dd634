import { type common, peer } from '@hyperledger/fabric-protos';
import type { ResolvedChaincode } from '../config/resolve.ts';
import { applicationPolicyBytes } from '../embedded/ledger/policy/policy-text.ts';
import type { ChaincodePackage } from './chaincode-package.ts';
import { type Member, perPeer } from './members.ts';
import { type NodeClient, NodeError } from './node-client.ts';
import { assembleEnvelope, type Call, signProposal } from './proposal.ts';

const { lifecycle, TxValidationCode } = peer;
const attempts = 40;
const pauseMilliseconds = 250;

export interface Deployment extends ResolvedChaincode {
  version: string;
  package: ChaincodePackage;
  /** Explicit private data collections; the product uses implicit ones only. */
  collections?: peer.CollectionConfigPackage;
}

export interface Definition {
  name: string;
  version: string;
  sequence: number;
  validationParameter: Uint8Array;
  collections: Uint8Array;
}

const lifecycleCall = (name: string, message: { serializeBinary(): Uint8Array }, channel?: string): Call => ({
  chaincode: '_lifecycle',
  channel,
  args: [name, message.serializeBinary()],
});

/** Installs, approves and commits what is new or changed; returns the names that were. */
export async function deploy(members: readonly Member[], deployments: readonly Deployment[]): Promise<string[]> {
  const judged = await Promise.all(
    deployments.map(async (deployment) => ({ deployment, sequence: await nextSequence(members, deployment) })),
  );
  const changed = judged.filter((entry): entry is Change => entry.sequence !== undefined);
  await Promise.all(perPeer(members).map((member) => installAll(member, changed)));
  await Promise.all(members.flatMap((member) => changed.map((change) => approve(members, member, change))));
  await Promise.all(changed.map((change) => commit(members, change)));
  await Promise.all(perPeer(members).map((member) => untilDefined(member, changed)));
  return changed.map(({ deployment }) => deployment.name);
}

interface Change {
  deployment: Deployment;
  sequence: number;
}

/** The definition that a channel has committed for a name. */
export async function committedDefinitions(member: Member, channel: string): Promise<Definition[]> {
  const request = new lifecycle.QueryChaincodeDefinitionsArgs();
  const answer = await member.peer.query(member.admin, lifecycleCall('QueryChaincodeDefinitions', request, channel));
  return lifecycle.QueryChaincodeDefinitionsResult.deserializeBinary(answer)
    .getChaincodeDefinitionsList()
    .map((entry) => ({
      name: entry.getName(),
      version: entry.getVersion(),
      sequence: entry.getSequence(),
      validationParameter: entry.getValidationParameter_asU8(),
      collections: collectionBytes(entry.getCollections()),
    }));
}

const collectionBytes = (collections?: peer.CollectionConfigPackage) =>
  collections?.serializeBinary() ?? Buffer.alloc(0);

/** Package id that an organisation has approved for a definition; undefined when it has not approved it. */
export async function approvedPackage(
  member: Member,
  { channel, name, sequence }: { channel: string; name: string; sequence: number },
): Promise<string | undefined> {
  const request = new lifecycle.QueryApprovedChaincodeDefinitionArgs();
  request.setName(name);
  request.setSequence(sequence);
  try {
    const call = lifecycleCall('QueryApprovedChaincodeDefinition', request, channel);
    const answer = await member.peer.query(member.admin, call);
    const approved = lifecycle.QueryApprovedChaincodeDefinitionResult.deserializeBinary(answer);
    return approved.getSource()?.getLocalPackage()?.getPackageId() ?? '';
  } catch (error) {
    if (error instanceof NodeError && /could not fetch approved/.test(error.message)) return undefined;
    throw error;
  }
}

/** Package ids that a peer has installed. */
async function installedPackages({ peer: client, admin }: Member): Promise<string[]> {
  const request = new lifecycle.QueryInstalledChaincodesArgs();
  const answer = await client.query(admin, lifecycleCall('QueryInstalledChaincodes', request));
  return lifecycle.QueryInstalledChaincodesResult.deserializeBinary(answer)
    .getInstalledChaincodesList()
    .map((entry) => entry.getPackageId());
}

/** Sequence of the next definition, or undefined when what is committed and approved everywhere is what is wanted. */
async function nextSequence(members: readonly Member[], deployment: Deployment): Promise<number | undefined> {
  const { channel, name, version, policy } = deployment;
  const [first] = members;
  if (!first) return undefined;
  const committed = (await committedDefinitions(first, channel)).find((definition) => definition.name === name);
  if (!committed) return 1;
  const isSame =
    committed.version === version &&
    Buffer.compare(committed.validationParameter, applicationPolicyBytes(policy)) === 0 &&
    Buffer.compare(committed.collections, collectionBytes(deployment.collections)) === 0;
  const approvals = await Promise.all(
    members.map((member) => approvedPackage(member, { channel, name, sequence: committed.sequence })),
  );
  const isApproved = approvals.every((packageId) => packageId === deployment.package.packageId);
  return isSame && isApproved ? undefined : committed.sequence + 1;
}

async function installAll(member: Member, changes: readonly Change[]): Promise<void> {
  const installed = await installedPackages(member);
  for (const { deployment } of changes) {
    if (installed.includes(deployment.package.packageId)) continue;
    const request = new lifecycle.InstallChaincodeArgs();
    request.setChaincodeInstallPackage(deployment.package.bytes);
    await member.peer.query(member.admin, lifecycleCall('InstallChaincode', request));
  }
}

async function approve(members: readonly Member[], member: Member, { deployment, sequence }: Change): Promise<void> {
  const { channel, name, version, policy, collections } = deployment;
  const request = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
  const local = new lifecycle.ChaincodeSource.Local();
  local.setPackageId(deployment.package.packageId);
  const source = new lifecycle.ChaincodeSource();
  source.setLocalPackage(local);
  request.setSource(source);
  request.setName(name);
  request.setVersion(version);
  request.setSequence(sequence);
  request.setValidationParameter(applicationPolicyBytes(policy));
  if (collections) request.setCollections(collections);
  const call = lifecycleCall('ApproveChaincodeDefinitionForMyOrg', request, channel);
  try {
    await submit(members, { member, endorsers: [member.peer], call });
  } catch (error) {
    // An earlier run came this far.
    if (!/unchanged content/.test((error as Error).message)) throw error;
  }
}

async function commit(members: readonly Member[], { deployment, sequence }: Change): Promise<void> {
  const [first] = members;
  if (!first) return;
  const request = new lifecycle.CommitChaincodeDefinitionArgs();
  request.setName(deployment.name);
  request.setVersion(deployment.version);
  request.setSequence(sequence);
  request.setValidationParameter(applicationPolicyBytes(deployment.policy));
  if (deployment.collections) request.setCollections(deployment.collections);
  const call = lifecycleCall('CommitChaincodeDefinition', request, deployment.channel);
  await submit(members, { member: first, endorsers: members.map((member) => member.peer), call });
}

/** Peers commit at their own pace: waits until one has every new definition, for as long as it makes sense. */
async function untilDefined(member: Member, changes: readonly Change[]): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const states = await Promise.all(
      changes.map(async ({ deployment: { channel, name }, sequence }) =>
        (await committedDefinitions(member, channel)).some((each) => each.name === name && each.sequence >= sequence),
      ),
    );
    if (states.every(Boolean)) return;
    await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
  }
  throw new NodeError(`The peer of ${member.peerName} does not commit the new definitions.`);
}

interface Submission {
  member: Member;
  endorsers: readonly NodeClient[];
  call: Call;
}

/**
 * Endorses, orders and awaits a transaction. Peers that stand at different heights, and orderers that have no leader
 * yet, are asked again; any other refusal is final.
 */
async function submit(members: readonly Member[], { member, endorsers, call }: Submission): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await submitOnce(members, { member, endorsers, call });
    } catch (error) {
      if (attempt === attempts || !isPassing(error as Error)) throw error;
    }
    await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
  }
}

const isPassing = ({ message }: Error) =>
  /do not match|SERVICE_UNAVAILABLE|503|UNAVAILABLE|not agreed to by this org|MVCC_READ_CONFLICT|ENDORSEMENT_POLICY/.test(
    message,
  );

async function submitOnce(members: readonly Member[], { member, endorsers, call }: Submission): Promise<void> {
  const signed = signProposal(member.admin, call);
  const responses = await Promise.all(endorsers.map((endorser) => endorser.endorse(signed)));
  const payloads = new Set(responses.map((response) => Buffer.from(response.getPayload_asU8()).toString('base64')));
  if (payloads.size !== 1) throw new NodeError('The endorsements do not match.');
  await broadcastToAll(members, assembleEnvelope(member.admin, signed, responses));
  const code = await member.peer.commitStatus(member.admin, call.channel ?? '', signed.txId);
  if (code === TxValidationCode.VALID) return;
  const name = Object.entries(TxValidationCode).find(([, value]) => value === code)?.[0] ?? code;
  throw new NodeError(`${call.args[0]} of ${call.chaincode} on ${call.channel} came out as ${name}.`);
}

/** A BFT follower would pass a lone envelope on only after a second, so every orderer gets it, as gateways do. */
async function broadcastToAll(members: readonly Member[], envelope: common.Envelope): Promise<void> {
  await Promise.any(members.flatMap(({ orderer }) => (orderer ? [orderer.broadcast(envelope)] : []))).catch(
    ({ errors }: AggregateError) => {
      throw errors[0];
    },
  );
}
