import { LedgerError } from '../errors.ts';
import type { MspManager, PolicyReport } from '../types.ts';
import { decode } from '../wire/codec.ts';
import {
  type ConfigEnvelopeMessage,
  type ConfigGroupMessage,
  configEnvelopeSchema,
  type FabricMspConfig,
  fabricMspConfigSchema,
  type ImplicitMetaMessage,
  implicitMetaSchema,
  type MspConfigMessage,
  mspConfigSchema,
  type PolicyMessage,
  type SignaturePolicyEnvelope,
  signaturePolicyEnvelopeSchema,
} from '../wire/policy.ts';
import { compileSignaturePolicy, type Policy } from './signature-policy.ts';

const SIGNATURE = 1;
const IMPLICIT_META = 3;
const ANY = 0;
const ALL = 1;

export type ConfigOrganization = { name: string; msp: FabricMspConfig };

/** What validation needs of a channel's configuration. */
export type ChannelConfig = {
  applicationOrganizations: ConfigOrganization[];
  ordererOrganizations: ConfigOrganization[];
  policies: ChannelPolicies;
};

/** The channel's policies by path, for instance `/Channel/Application/Endorsement`. */
export type ChannelPolicies = {
  has(path: string): boolean;
  /** Throws MALFORMED for a path without a policy. */
  get(path: string, mspManager: MspManager): Policy;
};

/** Reads a common.ConfigEnvelope; throws MALFORMED when it is not one. */
export function parseChannelConfig(bytes: Uint8Array): ChannelConfig {
  const root = decode<ConfigEnvelopeMessage>(configEnvelopeSchema, bytes).config?.channelGroup;
  if (!root) throw new LedgerError('MALFORMED', 'config envelope without a channel group');
  return {
    applicationOrganizations: organizationsOf(root, 'Application'),
    ordererOrganizations: organizationsOf(root, 'Orderer'),
    policies: channelPolicies(root),
  };
}

function organizationsOf(root: ConfigGroupMessage, section: string): ConfigOrganization[] {
  const group = child(root, section);
  if (!group) return [];
  return group.groups.map(({ key, value }) => {
    const entry = value.values.find((candidate) => candidate.key === 'MSP');
    const config = decode<MspConfigMessage>(mspConfigSchema, entry?.value.value ?? Buffer.alloc(0));
    return { name: key, msp: decode<FabricMspConfig>(fabricMspConfigSchema, config.config) };
  });
}

function channelPolicies(root: ConfigGroupMessage): ChannelPolicies {
  const cache = new Map<string, Policy>();
  return {
    has: (path) => findPolicy(root, path) !== undefined,
    get(path, mspManager) {
      const cached = cache.get(path);
      if (cached) return cached;
      const found = findPolicy(root, path);
      if (!found) throw new LedgerError('MALFORMED', `failed to retrieve policy for reference ${path}`);
      const policy = compile(found.policy, { group: found.group, path }, mspManager);
      cache.set(path, policy);
      return policy;
    },
  };
}

type Place = { group: ConfigGroupMessage; path: string };

function compile(message: PolicyMessage, place: Place, mspManager: MspManager): Policy {
  if (message.type === SIGNATURE) {
    const envelope = decode<SignaturePolicyEnvelope>(signaturePolicyEnvelopeSchema, message.value);
    return compileSignaturePolicy(envelope, mspManager);
  }
  if (message.type !== IMPLICIT_META) throw new LedgerError('MALFORMED', `unknown policy type ${message.type}`);
  const { subPolicy, rule } = decode<ImplicitMetaMessage>(implicitMetaSchema, message.value);
  const children = place.group.groups.map(({ key, value }) => {
    const policy = value.policies.find((entry) => entry.key === subPolicy)?.value.policy;
    const at = { group: value, path: `${place.path}:${key}` };
    return policy ? compile(policy, at, mspManager) : nobody(`${key}/${subPolicy}`);
  });
  const majority = Math.floor(children.length / 2) + 1;
  const wanted = rule === ANY ? 1 : rule === ALL ? children.length : majority;
  return implicitMeta(children, children.length === 0 ? 0 : wanted);
}

// Each sub-policy judges the whole set of signatures by itself: no signature is used up between them.
function implicitMeta(children: Policy[], threshold: number): Policy {
  const satisfiedBy = (reports: PolicyReport[]) => reports.filter(({ satisfied }) => satisfied).length >= threshold;
  return {
    evaluate: (identities) => children.filter((policy) => policy.evaluate(identities)).length >= threshold,
    report(identities) {
      const reports = children.map((policy) => policy.report(identities));
      return {
        policy: `OutOf(${[threshold, ...reports.map(({ policy }) => policy)].join(', ')})`,
        satisfied: satisfiedBy(reports),
        signed: reports.flatMap(({ signed }) => signed),
        missing: reports.flatMap(({ missing }) => missing),
        children: reports,
      };
    },
  };
}

function nobody(name: string): Policy {
  return {
    evaluate: () => false,
    report: () => ({ policy: name, satisfied: false, signed: [], missing: [name], children: [] }),
  };
}

function findPolicy(
  root: ConfigGroupMessage,
  path: string,
): { group: ConfigGroupMessage; policy: PolicyMessage } | undefined {
  const [first, channel, ...rest] = path.split('/');
  if (first !== '' || channel !== 'Channel') return undefined;
  const name = rest.pop();
  let group: ConfigGroupMessage | undefined = root;
  for (const step of rest) group = group && child(group, step);
  const policy = group?.policies.find((entry) => entry.key === name)?.value.policy;
  return group && policy ? { group, policy } : undefined;
}

function child(group: ConfigGroupMessage, name: string): ConfigGroupMessage | undefined {
  return group.groups.find(({ key }) => key === name)?.value;
}
