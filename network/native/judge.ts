import { peer } from '@hyperledger/fabric-protos';
import { implicitOrganization, lifecycleNamespace, lifecyclePolicyPath } from '../embedded/ledger/lifecycle.ts';
import { parseChannelConfig } from '../embedded/ledger/policy/channel-config.ts';
import { PolicyEvaluator } from '../embedded/ledger/policy/evaluator.ts';
import { EndorsementChecks, type PolicyFailure } from '../embedded/ledger/validation/endorsement-checks.ts';
import { checkEnvelope } from '../embedded/ledger/validation/envelope-checks.ts';
import { createMspManager } from '../identity/msp-manager.ts';
import type { Definition } from './definitions.ts';

/** What a validation found, as far as it can be repeated without the state of then. */
export interface Verdict {
  code: number;
  reason?: string;
  policy?: PolicyFailure;
}

interface Ground {
  channel: string;
  /** common.ConfigEnvelope in force. */
  config: Uint8Array;
  /** Chaincode definitions that are committed now. */
  definitions: readonly Definition[];
}

/** Repeats a peer's checks of form, signatures and endorsement policies; policies of single keys it cannot know. */
export function judge(envelope: Uint8Array, { channel, config, definitions }: Ground): Verdict {
  const parsed = parseChannelConfig(config);
  const { applicationOrganizations, ordererOrganizations, policies } = parsed;
  const mspManager = createMspManager(
    [...ordererOrganizations, ...applicationOrganizations].map(({ msp }) => ({
      mspId: msp.name,
      caPem: Buffer.from(msp.rootCerts[0] ?? []).toString('utf8'),
      tlsCaPem: Buffer.from(msp.tlsRootCerts[0] ?? []).toString('utf8'),
    })),
  );
  const checked = checkEnvelope(envelope, channel, mspManager);
  if (!('transaction' in checked)) return checked;
  const evaluator = new PolicyEvaluator(mspManager, () => policies);
  const parameterOf = (namespace: string) => {
    const definition = definitions.find(({ name }) => name === namespace);
    if (!definition) throw new Error(`chaincode ${namespace} not found`);
    return definition.validationParameter;
  };
  const organizationNamed = (mspId: string) =>
    applicationOrganizations.find(({ msp }) => msp.name === mspId)?.name ?? mspId;
  const checks = new EndorsementChecks({
    reader: { getMetadata: () => undefined },
    definitions: { hasCollection: () => false },
    policies: {
      evaluator,
      organizations: applicationOrganizations.map(({ msp }) => msp.name),
      chaincode: (namespace) =>
        namespace === lifecycleNamespace
          ? evaluator.channel(lifecyclePolicyPath)
          : evaluator.application(parameterOf(namespace)),
      collection: (namespace, collection) => {
        const mspId = implicitOrganization(collection);
        if (mspId !== undefined)
          return evaluator.channel(`/Channel/Application/${organizationNamed(mspId)}/Endorsement`);
        return evaluator.application(collectionPolicy(definitions, namespace, collection) ?? parameterOf(namespace));
      },
    },
  });
  return checks.check(checked.channelHeader, checked.transaction);
}

/** An explicit collection's own endorsement policy. */
function collectionPolicy(
  definitions: readonly Definition[],
  namespace: string,
  collection: string,
): Uint8Array | undefined {
  const definition = definitions.find(({ name }) => name === namespace);
  return peer.CollectionConfigPackage.deserializeBinary(definition?.collections ?? new Uint8Array())
    .getConfigList()
    .map((config) => config.getStaticCollectionConfig())
    .find((config) => config?.getName() === collection)
    ?.getEndorsementPolicy()
    ?.serializeBinary();
}
