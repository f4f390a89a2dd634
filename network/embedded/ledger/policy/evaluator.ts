import { LedgerError } from '../errors.ts';
import { byteKeyOf } from '../hashing.ts';
import type { Identity, MspManager } from '../types.ts';
import { decode } from '../wire/codec.ts';
import {
  type ApplicationPolicy,
  applicationPolicySchema,
  type SignaturePolicyEnvelope,
  signaturePolicyEnvelopeSchema,
} from '../wire/policy.ts';
import type { ChannelPolicies } from './channel-config.ts';
import { compileSignaturePolicy, type Policy } from './signature-policy.ts';

export type SignedData = { data: Uint8Array; identity: Uint8Array; signature: Uint8Array };

const maxCachedPolicies = 1000;

/** Compiles policies once each: those of chaincodes, of collections and of keys. */
export class PolicyEvaluator {
  readonly #mspManager: MspManager;
  readonly #channelPolicies: () => ChannelPolicies;
  readonly #compiled = new Map<string, Policy>();

  constructor(mspManager: MspManager, channelPolicies: () => ChannelPolicies) {
    this.#mspManager = mspManager;
    this.#channelPolicies = channelPolicies;
  }

  /** The policy of a serialised peer.ApplicationPolicy; throws MALFORMED where it cannot be compiled. */
  application(bytes: Uint8Array): Policy {
    const { signaturePolicy, channelConfigPolicyReference } = this.#decode(bytes);
    if (channelConfigPolicyReference !== undefined) return this.channel(channelConfigPolicyReference);
    if (!signaturePolicy) throw new LedgerError('MALFORMED', 'unsupported policy type <nil>');
    return this.#cached(`a${byteKeyOf(bytes)}`, () => compileSignaturePolicy(signaturePolicy, this.#mspManager));
  }

  /** The policy of a serialised common.SignaturePolicyEnvelope, as key-level policies are. */
  signature(bytes: Uint8Array): Policy {
    return this.#cached(`s${byteKeyOf(bytes)}`, () =>
      compileSignaturePolicy(decode<SignaturePolicyEnvelope>(signaturePolicyEnvelopeSchema, bytes), this.#mspManager),
    );
  }

  channel(path: string): Policy {
    return this.#channelPolicies().get(path, this.#mspManager);
  }

  /** Identities whose signatures hold, each once; broken ones are left out, as a peer does. */
  identities(signatures: readonly SignedData[]): Identity[] {
    const found = new Map<string, Identity>();
    for (const { data, identity: serialized, signature } of signatures) {
      const identity = this.#tryDeserialize(serialized);
      if (!identity) continue;
      const key = identity.mspId + identity.id;
      if (!found.has(key) && identity.verify(data, signature)) found.set(key, identity);
    }
    return [...found.values()];
  }

  #tryDeserialize(serialized: Uint8Array): Identity | undefined {
    try {
      return this.#mspManager.deserialize(serialized);
    } catch {
      return undefined;
    }
  }

  readonly #decoded = new Map<string, ApplicationPolicy>();

  #decode(bytes: Uint8Array): ApplicationPolicy {
    const key = byteKeyOf(bytes);
    let policy = this.#decoded.get(key);
    if (!policy) {
      policy = decode<ApplicationPolicy>(applicationPolicySchema, bytes);
      if (this.#decoded.size >= maxCachedPolicies) this.#decoded.clear();
      this.#decoded.set(key, policy);
    }
    return policy;
  }

  #cached(key: string, compile: () => Policy): Policy {
    let policy = this.#compiled.get(key);
    if (!policy) {
      policy = compile();
      if (this.#compiled.size >= maxCachedPolicies) this.#compiled.clear();
      this.#compiled.set(key, policy);
    }
    return policy;
  }
}
