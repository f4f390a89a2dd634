import type { Definitions } from '../definitions.ts';
import { findCollection, implicitOrganization, lifecycleNamespace, lifecyclePolicyPath } from '../lifecycle.ts';
import type { MspManager } from '../types.ts';
import { encode } from '../wire/codec.ts';
import { type MspPrincipal, mspRoleSchema } from '../wire/policy.ts';
import type { ChannelConfig } from './channel-config.ts';
import type { PolicyEvaluator } from './evaluator.ts';
import { compileSignaturePolicy, type Policy, principalMspIds } from './signature-policy.ts';

/** Finds the policy that a write must satisfy. */
export class PolicyResolver {
  readonly evaluator: PolicyEvaluator;
  readonly #definitions: Definitions;
  readonly #config: () => ChannelConfig;
  readonly #mspManager: MspManager;

  constructor(parts: {
    evaluator: PolicyEvaluator;
    definitions: Definitions;
    config: () => ChannelConfig;
    mspManager: MspManager;
  }) {
    this.evaluator = parts.evaluator;
    this.#definitions = parts.definitions;
    this.#config = parts.config;
    this.#mspManager = parts.mspManager;
  }

  /** MSP ids of the channel's application organisations. */
  get organizations(): string[] {
    return this.#config().applicationOrganizations.map(({ msp }) => msp.name);
  }

  /** The chaincode-level policy; throws when the chaincode is not defined. */
  chaincode(namespace: string): Policy {
    if (namespace === lifecycleNamespace) return this.#lifecycle();
    const definition = this.#definitions.get(namespace);
    if (!definition) throw new Error(`chaincode ${namespace} not found`);
    if (definition.validationPlugin === '') {
      throw new Error(`chaincode definition for [${namespace}] is invalid, plugin field must be set`);
    }
    if (definition.validationParameter.length === 0) {
      throw new Error(`chaincode definition for [${namespace}] is invalid, policy field must be set`);
    }
    return this.evaluator.application(definition.validationParameter);
  }

  /** The policy for writes to a collection: its own, or the chaincode's; throws when there is no such collection. */
  collection(namespace: string, collection: string): Policy {
    const organization = implicitOrganization(collection);
    if (organization !== undefined) return this.#implicit(organization);
    const definition = this.#definitions.get(namespace);
    if (!definition || !findCollection(definition, collection)) throw new Error(`no such collection '${collection}'`);
    const policy = this.#definitions.collectionPolicy(namespace, collection);
    return this.evaluator.application(policy ?? definition.validationParameter);
  }

  /** MSP ids whose peers keep a collection's data. */
  members(namespace: string, collection: string): string[] {
    const organization = implicitOrganization(collection);
    if (organization !== undefined) return [organization];
    const policy = this.#definitions.memberPolicy(namespace, collection);
    return policy ? principalMspIds(policy, this.#mspManager) : [];
  }

  #lifecycle(): Policy {
    if (this.#config().policies.has(lifecyclePolicyPath)) return this.evaluator.channel(lifecyclePolicyPath);
    const { organizations } = this;
    return this.#membersPolicy(Math.floor(organizations.length / 2) + 1, organizations);
  }

  #implicit(mspId: string): Policy {
    const organization = this.#config().applicationOrganizations.find(({ msp }) => msp.name === mspId);
    if (!organization) throw new Error(`no org found in channel with MSPID '${mspId}'`);
    const path = `/Channel/Application/${organization.name}/Endorsement`;
    return this.#config().policies.has(path) ? this.evaluator.channel(path) : this.#membersPolicy(1, [mspId]);
  }

  #membersPolicy(n: number, mspIds: string[]): Policy {
    const identities: MspPrincipal[] = mspIds.map((mspIdentifier) => ({
      principalClassification: 0,
      principal: encode(mspRoleSchema, { mspIdentifier, role: 0 }),
    }));
    const rules = identities.map((_, signedBy) => ({ signedBy }));
    return compileSignaturePolicy({ version: 0, rule: { nOutOf: { n, rules } }, identities }, this.#mspManager);
  }
}
