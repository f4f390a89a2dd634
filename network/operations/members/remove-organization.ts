import { join } from 'node:path';
import { instanceName, type ResolvedNetwork } from '../../config/resolve.ts';
import type { NativeParts } from '../../drivers/native.ts';
import { type ConfigEdit, changeConfigTogether, fetchConfig } from '../../native/channel-config.ts';
import { consentersOf, memberMspIds, removeMember, removeOrderers } from '../../native/config-edits.ts';
import { type Member, withMembers } from '../../native/members.ts';
import { ordererHealth } from '../orderer-health.ts';
import type { MemberChange } from './add-organization.ts';
import { everyBank, openItems } from './open-items.ts';
import { chaincodeStep, majorityOf, registryStep } from './shared-steps.ts';
import type { Step } from './step.ts';

const orderersMin = 4;

/**
 * From a bank to a ledger that is only read: the registry stops payments to it, its books are shown to be empty, its
 * gateways end, the others' policies and gateways forget it, the channels too, and last its processes end.
 */
export function removalSteps(change: MemberChange): Step[] {
  const { parts, next, organization, file } = change;
  const { supervisor, services, network } = parts;
  const { name } = organization;
  const running = (roles: readonly string[]) =>
    supervisor.names().filter((child) => roles.some((role) => isChildOf(child, role, change)));
  const empty = () => demandNothingOpen(parts, name);
  return [
    { title: `Nothing of ${name} stands open`, isDone: async () => isGone(change), run: empty },
    registryStep(parts, { bank: name, status: 'LEAVING' }),
    {
      title: `The gateway of ${name} ends, and still nothing stands open`,
      isDone: async () => isGone(change),
      run: async () => {
        await supervisor.stop(running(['gateway']));
        await empty();
      },
    },
    {
      title: 'Network file of the run folder, so that the next start knows that it left',
      isDone: async () => file.isWritten() && !network.organizations.some((each) => each.name === name),
      run: async () => {
        file.write();
        parts.adopt(next);
      },
    },
    chaincodeStep(parts, next),
    { title: 'Gateways of the others, one after the other', isDone: async () => false, run: services.renewGateways },
    ...next.channels.map((channel) => departureStep(change, channel)),
    {
      title: `Peer and chaincode of ${name} end`,
      isDone: async () => running(['peer', 'orderer', 'chaincode']).length === 0,
      run: () => supervisor.stop(running(['peer', 'orderer', 'chaincode'])),
    },
  ];
}

/** Refuses a removal after which the others could not go on: fewer than four orderers, or no bank left to endorse. */
export function demandRemovable(network: ResolvedNetwork, name: string): void {
  if (name === 'centralbank') throw new Error('The central bank settles for all and cannot be removed.');
  const remaining = network.organizations.filter((each) => each.name !== name);
  const had = network.organizations.filter(({ orderer }) => orderer).length;
  const orderers = remaining.filter(({ orderer }) => orderer).length;
  if (orderers < had && orderers < orderersMin) {
    throw new Error(
      `${name} runs one of ${had} orderers; BFT needs at least ${orderersMin} to survive the loss of one. Let another bank run one first.`,
    );
  }
  const banks = remaining.filter((each) => each.name !== 'centralbank');
  if (banks.length < 2) throw new Error('Two banks must remain: what belongs to all is endorsed by two of them.');
}

/** Refuses when so few of those that remain answer that their policies could not be committed. */
export async function demandMajority({ folders, network }: NativeParts, name: string): Promise<void> {
  await withMembers(network, folders.organizations, async (members) => {
    const others = members.filter(({ organization }) => organization.name !== name);
    const asked = await Promise.all(others.map((member) => fetchConfig(member, 'finance').catch(() => undefined)));
    const silent = others.filter((_member, index) => asked[index] === undefined);
    // While the bank is still a member it counts for the majority, and is not asked.
    const needed = Math.floor(members.length / 2) + 1;
    if (others.length - silent.length >= needed) return;
    const names = silent.map(({ organization }) => organization.name).join(', ');
    throw new Error(
      `${needed} of the other members must approve policies and sign; only ${others.length - silent.length} answer (not ${names}).`,
    );
  });
}

async function demandNothingOpen({ folders, network }: NativeParts, name: string): Promise<void> {
  const items = await withMembers(network, folders.organizations, (members) =>
    openItems(
      members.filter(({ organization }) => organization.name !== name),
      name,
      everyBank(network),
    ),
  );
  if (items.length === 0) return;
  throw new Error(
    `this stands open:\n${items.map((item) => `  ${item}`).join('\n')}\nHave it paid out, settled and withdrawn; to stop new payments to ${name} meanwhile, PUT /v1/banks/${name} {"status":"LEAVING"} at the central bank.`,
  );
}

/** An earlier run came past the point where its books had to be empty. */
const isGone = ({ parts, organization }: MemberChange): boolean =>
  !parts.network.organizations.some((each) => each.name === organization.name);

function departureStep({ parts, next, organization }: MemberChange, channel: string): Step {
  const { folders, network } = parts;
  const { mspId } = organization;
  const withOthers = <Result>(work: (members: Member[]) => Promise<Result>) =>
    withMembers(next, folders.organizations, work);
  const all = [...new Set([...network.organizations.map((each) => each.mspId), mspId])];
  return {
    title: `${channel}: ${mspId} is a member no more`,
    signers: `administrators of ${majorityOf(all)}`,
    isDone: () =>
      withOthers(async ([first]) => {
        const { config } = await fetchConfig(first as Member, channel);
        const orders = consentersOf(config).some((consenter) => consenter.getMspId() === mspId);
        return !orders && !memberMspIds(config).includes(mspId);
      }),
    run: () =>
      withOthers(async (members) => {
        const fileOf = (what: string) =>
          join(parts.dataFolder, 'updates', `${channel}-${what}-${organization.name}.pb`);
        const change = (edit: ConfigEdit, what: string) =>
          changeConfigTogether(members, edit, { channel, file: fileOf(what) });
        if (organization.orderer) {
          // With one orderer less those that remain must order at once.
          await ordererHealth(next, folders.organizations, members).demandOthers(organization.name);
          await change(removeOrderers(mspId), 'remove-orderer');
        }
        await change(removeMember(mspId), 'remove');
      }),
  };
}

/** `peer-birch`, `peer-birch.1`, `chaincode-birch-1`, and nobody else's. */
function isChildOf(child: string, role: string, { organization }: MemberChange): boolean {
  const instances = organization.peers.length + organization.gateways.length;
  const names = Array.from({ length: instances }, (_, index) => `${role}-${instanceName(organization.name, index)}`);
  return names.some((each) => child === each || child === `${each}-1`);
}
