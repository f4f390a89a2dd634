import { peer } from '@hyperledger/fabric-protos';
import type { ResolvedChaincode } from '../config/resolve.ts';
import { applicationPolicyBytes } from '../embedded/ledger/policy/policy-text.ts';
import type { ChaincodePackage } from './chaincode-package.ts';
import { type Member, own, perPeer } from './members.ts';
import { NodeError } from './node-client.ts';
import type { Call } from './proposal.ts';

const { lifecycle } = peer;

/** What is wanted of a chaincode name. */
export interface Deployment extends ResolvedChaincode {
  version: string;
  package: ChaincodePackage;
  /** Explicit private data collections; the product uses implicit ones only. */
  collections?: peer.CollectionConfigPackage;
}

/** What a channel has committed for a chaincode name. */
export interface Definition {
  name: string;
  version: string;
  sequence: number;
  validationParameter: Uint8Array;
  collections: Uint8Array;
}

export const lifecycleCall = (name: string, message: { serializeBinary(): Uint8Array }, channel?: string): Call => ({
  chaincode: '_lifecycle',
  channel,
  args: [name, message.serializeBinary()],
});

/** The definitions that a channel has committed. */
export async function committedDefinitions(
  member: Pick<Member, 'peer' | 'admin'>,
  channel: string,
): Promise<Definition[]> {
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

/** Versions of some names' definitions on any peer here that answers. Throws when none does. */
export async function definedVersions(
  members: readonly Member[],
  chaincodes: readonly ResolvedChaincode[],
): Promise<string[]> {
  const asked = perPeer(own(members)).map((member) => versionsOn(member, chaincodes));
  // The first to answer would do, but for one that is behind.
  const answers = await Promise.allSettled(asked);
  if (answers.every(({ status }) => status === 'rejected')) await Promise.any(asked);
  return [...new Set(answers.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])))];
}

async function versionsOn(member: Member, chaincodes: readonly ResolvedChaincode[]): Promise<string[]> {
  const channels = [...new Set(chaincodes.map(({ channel }) => channel))];
  const definitions = await Promise.all(
    channels.map(async (channel) => {
      const names = chaincodes.filter((each) => each.channel === channel).map(({ name }) => name);
      return (await committedDefinitions(member, channel)).filter(({ name }) => names.includes(name));
    }),
  );
  return definitions.flat().map(({ version }) => version);
}

const collectionBytes = (collections?: peer.CollectionConfigPackage) =>
  collections?.serializeBinary() ?? Buffer.alloc(0);

/** Whether a committed definition is what is wanted, but for its package, which each organisation approves for itself. */
export const isSameDefinition = (committed: Definition, { version, policy, collections }: Deployment): boolean =>
  committed.version === version &&
  Buffer.compare(committed.validationParameter, applicationPolicyBytes(policy)) === 0 &&
  Buffer.compare(committed.collections, collectionBytes(collections)) === 0;

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

/** MSP ids of the organisations that have approved the committed definition of a name. */
export async function approvalsOf(member: Member, channel: string, name: string): Promise<string[]> {
  const request = new lifecycle.QueryChaincodeDefinitionArgs();
  request.setName(name);
  const answer = await member.peer.query(member.admin, lifecycleCall('QueryChaincodeDefinition', request, channel));
  const approved: string[] = [];
  lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(answer)
    .getApprovalsMap()
    .forEach((isApproved, mspId) => {
      if (isApproved) approved.push(mspId);
    });
  return approved;
}

/** Package ids that a peer has installed. */
export async function installedPackages({ peer: client, admin }: Member): Promise<string[]> {
  const request = new lifecycle.QueryInstalledChaincodesArgs();
  const answer = await client.query(admin, lifecycleCall('QueryInstalledChaincodes', request));
  return lifecycle.QueryInstalledChaincodesResult.deserializeBinary(answer)
    .getInstalledChaincodesList()
    .map((entry) => entry.getPackageId());
}

/** MSP ids of the organisations that have not approved a definition yet, as one peer knows it. */
export async function missingApprovals(
  { peer: client, admin }: Member,
  deployment: Deployment,
  sequence: number,
): Promise<string[]> {
  const request = new lifecycle.CheckCommitReadinessArgs();
  fillDefinition(request, deployment, sequence);
  const answer = await client.query(admin, lifecycleCall('CheckCommitReadiness', request, deployment.channel));
  const missing: string[] = [];
  lifecycle.CheckCommitReadinessResult.deserializeBinary(answer)
    .getApprovalsMap()
    .forEach((isApproved, mspId) => {
      if (!isApproved) missing.push(mspId);
    });
  return missing.sort();
}

/** The fields that all organisations must name alike to approve, check and commit the same. */
export function fillDefinition(
  request:
    | peer.lifecycle.ApproveChaincodeDefinitionForMyOrgArgs
    | peer.lifecycle.CheckCommitReadinessArgs
    | peer.lifecycle.CommitChaincodeDefinitionArgs,
  { name, version, policy, collections }: Deployment,
  sequence: number,
): void {
  request.setName(name);
  request.setVersion(version);
  request.setSequence(sequence);
  request.setValidationParameter(applicationPolicyBytes(policy));
  if (collections) request.setCollections(collections);
}
