import { type common, peer } from '@hyperledger/fabric-protos';
import { readRole, staticCollection } from '../endorser/collection-access.ts';
import type { ChaincodeDefinition } from '../ledger/types.ts';

/** Sets of organisations, each of which suffices; null where nothing but several peers of one organisation would. */
export type Layouts = ReadonlySet<string>[];

/** What a proposal touched in one chaincode, as the first endorser's ChaincodeInterest tells it. */
export interface ChaincodeCall {
  name: string;
  collection?: string;
  /** True when the collection is only written, so that an endorser need not be a member. */
  hasNoPrivateReads?: boolean;
  keyPolicies?: common.SignaturePolicyEnvelope[];
  disregardsNamespacePolicy?: boolean;
}

const implicitPrefix = '_implicit_org_';

function memberPolicy(mspId: string): Layouts {
  return [new Set([mspId])];
}

/** Combinations of organisations that satisfy a signature policy with one peer each. */
export function layoutsOf(policy: common.SignaturePolicyEnvelope): Layouts {
  const principals = policy.getIdentitiesList().map(readRole);
  const expand = (rule: common.SignaturePolicy): string[][] => {
    const nested = rule.getNOutOf();
    if (!nested) {
      const principal = principals[rule.getSignedBy()];
      // Only peers endorse: a policy that wants an admin's or a client's signature cannot be planned for.
      return principal && (principal.role === 'PEER' || principal.role === 'MEMBER') ? [[principal.mspId]] : [];
    }
    return choose(nested.getRulesList().map(expand), nested.getN());
  };
  const rule = policy.getRule();
  if (!rule) return [];
  // One peer per organisation: whoever is wanted twice cannot be had.
  const sets = expand(rule).filter((mspIds) => new Set(mspIds).size === mspIds.length);
  return minimal(sets.map((mspIds) => new Set(mspIds)));
}

function choose(children: string[][][], count: number): string[][] {
  if (count <= 0) return [[]];
  if (children.length < count) return [];
  const [first = [], ...rest] = children;
  const withFirst = choose(rest, count - 1).flatMap((others) => first.map((own) => [...own, ...others]));
  return [...withFirst, ...choose(rest, count)];
}

/** Drops every set that contains another: no more endorsers are asked than the policy needs. */
function minimal(sets: ReadonlySet<string>[]): Layouts {
  return sets.filter((set, index) =>
    sets.every(
      (other, otherIndex) =>
        otherIndex === index || !other.isSubsetOf(set) || (other.size === set.size && otherIndex > index),
    ),
  );
}

/** Combinations that satisfy both. */
export function mergeLayouts(a: Layouts, b: Layouts): Layouts {
  return minimal(a.flatMap((left) => b.map((right) => left.union(right))));
}

/** By the policy's bytes, which a definition keeps until the lifecycle changes. */
const knownPolicies = new WeakMap<Uint8Array, Layouts>();

function applicationPolicy(bytes: Uint8Array, organizations: readonly string[]): Layouts {
  const known = knownPolicies.get(bytes);
  if (known) return known;
  const layouts = readApplicationPolicy(bytes, organizations);
  knownPolicies.set(bytes, layouts);
  return layouts;
}

function readApplicationPolicy(bytes: Uint8Array, organizations: readonly string[]): Layouts {
  const policy = peer.ApplicationPolicy.deserializeBinary(bytes);
  const signaturePolicy = policy.getSignaturePolicy();
  if (signaturePolicy) return layoutsOf(signaturePolicy);
  // The channel's own Endorsement policies are MAJORITY of each organisation's peers.
  const majority = Math.floor(organizations.length / 2) + 1;
  return choose(
    organizations.map((mspId) => [[mspId]]),
    majority,
  ).map((mspIds) => new Set(mspIds));
}

/** Layouts of one call: chaincode policy (unless disregarded), collection policy if it has one, and key policies. */
export function layoutsOfCall(
  call: ChaincodeCall,
  definition: ChaincodeDefinition,
  organizations: readonly string[],
): Layouts[] {
  const policies: Layouts[] = [];
  if (!call.disregardsNamespacePolicy) policies.push(applicationPolicy(definition.validationParameter, organizations));
  if (call.collection?.startsWith(implicitPrefix))
    policies.push(memberPolicy(call.collection.slice(implicitPrefix.length)));
  else if (call.collection) {
    const own = staticCollection(definition.collections, call.collection)?.getEndorsementPolicy();
    if (own) policies.push(applicationPolicy(own.serializeBinary(), organizations));
  }
  for (const policy of call.keyPolicies ?? []) policies.push(layoutsOf(policy));
  return policies;
}

/** Organisations named in the collection's member policy, who alone may see its private data. */
export function collectionMembers(definition: ChaincodeDefinition, collection: string): Set<string> {
  if (collection.startsWith(implicitPrefix)) return new Set([collection.slice(implicitPrefix.length)]);
  const config = staticCollection(definition.collections, collection);
  if (!config)
    throw new Error(`collection ${collection} doesn't exist in collection config for chaincode ${definition.name}`);
  const principals = config.getMemberOrgsPolicy()?.getSignaturePolicy()?.getIdentitiesList() ?? [];
  return new Set(principals.map((principal) => readRole(principal)?.mspId ?? ''));
}
