import { LedgerError } from '../errors.ts';
import { findCollection, implicitOrganization, lifecycleNamespace, readDefinition } from '../lifecycle.ts';
import type { ChaincodeDefinition } from '../types.ts';

/** Refuses collections that the chaincode's definition does not name. */
export class CollectionGuard {
  readonly #organizations: readonly string[];
  readonly #getLifecycle: (key: string) => Uint8Array | undefined;
  readonly #definitions = new Map<string, ChaincodeDefinition | undefined>();

  /** The definition is read through the simulation, so that it stands in the read set as with a peer. */
  constructor(organizations: readonly string[], getLifecycle: (key: string) => Uint8Array | undefined) {
    this.#organizations = organizations;
    this.#getLifecycle = getLifecycle;
  }

  check({ namespace, collection }: { namespace: string; collection: string }): void {
    const definition = this.#definitionOf(namespace);
    if (!definition && namespace !== lifecycleNamespace) {
      throw new LedgerError(
        'SIMULATION',
        `collection config not defined for chaincode [${namespace}], pass the collection configuration upon chaincode definition/instantiation`,
      );
    }
    const organization = implicitOrganization(collection);
    const isKnown =
      organization === undefined
        ? definition !== undefined && findCollection(definition, collection) !== undefined
        : this.#organizations.includes(organization);
    if (isKnown) return;
    throw new LedgerError(
      'SIMULATION',
      `collection [${collection}] not defined in the collection config for chaincode [${namespace}]`,
    );
  }

  #definitionOf(namespace: string): ChaincodeDefinition | undefined {
    if (!this.#definitions.has(namespace)) {
      const isLifecycle = namespace === lifecycleNamespace;
      this.#definitions.set(namespace, isLifecycle ? undefined : readDefinition(this.#getLifecycle, namespace));
    }
    return this.#definitions.get(namespace);
  }
}
