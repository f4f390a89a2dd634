import { readNetworkFile } from '../../config/network-file.ts';
import { demandPorts } from '../../config/port-check.ts';
import { portsOf, resolve } from '../../config/resolve.ts';
import { demandValid } from '../../config/validate.ts';
import type { NativeParts } from '../../drivers/native.ts';
import type { Network } from '../../drivers/network.ts';
import { type RunFacts, readRunFacts } from '../../drivers/run-folder.ts';
import type { MemberRequest, Report } from '../../requests.ts';
import { additionSteps, type MemberChange } from './add-organization.ts';
import { isNoted, type NewMember, withMember, withoutMember, writeNetworkFile } from './member-files.ts';
import { demandMajority, demandRemovable, removalSteps } from './remove-organization.ts';
import { type PlannedStep, planOf, runSteps, type Step } from './step.ts';

/** The keeper's side of add-org and remove-org, or of the plan for it. Refuses drivers that cannot. */
export async function changeMembers(network: Network, request: MemberRequest, report: Report): Promise<PlannedStep[]> {
  const { parts } = network;
  if (!parts) throw new Error('Members come and go on the native driver only; this network runs by another one.');
  const steps =
    request.members === 'add'
      ? await addition(parts, request.organization)
      : await removal(parts, request.organization.name);
  return request.dryRun ? planOf(steps) : runSteps(steps, report);
}

async function addition(parts: NativeParts, member: NewMember): Promise<Step[]> {
  const { facts, file } = present(parts);
  const isKnown = file.organizations.some((each) => each.name === member.name && each.left !== true);
  const nextFile = isKnown ? file : withMember(file, member);
  const change = changeOf(parts, { facts, nextFile, resolvedFrom: nextFile, name: member.name });
  demandValid(change.next);
  if (change.organization.orderer) {
    throw new Error(
      `${member.name} has an orderer in the network file; an orderer is not added to a running network: see docs/operating/members.md.`,
    );
  }
  const isRunning = parts.supervisor.names().some((child) => child.includes(`-${member.name}`));
  if (!isRunning) await demandPorts(portsOf({ ...change.next, organizations: [change.organization] }).slice(0, -1));
  return additionSteps({
    ...change,
    file: {
      isWritten: () => isNoted(present(parts).facts, member.name),
      write: () => writeNetworkFile(parts.dataFolder, facts, nextFile),
    },
  });
}

async function removal(parts: NativeParts, name: string): Promise<Step[]> {
  const { facts, file } = present(parts);
  if (!file.organizations.some((each) => each.name === name)) {
    throw new Error(`${name} is no member; there are ${file.organizations.map((each) => each.name).join(', ')}.`);
  }
  const nextFile = withoutMember(file, name);
  // Resolved as a member once more, so that what an earlier run left of it is known by its ports and certificates.
  const resolvedFrom = {
    ...file,
    organizations: file.organizations.map((each) => (each.name === name ? { ...each, left: false } : each)),
  };
  const change = changeOf(parts, { facts, nextFile, resolvedFrom, name });
  demandRemovable(resolve(resolvedFrom, facts.portBases, facts.organization), name);
  await demandMajority(parts, name);
  return removalSteps({
    ...change,
    file: {
      isWritten: () => !isNoted(present(parts).facts, name) && present(parts).facts.file !== undefined,
      write: () => writeNetworkFile(parts.dataFolder, facts, nextFile),
    },
  });
}

type File = ReturnType<typeof readNetworkFile>;

interface Wanted {
  facts: RunFacts;
  nextFile: File;
  resolvedFrom: File;
  name: string;
}

function changeOf(
  parts: NativeParts,
  { facts, nextFile, resolvedFrom, name }: Wanted,
): Pick<MemberChange, 'parts' | 'next' | 'organization'> {
  const all = resolve(resolvedFrom, facts.portBases, facts.organization);
  const organization = all.organizations.find((each) => each.name === name);
  if (!organization) throw new Error(`${name} is no member of this network.`);
  return { parts, next: resolve(nextFile, facts.portBases, facts.organization), organization };
}

function present({ dataFolder }: NativeParts): { facts: RunFacts; file: File } {
  const facts = readRunFacts(dataFolder);
  if (!facts?.file) throw new Error(`${dataFolder} does not say of which network file it was started.`);
  return { facts, file: readNetworkFile(facts.file) };
}
