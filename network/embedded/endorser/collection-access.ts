import { type common, msp, type peer } from '@hyperledger/fabric-protos';
import type { Identity, MspRole } from '../ledger/types.ts';
import type { Run } from './execute.ts';

const implicitPrefix = '_implicit_org_';

/** Refuses a clear-text access that the collection's memberOnlyRead or memberOnlyWrite forbids to the creator. */
export function checkCollectionAccess(
  run: Run,
  chaincode: string,
  { collection, access }: { collection: string; access: 'read' | 'write' },
): void {
  // Implicit collections know no such restriction, in either direction.
  if (collection.startsWith(implicitPrefix)) return;
  const config = staticCollection(run.channel.ledger.getDefinition(chaincode)?.collections, collection);
  if (!config) throw new Error(`collection ${run.channel.id}/${chaincode}/${collection} could not be found`);
  const isRestricted = access === 'read' ? config.getMemberOnlyRead() : config.getMemberOnlyWrite();
  const creator = run.proposal.creatorIdentity;
  if (!isRestricted || (creator && satisfiesPolicy(config.getMemberOrgsPolicy()?.getSignaturePolicy(), creator)))
    return;
  throw new Error(
    `tx creator does not have ${access} access permission on privatedata in chaincodeName:${chaincode} collectionName: ${collection}`,
  );
}

/** The configuration of an explicit collection. */
export function staticCollection(
  collections: peer.CollectionConfigPackage | undefined,
  name: string,
): peer.StaticCollectionConfig | undefined {
  return collections
    ?.getConfigList()
    .map((config) => config.getStaticCollectionConfig())
    .find((config) => config?.getName() === name);
}

const roleNames: MspRole[] = ['MEMBER', 'ADMIN', 'CLIENT', 'PEER', 'ORDERER'];

/** A signature policy's role principal, or undefined for another kind. */
export function readRole(principal: msp.MSPPrincipal): { mspId: string; role: MspRole } | undefined {
  if (principal.getPrincipalClassification() !== msp.MSPPrincipal.Classification.ROLE) return undefined;
  const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
  return { mspId: role.getMspIdentifier(), role: roleNames[role.getRole()] ?? 'MEMBER' };
}

/** True when that one identity's signature satisfies the policy. */
export function satisfiesPolicy(policy: common.SignaturePolicyEnvelope | undefined, identity: Identity): boolean {
  const rule = policy?.getRule();
  if (!policy || !rule) return false;
  const fits = policy.getIdentitiesList().map((principal) => {
    const wanted = readRole(principal);
    return wanted !== undefined && wanted.mspId === identity.mspId && identity.hasRole(wanted.role);
  });
  let isUsed = false;
  const evaluate = (node: common.SignaturePolicy): boolean => {
    const nested = node.getNOutOf();
    if (nested) return nested.getRulesList().filter(evaluate).length >= nested.getN();
    if (isUsed || !fits[node.getSignedBy()]) return false;
    isUsed = true;
    return true;
  };
  return evaluate(rule);
}
