import type { peer } from '@hyperledger/fabric-protos';
import { byteKey, keyBytes, keyText } from './hashing.ts';
import { findCollection, implicitOrganization, lifecycleNamespace, readDefinition } from './lifecycle.ts';
import type { Reader } from './store/reader.ts';
import type { ChaincodeDefinition } from './types.ts';
import { decode } from './wire/codec.ts';

import { type SignaturePolicyEnvelope, signaturePolicyEnvelopeSchema } from './wire/policy.ts';

const metadataPrefix = 'namespaces/metadata/';

/** Chaincode definitions of the committed state, read once until a block writes `_lifecycle`. */
export class Definitions {
  readonly #reader: Reader;
  readonly #cache = new Map<string, ChaincodeDefinition | undefined>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get(name: string): ChaincodeDefinition | undefined {
    if (!this.#cache.has(name)) {
      const get = (key: string) => this.#reader.getState(lifecycleNamespace, '', keyBytes(byteKey(key)))?.value;
      this.#cache.set(name, readDefinition(get, name));
    }
    return this.#cache.get(name);
  }

  list(): ChaincodeDefinition[] {
    const start = Buffer.from(metadataPrefix);
    const end = Buffer.from('namespaces/metadata0');
    const names: string[] = [];
    for (const { key } of this.#reader.range({ namespace: lifecycleNamespace, collection: '', start, end })) {
      names.push(keyText(Buffer.from(key).toString('latin1')).slice(metadataPrefix.length));
    }
    return names.map((name) => this.get(name)).filter((definition) => definition !== undefined);
  }

  forget(): void {
    this.#cache.clear();
  }

  /** True when the collection may be used: explicit in the definition, or implicit of an organisation of the channel. */
  hasCollection(namespace: string, collection: string, organizations: readonly string[]): boolean {
    if (namespace !== lifecycleNamespace && !this.get(namespace)) return false;
    const organization = implicitOrganization(collection);
    if (organization !== undefined) return organizations.includes(organization);
    const definition = this.get(namespace);
    return definition !== undefined && findCollection(definition, collection) !== undefined;
  }

  /** How many blocks a collection's data lives, or undefined for ever. */
  blocksToLive(namespace: string, collection: string): number | undefined {
    const definition = this.get(namespace);
    const blocks = definition && findCollection(definition, collection)?.getBlockToLive();
    return blocks && blocks > 0 ? blocks : undefined;
  }

  /** The membership policy of an explicit collection. */
  memberPolicy(namespace: string, collection: string): SignaturePolicyEnvelope | undefined {
    const definition = this.get(namespace);
    const policy = definition && findCollection(definition, collection)?.getMemberOrgsPolicy()?.getSignaturePolicy();
    return policy && decode<SignaturePolicyEnvelope>(signaturePolicyEnvelopeSchema, policy.serializeBinary());
  }

  /** The endorsement policy of an explicit collection, as a serialised peer.ApplicationPolicy; undefined without one. */
  collectionPolicy(namespace: string, collection: string): Uint8Array | undefined {
    const definition = this.get(namespace);
    const config = definition && findCollection(definition, collection);
    const policy: peer.ApplicationPolicy | undefined = config?.getEndorsementPolicy();
    return policy?.serializeBinary();
  }
}
