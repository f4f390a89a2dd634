import type { NetworkFile } from './network-file.ts';
import { chaincodeNames, policyOf } from './topology.ts';

/** Endorsement policy of a name that the network file gives none. Refuses a name that is no member's, past or present. */
export function defaultPolicy(name: string, { organizations }: NetworkFile): string {
  const isFormer = organizations.some((each) => each.name === name && each.left === true);
  const members = organizations.filter(({ left }) => left !== true).map((organization) => organization.name);
  const isKnown = isFormer || members.includes(name) || chaincodeNames.some((each) => each === name);
  // Without a policy of its own a chaincode would fall back on the channel's, which this product never relies on.
  if (!isKnown) throw new Error(`Chaincode ${name} needs a policy: there is no default for that name.`);
  // What a bank left behind is kept by those that keep what belongs to all.
  return policyOf(isFormer ? 'consortium' : name, members);
}
