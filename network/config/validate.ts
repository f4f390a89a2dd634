import { parsePolicyText } from '../embedded/ledger/policy/policy-text.ts';
import { decode } from '../embedded/ledger/wire/codec.ts';
import { type MspRoleMessage, mspRoleSchema, type SignaturePolicy } from '../embedded/ledger/wire/policy.ts';
import { portsOf, type ResolvedChaincode, type ResolvedNetwork } from './resolve.ts';

/** Fewest orderers with which BFT survives one that fails or lies. */
const bftOrderersMin = 4;
/** A block and its envelope must fit into a gRPC message of 100 MB. */
const blockMegabytesMax = 99;

/** Lists why a network must not be started: too few orderers, a policy that lets one act alone, clashing names or ports. */
export function validate(network: ResolvedNetwork): string[] {
  return [
    ...validateOrdering(network),
    ...validateNames(network),
    ...network.chaincodes.flatMap((chaincode) => validatePolicy(chaincode, network)),
    ...validateLifecycle(network),
    ...validatePorts(network),
  ];
}

/** Throws with everything that is wrong. */
export function demandValid(network: ResolvedNetwork): void {
  const problems = validate(network);
  if (problems.length > 0) throw new Error(`The network ${network.name} is refused:\n  ${problems.join('\n  ')}`);
}

function validateOrdering({ ordering, organizations }: ResolvedNetwork): string[] {
  if (ordering.consensus !== 'BFT') {
    return [
      `Consensus ${ordering.consensus} is refused: with it one dishonest orderer can order what it likes. Use BFT.`,
    ];
  }
  const count = organizations.filter(({ orderer }) => orderer !== undefined).length;
  const { preferredMaxMegabytes: preferred, absoluteMaxMegabytes: absolute } = ordering;
  return [
    ...(count >= bftOrderersMin
      ? []
      : [`BFT needs at least ${bftOrderersMin} orderers to survive the loss of one; this network has ${count}.`]),
    ...(absolute <= blockMegabytesMax
      ? []
      : [`absoluteMaxMegabytes ${absolute} is above ${blockMegabytesMax}: no node takes a larger message.`]),
    ...(preferred <= absolute
      ? []
      : [`preferredMaxMegabytes ${preferred} is above absoluteMaxMegabytes ${absolute}: lower it.`]),
  ];
}

function validateNames({ organizations, channels, chaincodes }: ResolvedNetwork): string[] {
  const name = /^[a-z][a-z0-9-]*$/;
  const all = [
    ...organizations.map((organization) => ({ kind: 'Organisation', name: organization.name })),
    ...channels.map((channel) => ({ kind: 'Channel', name: channel })),
    ...chaincodes.map((chaincode) => ({ kind: 'Chaincode', name: chaincode.name })),
  ];
  const malformed = all
    .filter((entry) => !name.test(entry.name))
    .map((entry) => `${entry.kind} ${entry.name} must be lower-case letters, digits and hyphens.`);
  const doubled = all
    .filter((entry, index) => all.findIndex((each) => each.kind === entry.kind && each.name === entry.name) < index)
    .map((entry) => `${entry.kind} ${entry.name} is named twice.`);
  const stray = chaincodes
    .filter(({ channel }) => !channels.includes(channel))
    .map(
      (chaincode) =>
        `Chaincode ${chaincode.name} is for channel ${chaincode.channel}, which the network does not have.`,
    );
  return [...malformed, ...doubled, ...stray];
}

/** Refuses a policy that one organisation can satisfy by itself: it could forge alone. */
function validatePolicy({ name, policy }: ResolvedChaincode, { organizations }: ResolvedNetwork): string[] {
  let parsed: ReturnType<typeof parsePolicyText>;
  try {
    parsed = parsePolicyText(policy);
  } catch (error) {
    return [`The policy of ${name} cannot be read: ${(error as Error).message}`];
  }
  const signers = parsed.identities.map(
    ({ principal }) => decode<MspRoleMessage>(mspRoleSchema, principal).mspIdentifier,
  );
  const strangers = [...new Set(signers)].filter((mspId) => !organizations.some((each) => each.mspId === mspId));
  const alone = [...new Set(signers)].filter((mspId) =>
    isSatisfied(parsed.rule, (signer) => signers[signer] === mspId),
  );
  return [
    ...strangers.map((mspId) => `The policy of ${name} asks for ${mspId}, which is no member of the network.`),
    ...alone.map((mspId) => `The policy of ${name} lets ${mspId} act alone: ${policy}. Use AND or OutOf(2, …).`),
  ];
}

function isSatisfied(rule: SignaturePolicy | undefined, signed: (signer: number) => boolean): boolean {
  if (rule?.nOutOf) {
    return rule.nOutOf.rules.filter((inner) => isSatisfied(inner, signed)).length >= rule.nOutOf.n;
  }
  return rule?.signedBy !== undefined && signed(rule.signedBy);
}

function validateLifecycle({ lifecyclePolicy }: ResolvedNetwork): string[] {
  if (/^(MAJORITY|ALL) Endorsement$/.test(lifecyclePolicy)) return [];
  return [
    `The lifecycle policy ${lifecyclePolicy} is refused: whoever satisfies it can replace every chaincode policy. Use MAJORITY Endorsement.`,
  ];
}

function validatePorts(network: ResolvedNetwork): string[] {
  const ports = portsOf(network);
  return ports.flatMap(({ port, role, host }, index) => {
    if (!Number.isInteger(port) || port < 1024 || port > 65_535)
      return [`Port ${port} (${role}) is not from 1024 to 65535.`];
    const other = ports.slice(0, index).find((entry) => entry.port === port && entry.host === host);
    return other ? [`Port ${port} is wanted twice: by ${other.role} and by ${role}.`] : [];
  });
}
