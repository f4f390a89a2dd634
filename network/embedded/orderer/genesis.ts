import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { common, msp, orderer, peer } from '@hyperledger/fabric-protos';
import type { Organization } from '../../identity/layout.ts';
import { organizationPaths } from '../../identity/layout.ts';
import { loadMsp } from '../../identity/msp-manager.ts';
import { computeTxId } from '../endorser/proposal.ts';
import { applicationPolicyBytes } from '../ledger/policy/policy-text.ts';
import type { BatchLimits } from './block-cutter.ts';

/** What block 0 of a channel is made of. */
export interface GenesisRequest {
  channelId: string;
  organizationsDir: string;
  organizations: Organization[];
  /** Where each organisation's endpoint listens, by its name. */
  endpoints: Record<string, { host: string; port: number }>;
  limits: BatchLimits;
}

const { ImplicitMetaPolicy } = common;
type Rule = 'ANY' | 'MAJORITY';

function signaturePolicy(text: string): common.Policy {
  const envelope = peer.ApplicationPolicy.deserializeBinary(applicationPolicyBytes(text)).getSignaturePolicy();
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.SIGNATURE);
  policy.setValue(envelope?.serializeBinary() ?? new Uint8Array(0));
  return policy;
}

function implicitPolicy(rule: Rule, subPolicy: string): common.Policy {
  const meta = new ImplicitMetaPolicy();
  meta.setRule(ImplicitMetaPolicy.Rule[rule]);
  meta.setSubPolicy(subPolicy);
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.IMPLICIT_META);
  policy.setValue(meta.serializeBinary());
  return policy;
}

interface GroupParts {
  groups?: Record<string, common.ConfigGroup>;
  values?: Record<string, { serializeBinary(): Uint8Array }>;
  policies: Record<string, common.Policy>;
}

function group({ groups = {}, values = {}, policies }: GroupParts): common.ConfigGroup {
  const result = new common.ConfigGroup();
  result.setModPolicy('Admins');
  for (const [name, child] of Object.entries(groups)) result.getGroupsMap().set(name, child);
  for (const [name, message] of Object.entries(values)) {
    const value = new common.ConfigValue();
    value.setValue(message.serializeBinary());
    value.setModPolicy('Admins');
    result.getValuesMap().set(name, value);
  }
  for (const [name, policy] of Object.entries(policies)) {
    const entry = new common.ConfigPolicy();
    entry.setPolicy(policy);
    entry.setModPolicy('Admins');
    result.getPoliciesMap().set(name, entry);
  }
  return result;
}

function mspConfig(organizationsDir: string, organization: Organization): msp.MSPConfig {
  const { mspId, caPem, tlsCaPem } = loadMsp(organizationsDir, organization);
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(mspId);
  fabric.addRootCerts(Buffer.from(caPem));
  fabric.addTlsRootCerts(Buffer.from(tlsCaPem));
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');
  fabric.setCryptoConfig(crypto);
  const ous = new msp.FabricNodeOUs();
  ous.setEnable(true);
  const identifier = (role: string) => {
    const ou = new msp.FabricOUIdentifier();
    ou.setCertificate(Buffer.from(caPem));
    ou.setOrganizationalUnitIdentifier(role);
    return ou;
  };
  ous.setClientOuIdentifier(identifier('client'));
  ous.setPeerOuIdentifier(identifier('peer'));
  ous.setAdminOuIdentifier(identifier('admin'));
  ous.setOrdererOuIdentifier(identifier('orderer'));
  fabric.setFabricNodeOus(ous);
  const config = new msp.MSPConfig();
  config.setConfig(fabric.serializeBinary());
  return config;
}

function capabilities(...names: string[]): common.Capabilities {
  const message = new common.Capabilities();
  for (const name of names) message.getCapabilitiesMap().set(name, new common.Capability());
  return message;
}

function applicationGroup(request: GenesisRequest): common.ConfigGroup {
  const groups = request.organizations.map((organization) => {
    const { mspId } = organization;
    const anchors = new peer.AnchorPeers();
    const anchor = new peer.AnchorPeer();
    const endpoint = request.endpoints[organization.name];
    anchor.setHost(endpoint?.host ?? '');
    anchor.setPort(endpoint?.port ?? 0);
    anchors.addAnchorPeers(anchor);
    const organizationGroup = group({
      values: { MSP: mspConfig(request.organizationsDir, organization), AnchorPeers: anchors },
      policies: {
        Readers: signaturePolicy(`OR('${mspId}.admin', '${mspId}.peer', '${mspId}.client')`),
        Writers: signaturePolicy(`OR('${mspId}.admin', '${mspId}.client')`),
        Admins: signaturePolicy(`OR('${mspId}.admin')`),
        Endorsement: signaturePolicy(`OR('${mspId}.peer')`),
      },
    });
    return [mspId, organizationGroup] as const;
  });
  return group({
    groups: Object.fromEntries(groups),
    values: { Capabilities: capabilities('V2_5') },
    policies: {
      Readers: implicitPolicy('ANY', 'Readers'),
      Writers: implicitPolicy('ANY', 'Writers'),
      Admins: implicitPolicy('MAJORITY', 'Admins'),
      Endorsement: implicitPolicy('MAJORITY', 'Endorsement'),
      LifecycleEndorsement: implicitPolicy('MAJORITY', 'Endorsement'),
    },
  });
}

