import { peer } from '@hyperledger/fabric-protos';
import { sameBytes } from './hashing.ts';
import type { ChaincodeDefinition } from './types.ts';
import { decode, encode } from './wire/codec.ts';
import {
  type EndorsementInfoMessage,
  endorsementInfoSchema,
  type StateDataMessage,
  type StateMetadataMessage,
  stateDataSchema,
  stateMetadataSchema,
  type ValidationInfoMessage,
  validationInfoSchema,
} from './wire/lifecycle.ts';

export const lifecycleNamespace = '_lifecycle';
export const lifecyclePolicyPath = '/Channel/Application/LifecycleEndorsement';
const implicitPrefix = '_implicit_org_';
const definitionType = 'ChaincodeDefinition';
const fields = ['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'] as const;

/** Reads one key of namespace `_lifecycle`. */
type Get = (key: string) => Uint8Array | undefined;

function definitionKey(name: string): string {
  return `namespaces/metadata/${name}`;
}

function definitionFieldKey(name: string, field: (typeof fields)[number]): string {
  return `namespaces/fields/${name}/${field}`;
}

/** The committed sequence, 0 without a definition: the one read that every endorsement makes. */
function readSequence(get: Get, name: string): number {
  return readField(get, name, 'Sequence').int64 ?? 0;
}

/** Reads a whole definition, as every private call does; undefined when the chaincode is not defined. */
export function readDefinition(get: Get, name: string): ChaincodeDefinition | undefined {
  const metadata = get(definitionKey(name));
  if (!metadata) return undefined;
  if (decode<StateMetadataMessage>(stateMetadataSchema, metadata).datatype !== definitionType) return undefined;
  const sequence = readSequence(get, name);
  const bytesOf = (field: (typeof fields)[number]) => readField(get, name, field).bytes ?? Buffer.alloc(0);
  const endorsement = decode<EndorsementInfoMessage>(endorsementInfoSchema, bytesOf('EndorsementInfo'));
  const validation = decode<ValidationInfoMessage>(validationInfoSchema, bytesOf('ValidationInfo'));
  const collections = bytesOf('Collections');
  return {
    name,
    version: endorsement.version,
    sequence,
    initRequired: endorsement.initRequired,
    endorsementPlugin: endorsement.endorsementPlugin,
    validationPlugin: validation.validationPlugin,
    validationParameter: validation.validationParameter,
    collections: collections.length === 0 ? undefined : peer.CollectionConfigPackage.deserializeBinary(collections),
  };
}

function readField(get: Get, name: string, field: (typeof fields)[number]): StateDataMessage {
  return decode<StateDataMessage>(stateDataSchema, get(definitionFieldKey(name, field)) ?? Buffer.alloc(0));
}

/** Where a definition is written: a simulator, narrowed to `_lifecycle`. */
export type DefinitionState = { get: Get; put(key: string, value: Uint8Array): void };

/** Writes a definition as CommitChaincodeDefinition does: only what changes. */
export function writeDefinition(state: DefinitionState, definition: ChaincodeDefinition): void {
  const values: Record<(typeof fields)[number], StateDataMessage> = {
    Sequence: { int64: definition.sequence },
    EndorsementInfo: {
      bytes: encode(endorsementInfoSchema, {
        version: definition.version,
        initRequired: definition.initRequired,
        endorsementPlugin: definition.endorsementPlugin,
      }),
    },
    ValidationInfo: {
      bytes: encode(validationInfoSchema, {
        validationPlugin: definition.validationPlugin,
        validationParameter: definition.validationParameter,
      }),
    },
    Collections: { bytes: definition.collections?.serializeBinary() ?? Buffer.alloc(0) },
  };
  const known = state.get(definitionKey(definition.name)) !== undefined;
  for (const field of fields) {
    const key = definitionFieldKey(definition.name, field);
    const value = encode(stateDataSchema, values[field]);
    const existing = known ? state.get(key) : undefined;
    if (!existing || !sameBytes(existing, value)) state.put(key, value);
  }
  if (!known)
    state.put(definitionKey(definition.name), encode(stateMetadataSchema, { datatype: definitionType, fields }));
}

/** The organisation of an implicit collection, or undefined for any other name. */
export function implicitOrganization(collection: string): string | undefined {
  return collection.startsWith(implicitPrefix) ? collection.slice(implicitPrefix.length) : undefined;
}

/** An explicit collection of a definition. */
export function findCollection(definition: ChaincodeDefinition, name: string): peer.StaticCollectionConfig | undefined {
  const configs = definition.collections?.getConfigList() ?? [];
  return configs.map((config) => config.getStaticCollectionConfig()).find((config) => config?.getName() === name);
}
