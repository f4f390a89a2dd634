import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { resolve } from '../config/resolve.ts';
import { openAuthority } from '../identity/choose-authority.ts';
import { type Credential, credentialsOf } from '../identity/credentials.ts';
import { openDevelopmentAuthority } from '../identity/development-authority.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { renewalFolder } from './renewal-folder.ts';
import { planRenewal } from './renewal-plan.ts';

const cedar = { name: 'cedar', mspId: 'CedarMSP', orderer: true };
const others = ['maple', 'pine', 'willow'].map((name) => ({ name, mspId: `${name}MSP`, orderer: true }));
const centralbank = { name: 'centralbank', mspId: 'CentralbankMSP', orderer: false };

describe('renewal', () => {
  let issued: string;
  let folder: string;
  const caFolder = () => join(folder, 'cedar/ca');
  const bankCa = () => `${folder}-bank-ca`;
  const credential = (id: string): Credential =>
    credentialsOf(cedar, join(folder, 'cedar')).find((each) => each.id === id) as Credential;
  const read = (file: string) => readFileSync(file, 'utf8');

  beforeAll(async () => {
    issued = mkdtempSync(join(tmpdir(), 'tangram-issued-'));
    await ensureOrganizations(issued, [cedar, ...others, centralbank]);
  });
  afterAll(() => rmSync(issued, { recursive: true, force: true }));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-renewal-'));
    cpSync(issued, folder, { recursive: true });
    // The bank's CA is another machine's.
    renameSync(caFolder(), bankCa());
  });
  afterEach(() => {
    for (const each of [folder, bankCa()]) rmSync(each, { recursive: true, force: true });
  });

  /** What the people at the bank's CA do with a request. */
  const certifyElsewhere = async (asked: Credential, as: Credential = asked) =>
    (await openDevelopmentAuthority(bankCa(), { days: 90 })).certify(
      as,
      read(renewalFolder(asked, folder).requestFile),
    );

  test('waits for a CA elsewhere, goes on when the certificate is laid beside, and leaves nothing', async () => {
    const peer = credential('peer0');
    const [former, formerKey] = [read(peer.certificateFiles[0]), read(peer.keyFiles[0])];
    const renewal = renewalFolder(peer, folder);
    expect(renewal.state()).toBe('none');
    expect(await openAuthority(cedar, caFolder())).toBeUndefined();

    await renewal.request({ keepKey: false });
    await renewal.certify(undefined);
    expect(renewal.state()).toBe('requested');
    writeFileSync(renewal.certificateFile, await certifyElsewhere(peer));
    await renewal.certify(undefined);
    expect(renewal.state()).toBe('certified');
    expect(read(peer.certificateFiles[0])).toBe(former);

    renewal.install();
    expect(renewal.state()).toBe('installed');
    expect(read(peer.keyFiles[0])).not.toBe(formerKey);
    expect(statSync(peer.keyFiles[0]).mode & 0o077).toBe(0);
    renewal.finish();
    expect(existsSync(join(folder, 'cedar/renewal'))).toBe(false);
  });

  test('puts key and certificate back as they were', async () => {
    const tls = credential('chaincode-tls');
    const files = [...tls.certificateFiles, ...tls.keyFiles];
    const former = files.map(read);
    const renewal = renewalFolder(tls, folder);
    await renewal.request({ keepKey: false });
    writeFileSync(renewal.certificateFile, await certifyElsewhere(tls));
    renewal.install();
    // As after an interruption: the backup is not overwritten by what was just installed.
    renewal.install();
    expect(files.map(read)).not.toEqual(former);

    renewal.undo();

    expect(files.map(read)).toEqual(former);
    expect(renewal.state()).toBe('none');
  });

  test("keeps an orderer's key and makes no second request", async () => {
    const orderer = credential('orderer0');
    const renewal = renewalFolder(orderer, folder);
    await renewal.request({ keepKey: true });
    const request = read(renewal.requestFile);
    await renewal.request({ keepKey: true });
    expect(read(renewal.requestFile)).toBe(request);

    writeFileSync(renewal.certificateFile, await certifyElsewhere(orderer));
    const key = read(orderer.keyFiles[0]);
    renewal.install();
    expect(read(orderer.keyFiles[0])).toBe(key);
  });

  test.each([
    { what: 'for another key', id: 'peer0', from: () => credential('admin'), says: 'is for another key' },
    {
      what: 'without the organisational unit',
      id: 'peer0',
      from: () => ({ ...credential('peer0'), role: 'client' as const }),
      says: 'lacks the organisational unit peer',
    },
    {
      what: 'without a host name',
      id: 'peer0-tls',
      from: () => ({ ...credential('peer0-tls'), subjectAltNames: [{ type: 'dns' as const, value: 'localhost' }] }),
      says: 'lacks the names peer0.cedar.tangram.example',
    },
    {
      what: "of the organisation's other CA",
      id: 'peer0-tls',
      from: () => ({ ...credential('peer0-tls'), kind: 'identity' as const }),
      says: "not by the organisation's own CA",
    },
  ])('refuses a certificate $what', async ({ id, from, says, what }) => {
    const asked = credential(id);
    const renewal = renewalFolder(asked, folder);
    await renewal.request({ keepKey: false });
    const requested = what === 'for another key' ? from() : asked;
    if (requested !== asked) await renewalFolder(requested, folder).request({ keepKey: false });
    const certificate = await certifyElsewhere(requested, what === 'for another key' ? asked : from());
    writeFileSync(renewal.certificateFile, certificate);
    await expect(renewal.certify(undefined)).rejects.toThrow(says);
  });

  test('plans clients before peers before orderers, what is due and what was begun', async () => {
    const network = resolve(readNetworkFile(defaultNetworkFile));
    const plan = (days: number, force = false, organization?: string) =>
      planRenewal(network, { organizationsFolder: folder, days, force, organization }).renewals;
    expect(plan(30)).toEqual([]);
    expect(plan(30, true).map(({ unit }) => unit.kind)).toEqual([
      ...Array.from({ length: 5 }, () => 'gateway'),
      ...Array.from({ length: 5 }, () => 'administrator'),
      ...Array.from({ length: 5 }, () => 'chaincode'),
      ...Array.from({ length: 5 }, () => 'peer'),
      ...Array.from({ length: 4 }, () => 'orderer'),
    ]);
    expect(plan(4000, false, 'centralbank').map(({ unit, reason }) => [unit.id, reason])).toEqual([
      ['gateway-centralbank', 'ends soon'],
      ['administrator-centralbank', 'ends soon'],
      ['chaincode-centralbank', 'ends soon'],
      ['peer-centralbank', 'ends soon'],
    ]);

    await renewalFolder(credential('orderer0-tls'), folder).request({ keepKey: false });
    expect(plan(30)).toMatchObject([{ unit: { id: 'orderer-cedar' }, reason: 'begun before' }]);
    const { warnings } = planRenewal(network, { organizationsFolder: folder, days: 4000, force: false });
    expect(warnings).toHaveLength(10);
  });
});
