import { peer } from '@hyperledger/fabric-protos';
import {
  approvedPackage,
  committedDefinitions,
  type Deployment,
  fillDefinition,
  installedPackages,
  isSameDefinition,
  lifecycleCall,
  missingApprovals,
} from './definitions.ts';
import { type Member, own, perPeer } from './members.ts';
import { NodeError } from './node-client.ts';
import { isPassing, pause, submit, submitOnce } from './submit.ts';

const { lifecycle } = peer;
/** On one machine the nodes only have to catch up; elsewhere people must bring theirs up. */
const patienceMilliseconds = { here: 120_000, elsewhere: 20 * 60_000 };
/** How long a majority waits for the others' approvals, and each organisation for the one before it to commit. */
const latecomerMilliseconds = 10_000;
const turnMilliseconds = 5_000;

interface Change {
  deployment: Deployment;
  sequence: number;
  /** The channel has this definition. */
  isCommitted: boolean;
  /** So have all organisations here approved it. */
  isApproved: boolean;
}

/**
 * Installs, approves and commits what is new or changed; returns the names that were. Organisations that run elsewhere
 * do the same for themselves: whoever comes first in the network file commits once enough have approved.
 */
export async function deploy(members: readonly Member[], deployments: readonly Deployment[]): Promise<string[]> {
  const here = own(members);
  const patience = here.length === members.length ? patienceMilliseconds.here : patienceMilliseconds.elsewhere;
  const [first] = here;
  if (!first) return [];
  const wanted = await Promise.all(deployments.map((deployment) => judge({ here, first }, deployment)));
  const changes = wanted.filter(({ isCommitted, isApproved }) => !isCommitted || !isApproved);
  await Promise.all(perPeer(here).map((member) => installAll(member, changes)));
  await Promise.all(here.flatMap((member) => changes.map((change) => approve({ members, member, patience }, change))));
  const lacking = changes.filter(({ isCommitted }) => !isCommitted);
  await allEnded(lacking.map((change) => commit(members, change, Date.now() + patience)));
  const deadline = Date.now() + patienceMilliseconds.here;
  // Also what an earlier run committed: a peer that was away then may still be behind.
  await Promise.all(perPeer(here).map((member) => untilDefined(member, wanted, deadline)));
  return changes.map(({ deployment }) => deployment.name);
}

/** Resolves when all have, and throws the first failure only then: a caller that goes on finds nothing under way. */
async function allEnded(works: Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

interface Judges {
  here: readonly Member[];
  first: Member;
}

/** What there is of a deployment and what lacks. */
async function judge({ here, first }: Judges, deployment: Deployment): Promise<Change> {
  const { channel, name } = deployment;
  const committed = (await committedDefinitions(first, channel)).find((definition) => definition.name === name);
  if (!committed) return { deployment, sequence: 1, isCommitted: false, isApproved: false };
  const { sequence } = committed;
  const approvals = await Promise.all(here.map((member) => approvedPackage(member, { channel, name, sequence })));
  const wanted = deployment.package.packageId;
  const hasOther = approvals.some((packageId) => packageId !== undefined && packageId !== wanted);
  if (hasOther || !isSameDefinition(committed, deployment)) {
    return { deployment, sequence: sequence + 1, isCommitted: false, isApproved: false };
  }
  return { deployment, sequence, isCommitted: true, isApproved: !approvals.includes(undefined) };
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

interface Approver {
  members: readonly Member[];
  member: Member;
  patience: number;
}

async function approve({ members, member, patience }: Approver, { deployment, sequence }: Change): Promise<void> {
  const request = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
  const local = new lifecycle.ChaincodeSource.Local();
  local.setPackageId(deployment.package.packageId);
  const source = new lifecycle.ChaincodeSource();
  source.setLocalPackage(local);
  request.setSource(source);
  fillDefinition(request, deployment, sequence);
  const call = lifecycleCall('ApproveChaincodeDefinitionForMyOrg', request, deployment.channel);
  try {
    await submit(members, { member, endorsers: [member], endorsementsMin: 1, call }, patience);
  } catch (error) {
    // An earlier run came this far.
    if (!/unchanged content/.test((error as Error).message)) throw error;
  }
}

/** Commits a definition when its approvals are there, unless somebody else does first. */
async function commit(members: readonly Member[], change: Change, deadline: number): Promise<void> {
  const [first] = own(members);
  if (!first) return;
  const { deployment, sequence } = change;
  const majority = Math.floor(members.length / 2) + 1;
  const turn = members.indexOf(first) * turnMilliseconds;
  let sinceMajority = Number.POSITIVE_INFINITY;
  let missing: string[] = [];
  for (;;) {
    try {
      if (await isDefined(first, change)) return;
      missing = await missingApprovals(first, deployment, sequence);
      if (members.length - missing.length >= majority) sinceMajority = Math.min(sinceMajority, Date.now());
      const wait = turn + (missing.length === 0 ? 0 : latecomerMilliseconds);
      if (Date.now() - sinceMajority >= wait) return await commitNow(members, first, change);
    } catch (error) {
      // Somebody else's commit may have come between; the next turn sees it.
      if (!isPassing(error as Error) && !/sequence/.test((error as Error).message)) throw error;
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) {
      throw new NodeError(
        `${deployment.name} ${deployment.version} is not approved by ${missing.join(', ')}, and ${majority} of ${members.length} must. Once they have brought their nodes up with the same version, start again: what is approved stays so.`,
      );
    }
    await pause();
  }
}

async function commitNow(members: readonly Member[], member: Member, change: Change): Promise<void> {
  const request = new lifecycle.CommitChaincodeDefinitionArgs();
  fillDefinition(request, change.deployment, change.sequence);
  const call = lifecycleCall('CommitChaincodeDefinition', request, change.deployment.channel);
  const endorsementsMin = Math.floor(members.length / 2) + 1;
  await submitOnce(members, { member, endorsers: members, endorsementsMin, call });
}

async function isDefined(member: Member, { deployment: { channel, name }, sequence }: Change): Promise<boolean> {
  const definitions = await committedDefinitions(member, channel);
  return definitions.some((each) => each.name === name && each.sequence >= sequence);
}

/** Peers commit at their own pace, and one may be restarting: waits until one has every definition that is wanted. */
async function untilDefined(member: Member, wanted: readonly Change[], deadline: number): Promise<void> {
  for (;;) {
    try {
      const states = await Promise.all(wanted.map((change) => isDefined(member, change)));
      if (states.every(Boolean)) return;
    } catch (error) {
      if (!isPassing(error as Error) || Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline)
      throw new NodeError(`The peer of ${member.peerName} does not commit the new definitions.`);
    await pause();
  }
}
