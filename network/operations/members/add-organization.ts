import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { identitiesOf, instanceName, type ResolvedNetwork, type ResolvedOrganization } from '../../config/resolve.ts';
import { validateCertificates } from '../../config/validate-certificates.ts';
import type { NativeParts } from '../../drivers/native.ts';
import { organizationPaths } from '../../identity/layout.ts';
import { ensureOrganizations } from '../../identity/organizations.ts';
import { changeConfigTogether, fetchConfig } from '../../native/channel-config.ts';
import { channelsOf, joinChannel } from '../../native/channels.ts';
import { addMember, memberMspIds } from '../../native/config-edits.ts';
import { type Member, perPeer, withMembers } from '../../native/members.ts';
import { writeNodeConfigs } from '../../native/node-config.ts';
import { obtainBinaries } from '../../native/release.ts';
import { settle } from '../../native/settle.ts';
import { heightOf } from '../../native/state.ts';
import { chaincodeStep, majorityOf, registryStep } from './shared-steps.ts';
import type { Step } from './step.ts';

const catchUpMilliseconds = 120_000;
const pauseMilliseconds = 250;

export interface MemberChange {
  parts: NativeParts;
  /** The network as it is to be. */
  next: ResolvedNetwork;
  organization: ResolvedOrganization;
  /** The run folder's network file as it is to be. */
  file: { isWritten(): boolean; write(): void };
}

/**
 * From a name to a bank that pays and is paid: keys, peer, channels, chaincode with the policies of all names, gateways
 * one after the other, and last the registry, which opens it. Nothing before the registry lets anybody pay it.
 */
export function additionSteps(change: MemberChange): Step[] {
  const { parts, next, organization, file } = change;
  const { folders, supervisor, nodes, services, network } = parts;
  const { name } = organization;
  const peers = organization.peers.map(({ index }) => `peer-${instanceName(name, index)}`);
  return [
    {
      title: `Keys and certificates of ${name}`,
      signers: `CA of ${name}`,
      isDone: async () => existsSync(organizationPaths(folders.organizations, name).root),
      run: async () => {
        await ensureOrganizations(folders.organizations, identitiesOf(next));
        const problems = validateCertificates({ ...next, organizations: [organization] }, folders.organizations);
        if (problems.length > 0) throw new Error(problems.join('\n'));
      },
    },
    {
      title: `Settings and peer of ${name}`,
      isDone: async () => peers.every((peer) => supervisor.names().includes(peer)),
      run: async () => {
        writeNodeConfigs(next, folders);
        await nodes.startMember(organization, await obtainBinaries());
      },
    },
    ...next.channels.map((channel) => membershipStep(change, channel)),
    {
      title: 'Network file of the run folder, so that the next start knows the new member',
      isDone: async () => file.isWritten() && network.organizations.some((each) => each.name === name),
      run: async () => {
        file.write();
        parts.adopt(next);
      },
    },
    {
      title: `${name} joins ${next.channels.join(', ')} and catches up`,
      isDone: () => withMembers(next, folders.organizations, (members) => isCaughtUp(members, change)),
      run: () => withMembers(next, folders.organizations, (members) => joinAll(members, change)),
    },
    chaincodeStep(parts, next),
    {
      title: `Gateways one after the other, that of ${name} last`,
      isDone: async () => false,
      run: services.renewGateways,
    },
    registryStep(parts, { bank: name, status: 'MEMBER' }),
  ];
}

function membershipStep({ parts, organization }: MemberChange, channel: string): Step {
  const { network, folders } = parts;
  const { mspId } = organization;
  const present = network.organizations.filter((each) => each.mspId !== mspId);
  const withPresent = <Result>(work: (members: Member[]) => Promise<Result>) =>
    withMembers({ ...network, organizations: present }, folders.organizations, work);
  return {
    title: `${channel}: ${mspId} becomes a member`,
    signers: `administrators of ${majorityOf(present.map((each) => each.mspId))}`,
    isDone: () =>
      withPresent(async ([first]) =>
        memberMspIds((await fetchConfig(first as Member, channel)).config).includes(mspId),
      ),
    run: () =>
      withPresent(async (members) => {
        const file = join(parts.dataFolder, 'updates', `${channel}-add-${organization.name}.pb`);
        await changeConfigTogether(members, addMember(organization, folders.organizations), { channel, file });
      }),
  };
}

async function isCaughtUp(members: readonly Member[], { next, organization }: MemberChange): Promise<boolean> {
  const others = members.filter((member) => member.organization.name !== organization.name);
  for (const member of perPeer(members.filter((each) => each.organization.name === organization.name))) {
    const joined = await channelsOf(member);
    for (const channel of next.channels) {
      if (!joined.includes(channel)) return false;
      const heights = await Promise.all(others.map((other) => heightOf(other, channel)));
      // Until it has the block that made it a member, its peer does not know its own administrator.
      const { value: height = 0 } = await settle(heightOf(member, channel));
      if (height < Math.min(...heights)) return false;
    }
  }
  return true;
}

async function joinAll(members: readonly Member[], change: MemberChange): Promise<void> {
  const { parts, next, organization } = change;
  const joining = members.filter((member) => member.organization.name === organization.name);
  for (const channel of next.channels) await joinChannel(joining, channel, parts.folders);
  const deadline = Date.now() + catchUpMilliseconds;
  while (!(await isCaughtUp(members, change))) {
    if (Date.now() > deadline) {
      throw new Error(`its peer has not caught up after ${catchUpMilliseconds / 1000} s; it goes on by itself.`);
    }
    await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
  }
}
