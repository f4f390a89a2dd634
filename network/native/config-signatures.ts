import { randomBytes } from 'node:crypto';
import { common, msp } from '@hyperledger/fabric-protos';
import type { Signer } from '../identity/signer.ts';
import { groupOf } from './config-update.ts';

const { ImplicitMetaPolicy, Policy } = common;

/** A policy of the channel that an update must satisfy, and who could still sign for it. */
export interface MissingSignatures {
  /** Path of the policy: `/Channel/Application/Admins`. */
  policy: string;
  /** Signatures of so many more of these are needed. */
  count: number;
  mspIds: string[];
}

/** An administrator's signature under an update; each signs apart, with its own key. */
export function signUpdate(signer: Signer, update: Uint8Array): common.ConfigSignature {
  const header = new common.SignatureHeader();
  header.setCreator(signer.serialized);
  header.setNonce(randomBytes(24));
  const signature = new common.ConfigSignature();
  signature.setSignatureHeader(header.serializeBinary());
  signature.setSignature(signer.sign(Buffer.concat([signature.getSignatureHeader_asU8(), update])));
  return signature;
}

/** MSP id of the organisation whose administrator made a signature. */
export function signerOf(signature: common.ConfigSignature): string {
  const { deserializeBinary } = common.SignatureHeader;
  const creator = deserializeBinary(signature.getSignatureHeader_asU8()).getCreator_asU8();
  return msp.SerializedIdentity.deserializeBinary(creator).getMspid();
}

/** Which policies of the present configuration an update touches that these administrators do not satisfy yet. */
export function missingSignatures(
  present: common.Config,
  update: common.ConfigUpdate,
  signed: Iterable<string>,
): MissingSignatures[] {
  const signers = new Set(signed);
  return policiesTouched(groupOf(present), update).flatMap((path) => {
    const judged = judge(groupOf(present), path, signers);
    return judged.lacking === 0 ? [] : [{ policy: path, count: judged.lacking, mspIds: judged.candidates }];
  });
}

/** Every organisation whose signature could count for an update. */
export function possibleSigners(present: common.Config, update: common.ConfigUpdate): string[] {
  const everybody = policiesTouched(groupOf(present), update).flatMap(
    (path) => judge(groupOf(present), path, new Set()).candidates,
  );
  return [...new Set(everybody)];
}

/** Paths of the modification policies of everything that stands in the write set with a version beyond its present one. */
function policiesTouched(root: common.ConfigGroup, update: common.ConfigUpdate): string[] {
  const found = new Set<string>();
  const touch = (path: string, modPolicy: string) =>
    found.add(modPolicy.startsWith('/') ? modPolicy : `${path}/${modPolicy}`);
  const walk = (path: string, present: common.ConfigGroup, write: common.ConfigGroup): void => {
    if (write.getVersion() !== present.getVersion()) touch(path, present.getModPolicy());
    write.getValuesMap().forEach((value, name) => {
      const former = present.getValuesMap().get(name);
      if (former && former.getVersion() !== value.getVersion()) touch(path, former.getModPolicy());
    });
    write.getPoliciesMap().forEach((policy, name) => {
      const former = present.getPoliciesMap().get(name);
      if (former && former.getVersion() !== policy.getVersion()) touch(path, former.getModPolicy());
    });
    write.getGroupsMap().forEach((group, name) => {
      const former = present.getGroupsMap().get(name);
      if (former) walk(`${path}/${name}`, former, group);
    });
  };
  walk('/Channel', root, update.getWriteSet() ?? new common.ConfigGroup());
  return [...found];
}

interface Judgement {
  /** Signatures of so many of the candidates are still lacking. */
  lacking: number;
  candidates: string[];
}

const impossible: Judgement = { lacking: Number.POSITIVE_INFINITY, candidates: [] };

function judge(root: common.ConfigGroup, path: string, signers: ReadonlySet<string>): Judgement {
  const names = path.split('/').slice(2);
  const policyName = names.pop() ?? '';
  const group = names.reduce<common.ConfigGroup | undefined>((each, name) => each?.getGroupsMap().get(name), root);
  const policy = group?.getPoliciesMap().get(policyName)?.getPolicy();
  if (!group || !policy) return impossible;
  if (policy.getType() === Policy.PolicyType.SIGNATURE) {
    const envelope = common.SignaturePolicyEnvelope.deserializeBinary(policy.getValue_asU8());
    const identities = envelope.getIdentitiesList().map(administratorOf);
    return judgeRule(envelope.getRule(), identities, signers);
  }
  const meta = ImplicitMetaPolicy.deserializeBinary(policy.getValue_asU8());
  const inner: Judgement[] = [];
  group.getGroupsMap().forEach((_group, name) => {
    inner.push(judge(root, `/Channel/${[...names, name, meta.getSubPolicy()].join('/')}`, signers));
  });
  const { ANY, ALL } = ImplicitMetaPolicy.Rule;
  const majority = Math.floor(inner.length / 2) + 1;
  const needed = meta.getRule() === ANY ? 1 : meta.getRule() === ALL ? inner.length : majority;
  return combine(needed, inner);
}

function judgeRule(
  rule: common.SignaturePolicy | undefined,
  identities: readonly (string | undefined)[],
  signers: ReadonlySet<string>,
): Judgement {
  const gate = rule?.getNOutOf();
  if (gate) {
    return combine(
      gate.getN(),
      gate.getRulesList().map((each) => judgeRule(each, identities, signers)),
    );
  }
  const mspId = identities[rule?.getSignedBy() ?? -1];
  if (mspId === undefined) return impossible;
  return signers.has(mspId) ? { lacking: 0, candidates: [] } : { lacking: 1, candidates: [mspId] };
}

/** The cheapest parts that are still open make up what lacks; anybody of the open parts may sign. */
function combine(needed: number, parts: readonly Judgement[]): Judgement {
  const open = parts.filter(({ lacking }) => lacking > 0).sort((a, b) => a.lacking - b.lacking);
  const remaining = Math.max(0, needed - (parts.length - open.length));
  if (remaining === 0) return { lacking: 0, candidates: [] };
  if (remaining > open.length) return impossible;
  return {
    lacking: open.slice(0, remaining).reduce((sum, { lacking }) => sum + lacking, 0),
    candidates: [...new Set(open.flatMap(({ candidates }) => candidates))],
  };
}

/** MSP id of a principal that an administrator fulfils; orderers and peers sign no updates. */
function administratorOf(principal: msp.MSPPrincipal): string | undefined {
  if (principal.getPrincipalClassification() !== msp.MSPPrincipal.Classification.ROLE) return undefined;
  const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
  const fulfilled: number[] = [msp.MSPRole.MSPRoleType.ADMIN, msp.MSPRole.MSPRoleType.MEMBER];
  return fulfilled.includes(role.getRole()) ? role.getMspIdentifier() : undefined;
}
