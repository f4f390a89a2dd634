import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { identitiesOf, type ResolvedOrganization, resolve } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { loadSigner } from '../identity/signer.ts';
import { type ConfigProposal, demandSignatures, proposeChange } from './channel-config.ts';
import { addMember, consentersOf, memberMspIds, quorumOf, removeMember, renewConsenter } from './config-edits.ts';
import { signUpdate } from './config-signatures.ts';
import { groupAt } from './config-update.ts';
import { readUpdateFile, signUpdateFile, writeUpdateFile } from './update-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tangram-channel-config-'));
const file = readNetworkFile(defaultNetworkFile);
const network = resolve({ ...file, organizations: [...file.organizations, { name: 'birch' }] });
const memberOf = (name: string) => network.organizations.find((each) => each.name === name) as ResolvedOrganization;
const founders = network.organizations.filter(({ name }) => name !== 'birch');
const signerOf = (name: string) => loadSigner(memberOf(name).mspId, organizationPaths(folder, name).adminMsp);

beforeAll(() => ensureOrganizations(folder, identitiesOf(network)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function majorityOfAdmins(): common.ConfigPolicy {
  const meta = new common.ImplicitMetaPolicy();
  meta.setRule(common.ImplicitMetaPolicy.Rule.MAJORITY);
  meta.setSubPolicy('Admins');
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.IMPLICIT_META);
  policy.setValue(meta.serializeBinary());
  const entry = new common.ConfigPolicy();
  entry.setModPolicy('Admins');
  entry.setPolicy(policy);
  return entry;
}

function groupOfAdmins(): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy('Admins');
  group.getPoliciesMap().set('Admins', majorityOfAdmins());
  return group;
}

/** The parts of a channel's configuration that members and orderers stand in, as the founders have them. */
function present() {
  const orderers = groupOfAdmins();
  const mapping = new common.Orderers();
  mapping.setConsenterMappingList(
    founders.slice(0, 4).map(({ mspId }) => {
      const consenter = new common.Consenter();
      consenter.setMspId(mspId);
      consenter.setIdentity(Buffer.from(`old ${mspId}`));
      return consenter;
    }),
  );
  const value = new common.ConfigValue();
  value.setModPolicy('Admins');
  value.setValue(mapping.serializeBinary());
  orderers.getValuesMap().set('Orderers', value);
  orderers.getPoliciesMap().set('BlockValidation', majorityOfAdmins());
  const root = groupOfAdmins();
  root.getGroupsMap().set('Application', groupOfAdmins());
  root.getGroupsMap().set('Orderer', orderers);
  const config = new common.Config();
  config.setChannelGroup(root);
  for (const founder of founders) addMember(founder, folder)(config);
  return { channel: 'finance', config, blockNumber: 0 };
}

const propose = (edit: (config: common.Config) => void) => proposeChange(present(), edit) as ConfigProposal;
const signedBy = (proposal: ConfigProposal, names: string[]) => ({
  ...proposal,
  signatures: names.map((name) => signUpdate(signerOf(name), proposal.update)),
});

describe('a change of a channel’s configuration', () => {
  test('adds a member: only its group is new, and no other may change meanwhile', () => {
    const update = common.ConfigUpdate.deserializeBinary(propose(addMember(memberOf('birch'), folder)).update);
    const write = update.getWriteSet()?.getGroupsMap().get('Application');
    const read = update.getReadSet()?.getGroupsMap().get('Application');

    expect(write?.getVersion()).toBe(1);
    expect(write?.getGroupsMap().get('BirchMSP')?.getValuesMap().has('AnchorPeers')).toBe(true);
    expect(write?.getGroupsMap().get('CedarMSP')?.getValuesMap().getLength()).toBe(0);
    expect(read?.getGroupsMap().getLength()).toBe(5);
    expect(update.getWriteSet()?.getGroupsMap().has('Orderer')).toBe(false);
  });

  test('takes a member out again, and proposes nothing where nothing changes', () => {
    const { config } = present();
    removeMember('WillowMSP')(config);

    expect(memberMspIds(config)).not.toContain('WillowMSP');
    expect(proposeChange(present(), addMember(memberOf('willow'), folder))).toBeUndefined();
  });

  test('renews an orderer’s certificates together with whose signatures make a block valid', () => {
    const certificates = { identity: Buffer.from('new identity'), tls: Buffer.from('new tls') };
    const edit = renewConsenter('CedarMSP', certificates);
    const { config } = present();
    edit(config);
    const write = common.ConfigUpdate.deserializeBinary(propose(edit).update).getWriteSet();
    const group = write?.getGroupsMap().get('Orderer');

    expect(Buffer.from(consentersOf(config)[0]?.getIdentity_asU8() ?? []).toString()).toBe('new identity');
    expect(group?.getVersion()).toBe(0);
    expect(group?.getValuesMap().get('Orderers')?.getVersion()).toBe(1);
    const policy = groupAt(config, 'Orderer').getPoliciesMap().get('BlockValidation')?.getPolicy();
    const rule = common.SignaturePolicyEnvelope.deserializeBinary(policy?.getValue_asU8() ?? new Uint8Array());
    expect(rule.getRule()?.getNOutOf()?.getN()).toBe(3);
    expect([4, 5, 7].map(quorumOf)).toEqual([3, 4, 5]);
  });

  test('is refused with too few signatures, and names who could still sign', () => {
    const proposal = propose(addMember(memberOf('birch'), folder));

    expect(() => demandSignatures(present(), signedBy(proposal, ['cedar', 'maple']))).toThrow(
      /CedarMSP, MapleMSP signed\):\n {2}\/Channel\/Application\/Admins: 1 more of .*WillowMSP/,
    );
    expect(() => demandSignatures(present(), signedBy(proposal, ['cedar', 'cedar', 'birch']))).toThrow('2 more of');
    expect(() => demandSignatures(present(), signedBy(proposal, ['cedar', 'maple', 'willow']))).not.toThrow();
  });

  test('travels in a file that each administrator signs once', () => {
    const path = join(folder, 'finance-add-birch.pb');
    const proposal = propose(addMember(memberOf('birch'), folder));
    writeUpdateFile(path, signedBy(proposal, ['cedar']), signerOf('cedar'));

    signUpdateFile(path, signerOf('pine'));
    expect(signUpdateFile(path, signerOf('pine'))).toEqual({ channel: 'finance', signed: ['CedarMSP', 'PineMSP'] });
    signUpdateFile(path, signerOf('centralbank'));

    expect(() => demandSignatures(present(), readUpdateFile(path))).not.toThrow();
    writeUpdateFile(path, { ...proposal, channel: '', update: new Uint8Array() }, signerOf('cedar'));
    expect(() => readUpdateFile(path)).toThrow('holds no change');
  });
});
