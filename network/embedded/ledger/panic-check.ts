import { byteKeyOf } from './hashing.ts';
import { isDelete, isHashDelete, type RwSet, rwSetOfEnvelope } from './rwset.ts';
import { actionOfEnvelope, headerType, tryChannelHeader } from './transaction.ts';

/**
 * True for an envelope that is safe only in a block of its own: other transactions of its block make 3.1.5 peers read
 * it as an endorser transaction with an action, and BFT orderers refuse a batch that holds another type beside others.
 */
export function mustStandAlone(envelope: Uint8Array): boolean {
  if (tryChannelHeader(envelope)?.type !== headerType.endorserTransaction) return true;
  try {
    actionOfEnvelope(envelope);
    return false;
  } catch {
    return true;
  }
}

/**
 * Why committing this envelope in one block after those would panic a 3.1.5 peer, or undefined: it keeps private data
 * of no chaincode, or writes only metadata to a key that one of them deletes.
 */
export function panicReason(envelope: Uint8Array, ahead: readonly Uint8Array[]): string | undefined {
  const rwset = rwSetOfEnvelope(envelope);
  if (rwset.some(({ namespace, collections }) => namespace === '' && collections.length > 0)) {
    return 'the transaction writes collections of a chaincode without a name: no 3.1.5 peer can commit that';
  }
  const touched = metadataOnlyKeys(rwset);
  if (touched.size === 0) return undefined;
  for (const earlier of ahead) {
    for (const key of deletedKeys(rwSetOfEnvelope(earlier))) {
      if (!touched.has(key)) continue;
      const [namespace, collection, name] = JSON.parse(key) as [string, string, string];
      const place = collection ? `${namespace}/${collection} (hash)` : namespace;
      return `the block deletes key ${JSON.stringify(name)} of ${place} and this transaction then writes only its metadata: that panics every 3.1.5 peer, so never delete a key that carries a key-level policy`;
    }
  }
  return undefined;
}

function metadataOnlyKeys(rwset: RwSet): Set<string> {
  const keys = new Set<string>();
  for (const { namespace, kv, collections } of rwset) {
    for (const { key } of kv.metadataWrites) keys.add(identity(namespace, '', key));
    for (const { key } of kv.writes) keys.delete(identity(namespace, '', key));
    for (const { name, hashed } of collections) {
      for (const { keyHash } of hashed.metadataWrites) keys.add(identity(namespace, name, byteKeyOf(keyHash)));
      for (const { keyHash } of hashed.hashedWrites) keys.delete(identity(namespace, name, byteKeyOf(keyHash)));
    }
  }
  return keys;
}

function deletedKeys(rwset: RwSet): string[] {
  return rwset.flatMap(({ namespace, kv, collections }) => [
    ...kv.writes.filter((write) => isDelete(write)).map(({ key }) => identity(namespace, '', key)),
    ...collections.flatMap(({ name, hashed }) =>
      hashed.hashedWrites
        .filter((write) => isHashDelete(write))
        .map(({ keyHash }) => identity(namespace, name, byteKeyOf(keyHash))),
    ),
  ]);
}

function identity(namespace: string, collection: string, key: string): string {
  return JSON.stringify([namespace, collection, key]);
}