function consenters({ organizations, organizationsDir, endpoints }: GenesisRequest): common.Orderers {
  const mapping = new common.Orderers();
  organizations
    .filter((organization) => organization.orderer)
    .forEach((organization, index) => {
      const { ordererMsp, ordererTls } = organizationPaths(organizationsDir, organization.name);
      const consenter = new common.Consenter();
      consenter.setId(index + 1);
      consenter.setHost(endpoints[organization.name]?.host ?? '');
      consenter.setPort(endpoints[organization.name]?.port ?? 0);
      consenter.setMspId(organization.mspId);
      consenter.setIdentity(readFileSync(join(ordererMsp, 'signcerts/cert.pem')));
      const tlsCert = readFileSync(join(ordererTls, 'server.crt'));
      consenter.setClientTlsCert(tlsCert);
      consenter.setServerTlsCert(tlsCert);
      mapping.addConsenterMapping(consenter);
    });
  return mapping;
}

function ordererGroup(request: GenesisRequest): common.ConfigGroup {
  const groups = request.organizations
    .filter((organization) => organization.orderer)
    .map((organization) => {
      const { mspId, name } = organization;
      const addresses = new common.OrdererAddresses();
      addresses.addAddresses(`${request.endpoints[name]?.host}:${request.endpoints[name]?.port}`);
      const organizationGroup = group({
        values: { MSP: mspConfig(request.organizationsDir, organization), Endpoints: addresses },
        policies: {
          Readers: signaturePolicy(`OR('${mspId}.member')`),
          Writers: signaturePolicy(`OR('${mspId}.admin', '${mspId}.orderer')`),
          Admins: signaturePolicy(`OR('${mspId}.admin')`),
        },
      });
      return [mspId, organizationGroup] as const;
    });
  const consensus = new orderer.ConsensusType();
  consensus.setType('BFT');
  const size = new orderer.BatchSize();
  size.setMaxMessageCount(request.limits.maxMessageCount);
  size.setAbsoluteMaxBytes(request.limits.absoluteMaxBytes);
  size.setPreferredMaxBytes(request.limits.preferredMaxBytes);
  const timeout = new orderer.BatchTimeout();
  timeout.setTimeout(`${request.limits.timeoutMs}ms`);
  return group({
    groups: Object.fromEntries(groups),
    values: {
      ConsensusType: consensus,
      BatchSize: size,
      BatchTimeout: timeout,
      ChannelRestrictions: new orderer.ChannelRestrictions(),
      Orderers: consenters(request),
      Capabilities: capabilities('V2_0'),
    },
    policies: {
      Readers: implicitPolicy('ANY', 'Readers'),
      Writers: implicitPolicy('ANY', 'Writers'),
      Admins: implicitPolicy('MAJORITY', 'Admins'),
      BlockValidation: implicitPolicy('MAJORITY', 'Writers'),
    },
  });
}

/** The configuration transaction that block 0 consists of, in the form configtxgen writes it. */
export function createGenesisEnvelope(request: GenesisRequest): common.Envelope {
  const hashing = new common.HashingAlgorithm();
  hashing.setName('SHA256');
  const structure = new common.BlockDataHashingStructure();
  structure.setWidth(0xffffffff);
  const config = new common.Config();
  config.setChannelGroup(
    group({
      groups: { Application: applicationGroup(request), Orderer: ordererGroup(request) },
      values: { HashingAlgorithm: hashing, BlockDataHashingStructure: structure, Capabilities: capabilities('V3_0') },
      policies: {
        Readers: implicitPolicy('ANY', 'Readers'),
        Writers: implicitPolicy('ANY', 'Writers'),
        Admins: implicitPolicy('MAJORITY', 'Admins'),
      },
    }),
  );
  const configEnvelope = new common.ConfigEnvelope();
  configEnvelope.setConfig(config);

  const signatureHeader = new common.SignatureHeader();
  const nonce = randomBytes(24);
  signatureHeader.setNonce(nonce);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG);
  channelHeader.setVersion(1);
  channelHeader.setChannelId(request.channelId);
  channelHeader.setTxId(computeTxId(nonce, new Uint8Array(0)));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(configEnvelope.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope;
}
