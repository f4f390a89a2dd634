import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type NetworkFile, readNetworkFile } from '../../config/network-file.ts';
import { noteRunFacts, type RunFacts } from '../../drivers/run-folder.ts';

/** What is said of a member that joins; the rest are defaults. */
export type NewMember = Pick<NetworkFile['organizations'][number], 'name' | 'peers' | 'gateways' | 'bic'>;

const ledgerChannel = 'finance';

/** The network file with one member more, at the end: ports and numbers of the others stay. */
export function withMember(file: NetworkFile, member: NewMember): NetworkFile {
  const { name } = member;
  const present = file.organizations.find((each) => each.name === name);
  const entry = { ...present, ...member, left: undefined };
  const others = file.organizations;
  return {
    ...file,
    organizations: present ? others.map((each) => (each === present ? entry : each)) : [...others, entry],
    chaincodes: file.chaincodes.some((each) => each.name === name)
      ? file.chaincodes
      : [...file.chaincodes, { name, channel: ledgerChannel }],
  };
}

/** The network file without a member: it keeps its place and its ledger. */
export function withoutMember(file: NetworkFile, name: string): NetworkFile {
  const organizations = file.organizations.map((each) => (each.name === name ? { ...each, left: true } : each));
  return { ...file, organizations };
}

/** Writes the network file into the run folder and notes it as the folder's own, for the next `up`. */
export function writeNetworkFile(dataFolder: string, facts: RunFacts, file: NetworkFile): void {
  const path = join(dataFolder, 'network.yaml');
  writeFileSync(path, stringify(JSON.parse(JSON.stringify(file))));
  noteRunFacts(dataFolder, { ...facts, file: path });
}

/** Whether the run folder's own file has a member as one that is here. */
export function isNoted({ file }: RunFacts, name: string): boolean {
  if (file === undefined) return false;
  return readNetworkFile(file).organizations.some((each) => each.name === name && each.left !== true);
}
