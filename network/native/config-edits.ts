import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { peerAddress, type ResolvedOrganization } from '../config/resolve.ts';
import { parsePolicyText } from '../embedded/ledger/policy/policy-text.ts';
import { encode } from '../embedded/ledger/wire/codec.ts';
import { signaturePolicyEnvelopeSchema } from '../embedded/ledger/wire/policy.ts';
import { organizationPaths } from '../identity/layout.ts';
import type { ConfigEdit } from './channel-config.ts';
import { groupAt } from './config-update.ts';
import { peerPolicies } from './configtx.ts';

const { Policy } = common;
const administrators = 'Admins';

/** MSP ids of the organisations that a channel's configuration names as members. */
export const memberMspIds = (config: common.Config): string[] => {
  const found: string[] = [];
  groupAt(config, 'Application')
    .getGroupsMap()
    .forEach((_group, name) => {
      found.push(name);
    });
  return found;
};

/** The orderers that agree on a channel's blocks. */
export function consentersOf(config: common.Config): common.Consenter[] {
  const value = groupAt(config, 'Orderer').getValuesMap().get('Orderers');
  return common.Orderers.deserializeBinary(value?.getValue_asU8() ?? new Uint8Array()).getConsenterMappingList();
}

/** Makes an organisation a member with its public certificates, its policies and its peers as anchors. */
export const addMember =
  (organization: ResolvedOrganization, organizationsFolder: string): ConfigEdit =>
  (config) => {
    const members = groupAt(config, 'Application').getGroupsMap();
    if (members.has(organization.mspId)) return;
    const group = new common.ConfigGroup();
    group.setModPolicy(administrators);
    for (const [name, { Rule }] of Object.entries(peerPolicies(organization.mspId))) {
      group.getPoliciesMap().set(name, signaturePolicy(Rule));
    }
    group.getValuesMap().set('MSP', value(mspOf(organization, organizationsFolder)));
    group.getValuesMap().set('AnchorPeers', value(anchorPeers(organization)));
    members.set(organization.mspId, group);
  };

/** Ends an organisation's membership. */
export const removeMember =
  (mspId: string): ConfigEdit =>
  (config) => {
    groupAt(config, 'Application').getGroupsMap().del(mspId);
  };

/** Takes an organisation's orderers out of those that agree on blocks. */
export const removeOrderers =
  (mspId: string): ConfigEdit =>
  (config) => {
    const consenters = consentersOf(config);
    const others = consenters.filter((consenter) => consenter.getMspId() !== mspId);
    if (others.length < consenters.length) setConsenters(config, others);
    groupAt(config, 'Orderer').getGroupsMap().del(mspId);
  };

/** Lets an organisation's orderer go on with new certificates: what it signs blocks with, and its TLS. */
export const renewConsenter =
  (mspId: string, certificates: { identity: Uint8Array; tls: Uint8Array }): ConfigEdit =>
  (config) => {
    const consenters = consentersOf(config);
    for (const consenter of consenters.filter((each) => each.getMspId() === mspId)) {
      consenter.setIdentity(certificates.identity);
      consenter.setClientTlsCert(certificates.tls);
      consenter.setServerTlsCert(certificates.tls);
    }
    setConsenters(config, consenters);
  };

/** Names the orderers that agree on blocks, and lets a block count only with a quorum's signatures of just these. */
function setConsenters(config: common.Config, consenters: common.Consenter[]): void {
  const group = groupAt(config, 'Orderer');
  const orderers = new common.Orderers();
  orderers.setConsenterMappingList(consenters);
  group.getValuesMap().get('Orderers')?.setValue(orderers.serializeBinary());
  const rule = new common.SignaturePolicy();
  const gate = new common.SignaturePolicy.NOutOf();
  gate.setN(quorumOf(consenters.length));
  gate.setRulesList(
    consenters.map((_consenter, index) => {
      const signedBy = new common.SignaturePolicy();
      signedBy.setSignedBy(index);
      return signedBy;
    }),
  );
  rule.setNOutOf(gate);
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setRule(rule);
  envelope.setIdentitiesList(consenters.map(principalOf));
  const policy = new Policy();
  policy.setType(Policy.PolicyType.SIGNATURE);
  policy.setValue(envelope.serializeBinary());
  group.getPoliciesMap().get('BlockValidation')?.setPolicy(policy);
}

/** So many of n orderers must sign a block, that f = ⌊(n − 1) / 3⌋ may fail or lie. */
export function quorumOf(count: number): number {
  return Math.ceil((count + Math.floor((count - 1) / 3) + 1) / 2);
}

function principalOf(consenter: common.Consenter): msp.MSPPrincipal {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(consenter.getMspId());
  identity.setIdBytes(consenter.getIdentity_asU8());
  const principal = new msp.MSPPrincipal();
  principal.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
  principal.setPrincipal(identity.serializeBinary());
  return principal;
}

function signaturePolicy(text: string): common.ConfigPolicy {
  const policy = new Policy();
  policy.setType(Policy.PolicyType.SIGNATURE);
  policy.setValue(encode(signaturePolicyEnvelopeSchema, parsePolicyText(text)));
  const entry = new common.ConfigPolicy();
  entry.setModPolicy(administrators);
  entry.setPolicy(policy);
  return entry;
}

function value(content: { serializeBinary(): Uint8Array }): common.ConfigValue {
  const entry = new common.ConfigValue();
  entry.setModPolicy(administrators);
  entry.setValue(content.serializeBinary());
  return entry;
}

function anchorPeers(organization: ResolvedOrganization): peer.AnchorPeers {
  const anchors = organization.peers.map((each) => {
    const anchor = new peer.AnchorPeer();
    const [host = ''] = peerAddress(organization, each).split(':');
    anchor.setHost(host);
    anchor.setPort(each.port);
    return anchor;
  });
  const list = new peer.AnchorPeers();
  list.setAnchorPeersList(anchors);
  return list;
}

/** What others verify the organisation's signatures with: its CA's certificates, and the units that tell roles apart. */
function mspOf({ name, mspId }: ResolvedOrganization, organizationsFolder: string): msp.MSPConfig {
  const folder = organizationPaths(organizationsFolder, name).msp;
  const ca = readFileSync(join(folder, 'cacerts/ca.pem'));
  const unit = (role: string) => {
    const identifier = new msp.FabricOUIdentifier();
    identifier.setCertificate(ca);
    identifier.setOrganizationalUnitIdentifier(role);
    return identifier;
  };
  const units = new msp.FabricNodeOUs();
  units.setEnable(true);
  units.setClientOuIdentifier(unit('client'));
  units.setPeerOuIdentifier(unit('peer'));
  units.setAdminOuIdentifier(unit('admin'));
  units.setOrdererOuIdentifier(unit('orderer'));
  const hashes = new msp.FabricCryptoConfig();
  hashes.setSignatureHashFamily('SHA2');
  hashes.setIdentityIdentifierHashFunction('SHA256');
  const settings = new msp.FabricMSPConfig();
  settings.setName(mspId);
  settings.setRootCertsList([ca]);
  settings.setTlsRootCertsList([readFileSync(join(folder, 'tlscacerts/tlsca.pem'))]);
  settings.setFabricNodeOus(units);
  settings.setCryptoConfig(hashes);
  const config = new msp.MSPConfig();
  config.setConfig(settings.serializeBinary());
  return config;
}
