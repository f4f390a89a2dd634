import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, type NetworkFile, readNetworkFile } from '../config/network-file.ts';
import { identitiesOf, onThisMachine, resolve } from '../config/resolve.ts';
import { validateCertificates } from '../config/validate-certificates.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { demandPublicMaterial, exportPublic, fingerprintOf, importPublic, missingMaterial } from './public-material.ts';

const folder = mkdtempSync(join(tmpdir(), 'tangram-public-'));
const file = (): NetworkFile => {
  const reference = readNetworkFile(defaultNetworkFile);
  const organizations = reference.organizations.map((each, index) => ({ ...each, host: `10.0.0.${index + 1}` }));
  return { ...reference, organizations };
};
const at = (organization: string) => resolve(file(), undefined, organization);
const organizationsOf = (organization: string) => join(folder, organization);

/** What a bank hands out after it has made its keys on its own machine. */
async function materialOf(organization: string, network = at(organization)) {
  await ensureOrganizations(organizationsOf(organization), identitiesOf(onThisMachine(network)));
  return exportPublic(network, organization, organizationsOf(organization));
}

describe('public material', () => {
  let maple: Awaited<ReturnType<typeof materialOf>>;
  beforeAll(async () => {
    await materialOf('cedar');
    maple = await materialOf('maple');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds certificates of CA, TLS CA and orderer, and no key', () => {
    expect(Object.keys(maple.files)).toEqual([
      'msp/cacerts/ca.pem',
      'msp/tlscacerts/tlsca.pem',
      'msp/config.yaml',
      'orderers/orderer0/msp/signcerts/cert.pem',
      'orderers/orderer0/tls/server.crt',
    ]);
    expect(JSON.stringify(maple)).not.toContain('PRIVATE');
  });

  test.each([
    { what: 'what is none', change: { format: 'x' }, says: 'This is no file of export-public.' },
    { what: 'a stranger', change: { organization: 'oak' }, says: 'oak is no organisation of the network' },
    { what: 'another network file', change: { networkDigest: '0' }, says: 'maple has another network file' },
    { what: 'the own organisation', change: { organization: 'cedar' }, says: 'cedar runs on this machine' },
    { what: 'too few files', change: { files: {} }, says: 'The material of maple lacks msp/cacerts/ca.pem' },
  ])('refuses $what', ({ change, says }) => {
    expect(() => importPublic(at('cedar'), { ...maple, ...change }, organizationsOf('cedar'))).toThrow(says);
    expect(missingMaterial(at('cedar').organizations, organizationsOf('cedar'))).toContain('maple');
  });

  test('refuses files too many, keys, another MSP configuration, and certificates that are not for the host', async () => {
    const pine = await materialOf('pine');
    const offer = (files: Record<string, string | undefined>) => () =>
      importPublic(at('cedar'), { ...maple, files: { ...maple.files, ...files } }, organizationsOf('cedar'));
    const orderer = 'orderers/orderer0/tls/server.crt';

    expect(offer({ '../../evil': '' })).toThrow('files too many: ../../evil');
    expect(offer({ [orderer]: '-----BEGIN PRIVATE KEY-----' })).toThrow(`holds a private key in ${orderer}`);
    expect(offer({ 'msp/config.yaml': 'NodeOUs: {}' })).toThrow('another msp/config.yaml');
    expect(offer({ [orderer]: pine.files[orderer] })).toThrow(/was issued by .*tlsca\.pine/);
    expect(offer({ ...pine.files, 'msp/config.yaml': maple.files['msp/config.yaml'] })).toThrow(
      'maple, TLS of the orderer: the certificate is not for 10.0.0.2',
    );
    expect(existsSync(join(organizationsOf('cedar'), 'maple'))).toBe(false);
  });

  test('is taken in once; the same again is harmless, other material is refused', async () => {
    expect(importPublic(at('cedar'), maple, organizationsOf('cedar'))).toBe(true);
    expect(importPublic(at('cedar'), maple, organizationsOf('cedar'))).toBe(false);

    rmSync(organizationsOf('maple'), { recursive: true });
    const other = await materialOf('maple');
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(maple));
    expect(() => importPublic(at('cedar'), other, organizationsOf('cedar'))).toThrow(
      'Other material of maple was imported before.',
    );
  });

  test('of everybody is needed before anything starts', () => {
    const { organizations, ...network } = at('cedar');
    const present = organizations.filter(({ name }) => name === 'cedar' || name === 'maple');

    expect(() => demandPublicMaterial(at('cedar'), organizationsOf('cedar'))).toThrow(
      'The public material of pine, willow, centralbank is not here.',
    );
    expect(() => demandPublicMaterial({ ...network, organizations: present }, organizationsOf('cedar'))).not.toThrow();
    expect(validateCertificates({ ...network, organizations: present }, organizationsOf('cedar'))).toEqual([]);
  });
});
