import { peer } from '@hyperledger/fabric-protos';
import type { Definitions } from '../definitions.ts';
import { byteKey, byteKeyOf, keyBytes, keyText } from '../hashing.ts';
import { keyPolicyOf } from '../metadata.ts';
import type { PolicyEvaluator } from '../policy/evaluator.ts';
import type { PolicyResolver } from '../policy/resolver.ts';
import type { Policy } from '../policy/signature-policy.ts';
import { type NamespaceRwSet, parseRwSet, type RwSet, writesNamespace } from '../rwset.ts';
import type { Reader } from '../store/reader.ts';
import { type EndorsedAction, parseAction } from '../transaction.ts';
import type { Identity, PolicyReport } from '../types.ts';
import { decode } from '../wire/codec.ts';
import {
  type ChaincodeEventMessage,
  type ChaincodeHeaderExtensionMessage,
  type ChannelHeaderMessage,
  chaincodeEventSchema,
  chaincodeHeaderExtensionSchema,
  type TransactionMessage,
} from '../wire/transaction.ts';
import { attempt } from './envelope-checks.ts';

const code = peer.TxValidationCode;

export type PolicyFailure = { namespace: string; collection?: string; key?: string; report?: PolicyReport };
export type EndorsementVerdict =
  | { code: 0; rwset: RwSet; action: EndorsedAction }
  | { code: number; reason: string; policy?: PolicyFailure; rwset?: RwSet };

/** What the checks ask of a ledger. */
type Parts = {
  reader: Pick<Reader, 'getMetadata'>;
  definitions: Pick<Definitions, 'hasCollection'>;
  policies: Pick<PolicyResolver, 'chaincode' | 'collection' | 'organizations'> & {
    evaluator: Pick<PolicyEvaluator, 'identities' | 'signature'>;
  };
};

type Write = { namespace: string; collection: string; key: string };
type Refusal = { reason: string; policy: PolicyFailure };

/** Judges the endorsements of one block's transactions, in order, against the state before the block. */
export class EndorsementChecks {
  readonly #reader: Parts['reader'];
  readonly #definitions: Parts['definitions'];
  readonly #policies: Parts['policies'];
  /** Keys whose policy an endorsed transaction of this block changes, valid in the end or not. */
  readonly #policyUpdates = new Set<string>();

  constructor(parts: Parts) {
    this.#reader = parts.reader;
    this.#definitions = parts.definitions;
    this.#policies = parts.policies;
  }

  check(channelHeader: ChannelHeaderMessage, transaction: TransactionMessage): EndorsementVerdict {
    const parsed = this.#parse(channelHeader, transaction);
    if ('reason' in parsed) return parsed;
    const { chaincode, action, rwset } = parsed;
    const namespaces = new Set([chaincode]);
    const seen = new Set<string>();
    for (const part of rwset) {
      if (seen.has(part.namespace)) {
        return { code: code.ILLEGAL_WRITESET, reason: `duplicate namespace '${part.namespace}' in txRWSet` };
      }
      seen.add(part.namespace);
      if (writesNamespace(part)) namespaces.add(part.namespace);
    }
    const identities = this.#signers(action);
    for (const namespace of namespaces) {
      const policy = attempt(() => this.#policies.chaincode(namespace));
      if ('reason' in policy) return { code: code.INVALID_CHAINCODE, reason: policy.reason };
      const part = rwset.find((candidate) => candidate.namespace === namespace);
      const refusal = this.#checkNamespace(namespace, part, { policy: policy.value, identities });
      if (refusal) return { code: code.ENDORSEMENT_POLICY_FAILURE, ...refusal, rwset };
      if (part) this.#rememberPolicyUpdates(part);
    }
    return { code: code.VALID, rwset, action };
  }

  #parse(
    channelHeader: ChannelHeaderMessage,
    transaction: TransactionMessage,
  ): { chaincode: string; action: EndorsedAction; rwset: RwSet } | { code: number; reason: string } {
    const extension = attempt(() =>
      decode<ChaincodeHeaderExtensionMessage>(chaincodeHeaderExtensionSchema, channelHeader.extension),
    );
    if ('reason' in extension) return { code: code.BAD_HEADER_EXTENSION, reason: extension.reason };
    const parsed = attempt(() => parseAction(transaction));
    if ('reason' in parsed) return { code: code.BAD_RESPONSE_PAYLOAD, reason: parsed.reason };
    const { action } = parsed.value;
    const rwset = attempt(() => parseRwSet(action.results));
    if ('reason' in rwset) return { code: code.BAD_RWSET, reason: rwset.reason };
    const named = extension.value.chaincodeId;
    if (!named) return { code: code.INVALID_OTHER_REASON, reason: 'nil ChaincodeId in header extension' };
    if (!action.chaincodeId) return { code: code.INVALID_OTHER_REASON, reason: 'nil ChaincodeId in ChaincodeAction' };
    if (named.name === '') return { code: code.INVALID_CHAINCODE, reason: 'invalid chaincode ID' };
    if (named.name !== action.chaincodeId.name) {
      const reason = `inconsistent ccid info (${named.name}/${action.chaincodeId.name})`;
      return { code: code.INVALID_CHAINCODE, reason };
    }
    if (action.chaincodeId.version === '') return { code: code.INVALID_CHAINCODE, reason: 'invalid chaincode version' };
    if (action.events.length > 0) {
      const event = attempt(() => decode<ChaincodeEventMessage>(chaincodeEventSchema, action.events));
      if ('reason' in event) return { code: code.INVALID_OTHER_REASON, reason: 'invalid chaincode event' };
      if (event.value.chaincodeId !== named.name) {
        const reason = 'chaincode event chaincode id does not match chaincode action chaincode id';
        return { code: code.INVALID_OTHER_REASON, reason };
      }
    }
    return { chaincode: named.name, action: parsed.value, rwset: rwset.value };
  }

