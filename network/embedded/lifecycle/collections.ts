import { peer } from '@hyperledger/fabric-protos';
import type { CollectionDefinition } from '../control-client.ts';
import { applicationPolicyBytes } from '../ledger/policy/policy-text.ts';

function parsePolicy(text: string): peer.ApplicationPolicy {
  return peer.ApplicationPolicy.deserializeBinary(applicationPolicyBytes(text));
}

function createCollection(definition: CollectionDefinition): peer.CollectionConfig {
  const collection = new peer.StaticCollectionConfig();
  collection.setName(definition.name);
  const members = new peer.CollectionPolicyConfig();
  members.setSignaturePolicy(parsePolicy(definition.policy).getSignaturePolicy());
  collection.setMemberOrgsPolicy(members);
  collection.setRequiredPeerCount(definition.requiredPeerCount ?? 0);
  collection.setMaximumPeerCount(definition.maxPeerCount ?? 1);
  collection.setBlockToLive(definition.blockToLive ?? 0);
  collection.setMemberOnlyRead(definition.memberOnlyRead ?? false);
  collection.setMemberOnlyWrite(definition.memberOnlyWrite ?? false);
  if (definition.endorsementPolicy) collection.setEndorsementPolicy(parsePolicy(definition.endorsementPolicy));
  const config = new peer.CollectionConfig();
  config.setStaticCollectionConfig(collection);
  return config;
}

/** The collection package of a definition; undefined when it has no explicit collection. */
export function createCollections(
  definitions: readonly CollectionDefinition[],
): peer.CollectionConfigPackage | undefined {
  if (definitions.length === 0) return undefined;
  const collections = new peer.CollectionConfigPackage();
  collections.setConfigList(definitions.map(createCollection));
  return collections;
}
