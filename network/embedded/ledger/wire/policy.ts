import { schema } from './codec.ts';

export type MspPrincipal = { principalClassification: number; principal: Uint8Array };
const mspPrincipalSchema = schema({ 1: ['principalClassification', 'int32'], 2: ['principal', 'bytes'] });
export type MspRoleMessage = { mspIdentifier: string; role: number };
export const mspRoleSchema = schema({ 1: ['mspIdentifier', 'string'], 2: ['role', 'int32'] });
export type OrganizationUnitMessage = { mspIdentifier: string; organizationalUnitIdentifier: string };
export const organizationUnitSchema = schema({
  1: ['mspIdentifier', 'string'],
  2: ['organizationalUnitIdentifier', 'string'],
});

export type NOutOf = { n: number; rules: SignaturePolicy[] };
export type SignaturePolicy = { signedBy?: number | undefined; nOutOf?: NOutOf | undefined };
const nOutOfSchema = schema({ 1: ['n', 'int32'], 2: ['rules', 'message[]', () => signaturePolicySchema] });
const signaturePolicySchema = schema({ 1: ['signedBy', 'int32?'], 2: ['nOutOf', 'message?', () => nOutOfSchema] });
export type SignaturePolicyEnvelope = {
  version: number;
  rule: SignaturePolicy | undefined;
  identities: MspPrincipal[];
};
export const signaturePolicyEnvelopeSchema = schema({
  1: ['version', 'int32'],
  2: ['rule', 'message', () => signaturePolicySchema],
  3: ['identities', 'message[]', () => mspPrincipalSchema],
});

export type ApplicationPolicy = {
  signaturePolicy?: SignaturePolicyEnvelope | undefined;
  channelConfigPolicyReference?: string | undefined;
};
export const applicationPolicySchema = schema({
  1: ['signaturePolicy', 'message?', () => signaturePolicyEnvelopeSchema],
  2: ['channelConfigPolicyReference', 'string?'],
});

export type PolicyMessage = { type: number; value: Uint8Array };
const policySchema = schema({ 1: ['type', 'int32'], 2: ['value', 'bytes'] });
export type ImplicitMetaMessage = { subPolicy: string; rule: number };
export const implicitMetaSchema = schema({ 1: ['subPolicy', 'string'], 2: ['rule', 'int32'] });

type MapEntry<T> = { key: string; value: T };
export type ConfigValueMessage = { version: number; value: Uint8Array; modPolicy: string };
const configValueSchema = schema({ 1: ['version', 'uint64'], 2: ['value', 'bytes'], 3: ['modPolicy', 'string'] });
export type ConfigPolicyMessage = { version: number; policy: PolicyMessage | undefined; modPolicy: string };
const configPolicySchema = schema({
  1: ['version', 'uint64'],
  2: ['policy', 'message', () => policySchema],
  3: ['modPolicy', 'string'],
});
export type ConfigGroupMessage = {
  version: number;
  groups: MapEntry<ConfigGroupMessage>[];
  values: MapEntry<ConfigValueMessage>[];
  policies: MapEntry<ConfigPolicyMessage>[];
  modPolicy: string;
};
const groupEntrySchema = schema({ 1: ['key', 'string'], 2: ['value', 'message', () => configGroupSchema] });
const valueEntrySchema = schema({ 1: ['key', 'string'], 2: ['value', 'message', () => configValueSchema] });
const policyEntrySchema = schema({ 1: ['key', 'string'], 2: ['value', 'message', () => configPolicySchema] });
const configGroupSchema = schema({
  1: ['version', 'uint64'],
  2: ['groups', 'message[]', () => groupEntrySchema],
  3: ['values', 'message[]', () => valueEntrySchema],
  4: ['policies', 'message[]', () => policyEntrySchema],
  5: ['modPolicy', 'string'],
});
export type ConfigMessage = { sequence: number; channelGroup: ConfigGroupMessage | undefined };
const configSchema = schema({ 1: ['sequence', 'uint64'], 2: ['channelGroup', 'message', () => configGroupSchema] });
export type ConfigEnvelopeMessage = { config: ConfigMessage | undefined };
export const configEnvelopeSchema = schema({ 1: ['config', 'message', () => configSchema] });

const ouSchema = schema({ 1: ['certificate', 'bytes'], 2: ['organizationalUnitIdentifier', 'string'] });
const nodeOusSchema = schema({
  1: ['enable', 'bool'],
  2: ['client', 'message', () => ouSchema],
  3: ['peer', 'message', () => ouSchema],
  4: ['admin', 'message', () => ouSchema],
  5: ['orderer', 'message', () => ouSchema],
});
export type FabricMspConfig = {
  name: string;
  rootCerts: Uint8Array[];
  tlsRootCerts: Uint8Array[];
  fabricNodeOus: object | undefined;
};
export const fabricMspConfigSchema = schema({
  1: ['name', 'string'],
  2: ['rootCerts', 'bytes[]'],
  9: ['tlsRootCerts', 'bytes[]'],
  11: ['fabricNodeOus', 'message', () => nodeOusSchema],
});
export type MspConfigMessage = { type: number; config: Uint8Array };
export const mspConfigSchema = schema({ 1: ['type', 'int32'], 2: ['config', 'bytes'] });
