import { type Channel, type Network, type Peer, peersWithChaincode } from '../context.ts';
import { type ChaincodeCall, collectionMembers, type Layouts, layoutsOfCall, mergeLayouts } from './layouts.ts';

/** Thrown when no set of peers can satisfy the policies; the text is the gateway's. */
export class PlanError extends Error {}

/** One layout: a peer of each organisation the client itself named. Refuses organisations without an endorser. */
export function planForOrganizations(
  network: Network,
  target: { channelId: string; chaincode: string },
  mspIds: string[],
): Layouts {
  const able = new Set(peersWithChaincode(network, target.channelId, target.chaincode).map(({ mspId }) => mspId));
  const missing = mspIds.filter((mspId) => !able.has(mspId));
  if (missing.length > 0) throw new PlanError(`failed to find any endorsing peers for org(s): ${missing.join(', ')}`);
  return [new Set(mspIds)];
}

const refusal = 'no combination of peers can be derived which satisfy the endorsement policy';

/** Layouts that satisfy every policy of the calls with peers that have the chaincodes and may see the private data; the preferred organisation's first. */
export function planForInterest(
  network: Network,
  channelId: string,
  { calls, preferred }: { calls: ChaincodeCall[]; preferred?: Peer },
): Layouts {
  const channel = network.channels.get(channelId);
  const able = new Set(channel?.ledger.organizations ?? []);
  let layouts: Layouts | undefined;
  for (const call of calls) {
    const definition = channel?.ledger.getDefinition(call.name);
    if (!channel || !definition) {
      throw new PlanError(`${refusal}: No metadata was found for chaincode ${call.name} in channel ${channelId}`);
    }
    for (const policy of layoutsOfCall(call, definition, channel.ledger.organizations)) {
      layouts = layouts ? mergeLayouts(layouts, policy) : policy;
    }
  }
  const authorised = authorisedPeers(channel, calls, able);
  const combinations = (layouts ?? []).filter((layout) => layout.isSubsetOf(authorised));
  if (combinations.length === 0)
    throw new PlanError(`${refusal}: no peer combination can satisfy the endorsement policy`);

  const installed = calls.reduce(
    (mspIds, { name }) =>
      mspIds.intersection(new Set(peersWithChaincode(network, channelId, name).map(({ mspId }) => mspId))),
    authorised,
  );
  const usable = combinations.filter((layout) => layout.isSubsetOf(installed));
  if (usable.length === 0) throw new PlanError(`${refusal}: required chaincodes are not installed on sufficient peers`);
  const isPreferred = (layout: ReadonlySet<string>) => preferred !== undefined && layout.has(preferred.mspId);
  return [...usable.filter(isPreferred), ...usable.filter((layout) => !isPreferred(layout))];
}

function authorisedPeers(
  channel: Channel | undefined,
  calls: ChaincodeCall[],
  able: ReadonlySet<string>,
): ReadonlySet<string> {
  let authorised = able;
  for (const { name, collection, hasNoPrivateReads } of calls) {
    const definition = channel?.ledger.getDefinition(name);
    if (!collection || hasNoPrivateReads || !definition) continue;
    authorised = authorised.intersection(collectionMembers(definition, collection));
  }
  return authorised;
}
