import { ledger } from '@hyperledger/fabric-protos';
import type { Channel } from '../context.ts';
import { satisfiesPolicy, staticCollection } from '../endorser/collection-access.ts';
import type { Identity } from '../ledger/types.ts';

const implicitPrefix = '_implicit_org_';

/** Private write sets of a block that the peer holds and the reader may see; by transaction. */
export function privateDataFor(
  channel: Channel,
  blockNumber: number,
  { identity, mspId }: { identity: Identity; mspId: string },
): Map<number, ledger.rwset.TxPvtReadWriteSet> {
  const visible = new Map<number, ledger.rwset.TxPvtReadWriteSet>();
  for (const [tx, rwset] of channel.ledger.getPrivateBlock(blockNumber, mspId)) {
    const own = new ledger.rwset.TxPvtReadWriteSet();
    own.setDataModel(rwset.getDataModel());
    for (const namespace of rwset.getNsPvtRwsetList()) {
      const collections = namespace
        .getCollectionPvtRwsetList()
        .filter((entry) =>
          mayRead(channel, identity, { chaincode: namespace.getNamespace(), collection: entry.getCollectionName() }),
        );
      if (collections.length === 0) continue;
      const kept = new ledger.rwset.NsPvtReadWriteSet();
      kept.setNamespace(namespace.getNamespace());
      kept.setCollectionPvtRwsetList(collections);
      own.addNsPvtRwset(kept);
    }
    if (own.getNsPvtRwsetList().length > 0) visible.set(tx, own);
  }
  return visible;
}

/**
 * As CheckCollectionPolicy of core/peer/deliverevents.go: only memberOnlyRead asks for membership, and an implicit
 * collection is generated without it, so its owner's peer gives it to every reader of the channel.
 */
function mayRead(
  channel: Channel,
  identity: Identity,
  { chaincode, collection }: { chaincode: string; collection: string },
): boolean {
  if (collection.startsWith(implicitPrefix)) return true;
  const config = staticCollection(channel.ledger.getDefinition(chaincode)?.collections, collection);
  if (!config) return false;
  return !config.getMemberOnlyRead() || satisfiesPolicy(config.getMemberOrgsPolicy()?.getSignaturePolicy(), identity);
}