  #signers({ endorsed }: EndorsedAction): Identity[] {
    const { proposalResponsePayload, endorsements } = endorsed;
    return this.#policies.evaluator.identities(
      endorsements.map(({ endorser, signature }) => ({
        data: Buffer.concat([proposalResponsePayload, endorser]),
        identity: endorser,
        signature,
      })),
    );
  }

  /** Key-level policies first, then those of collections, then the chaincode's: each at most once for a namespace. */
  #checkNamespace(
    namespace: string,
    part: NamespaceRwSet | undefined,
    context: { policy: Policy; identities: Identity[] },
  ): Refusal | undefined {
    const checked = new Set<string>();
    let anyChecked = false;
    const judge = (policy: Policy, failure: PolicyFailure): Refusal | undefined => {
      if (policy.evaluate(context.identities)) return undefined;
      const report = policy.report(context.identities);
      return { reason: 'signature set did not satisfy policy', policy: { ...failure, report } };
    };
    for (const write of part ? listWrites(part) : []) {
      const { collection } = write;
      const failure = { namespace, ...(collection && { collection }) };
      if (this.#policyUpdates.has(identityOf(write))) {
        const reason = 'validation parameters for key have been changed in the same block';
        return { reason, policy: { ...failure, key: displayKey(write) } };
      }
      const keyPolicy = attempt(() => this.#keyPolicy(write));
      if ('reason' in keyPolicy) return { reason: keyPolicy.reason, policy: failure };
      if (keyPolicy.value) {
        const refusal = judge(keyPolicy.value, { ...failure, key: displayKey(write) });
        if (refusal) return refusal;
        anyChecked = true;
        continue;
      }
      if (checked.has(collection)) continue;
      const policy = attempt(() => (collection ? this.#collectionPolicy(namespace, collection) : context.policy));
      if ('reason' in policy) return { reason: policy.reason, policy: failure };
      const refusal = judge(policy.value, failure);
      if (refusal) return refusal;
      checked.add(collection);
      anyChecked = true;
    }
    return anyChecked ? undefined : judge(context.policy, { namespace });
  }

  #collectionPolicy(namespace: string, collection: string): Policy {
    return this.#policies.collection(namespace, collection);
  }

  #keyPolicy({ namespace, collection, key }: Write): Policy | undefined {
    const known = !collection || this.#definitions.hasCollection(namespace, collection, this.#policies.organizations);
    const metadata = known ? this.#reader.getMetadata(namespace, collection, keyBytes(key)) : undefined;
    const policy = keyPolicyOf(metadata);
    return policy && this.#policies.evaluator.signature(policy);
  }

  #rememberPolicyUpdates({ namespace, kv, collections }: NamespaceRwSet): void {
    for (const { key } of kv.metadataWrites) {
      this.#policyUpdates.add(identityOf({ namespace, collection: '', key: byteKey(key) }));
    }
    for (const { name, hashed } of collections) {
      for (const { keyHash } of hashed.metadataWrites) {
        this.#policyUpdates.add(identityOf({ namespace, collection: name, key: byteKeyOf(keyHash) }));
      }
    }
  }
}

function listWrites({ namespace, kv, collections }: NamespaceRwSet): Write[] {
  const publicWrites = [...kv.writes, ...kv.metadataWrites].map(({ key }) => ({
    namespace,
    collection: '',
    key: byteKey(key),
  }));
  const hashed = (field: 'hashedWrites' | 'metadataWrites') =>
    collections.flatMap(({ name, hashed: set }) =>
      set[field].map(({ keyHash }) => ({ namespace, collection: name, key: byteKeyOf(keyHash) })),
    );
  return [...publicWrites, ...hashed('hashedWrites'), ...hashed('metadataWrites')];
}

function identityOf({ namespace, collection, key }: Write): string {
  return `${namespace}\0${collection}\0${key}`;
}

function displayKey({ collection, key }: Write): string {
  return collection ? keyBytes(key).toString('hex') : keyText(key);
}
