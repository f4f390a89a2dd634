import type { ResolvedNetwork } from '../../config/resolve.ts';
import type { NativeParts } from '../../drivers/native.ts';
import { applicationPolicyBytes } from '../../embedded/ledger/policy/policy-text.ts';
import { approvedPackage, committedDefinitions } from '../../native/definitions.ts';
import { type Member, withMembers } from '../../native/members.ts';
import { bankStatus } from './ledger-questions.ts';
import type { Step } from './step.ts';

/** `3 of A, B, C, D, E`: so many make a majority. */
export const majorityOf = (names: readonly string[]): string =>
  `${Math.floor(names.length / 2) + 1} of ${names.join(', ')}`;

/**
 * Commits all names with the policies of the next membership, from a set of chaincode processes beside the present one,
 * so that nobody waits. The code is the one that runs: refuses when another lies on disk.
 */
export function chaincodeStep(parts: NativeParts, next: ResolvedNetwork): Step {
  const { folders, services } = parts;
  const version = nextVersion(services.currentSet().version);
  return {
    title: `Chaincode ${next.chaincodes.map(({ name }) => name).join(', ')} with the policies of the new membership`,
    signers: `approval of ${majorityOf(next.organizations.map(({ mspId }) => mspId))}`,
    isDone: () =>
      withMembers(next, folders.organizations, ([first]) =>
        areDefined(first as Member, next, services.currentSet().version),
      ),
    run: async () => {
      await withMembers(next, folders.organizations, ([first]) => demandSameCode(first as Member, parts));
      await parts.deploy(version);
    },
  };
}

/** The registry's word on a bank, by an operator of the central bank through its gateway. */
export function registryStep(
  { services, folders, network }: NativeParts,
  { bank, status }: { bank: string; status: 'MEMBER' | 'LEAVING' },
): Step {
  return {
    title: status === 'MEMBER' ? `The central bank admits ${bank}` : `The central bank lets ${bank} leave`,
    signers: 'operator of centralbank; endorsed by it and two banks',
    isDone: () =>
      withMembers(network, folders.organizations, async ([first]) => {
        return (await bankStatus(first as Member, bank)) === status;
      }),
    run: async () => {
      const token = await services.token({ bank: 'centralbank', role: 'operator' });
      const response = await fetch(`${services.gatewayUrl('centralbank')}/v1/banks/${bank}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ status }),
      });
      if (!response.ok)
        throw new Error(`the central bank's gateway answers ${response.status} ${await response.text()}`);
    },
  };
}

/** `1.0` is followed by `1.0-members.1`, that by `1.0-members.2`: the same code under other policies. */
export function nextVersion(version: string): string {
  const [base = version, build = '0'] = version.split('-members.');
  return `${base}-members.${Number(build) + 1}`;
}

/** Whether all names have the policies of a network and the version that alone runs here: an upgrade came to its end. */
async function areDefined(member: Member, { chaincodes }: ResolvedNetwork, version: string): Promise<boolean> {
  for (const { name, channel, policy } of chaincodes) {
    const committed = (await committedDefinitions(member, channel)).find((each) => each.name === name);
    if (committed?.version !== version) return false;
    if (Buffer.compare(committed.validationParameter, applicationPolicyBytes(policy)) !== 0) return false;
  }
  return true;
}

/** Members are no reason to change code: what is approved must be what lies here. */
async function demandSameCode(member: Member, { packageOf }: NativeParts): Promise<void> {
  for (const { name, version, sequence } of await committedDefinitions(member, 'finance')) {
    const approved = await approvedPackage(member, { channel: 'finance', name, sequence });
    if (approved === undefined || approved === packageOf(name, version).packageId) continue;
    throw new Error(
      `the chaincode that lies here is not the one that runs as ${name}. Deploy it first: npm run network -- deploy <version>`,
    );
  }
}
