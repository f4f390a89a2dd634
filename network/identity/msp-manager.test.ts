import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { msp } from '@hyperledger/fabric-protos';
import { type Issued, issueCertificate } from './certificate.ts';
import { organizationPaths } from './layout.ts';
import { createMspManager, isExpired, loadMsp } from './msp-manager.ts';
import { ensureOrganizations } from './organizations.ts';
import { loadSigner } from './signer.ts';

const cedar = { name: 'cedar', mspId: 'CedarMSP', orderer: true };
const maple = { name: 'maple', mspId: 'MapleMSP', orderer: false };

describe('MSP material', () => {
  let dir: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'tangram-msp-'));
    await ensureOrganizations(dir, [cedar, maple]);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const manager = () => createMspManager([cedar, maple].map((organization) => loadMsp(dir, organization)));
  const serialize = (mspId: string, pem: string) => {
    const identity = new msp.SerializedIdentity();
    identity.setMspid(mspId);
    identity.setIdBytes(Buffer.from(pem));
    return identity.serializeBinary();
  };
  const readSerialized = (mspId: string, mspDir: string) => loadSigner(mspId, mspDir).serialized;

  test('is written once and left alone afterwards', async () => {
    const file = join(organizationPaths(dir, 'cedar').peerMsp, 'keystore/key.pem');
    const before = readFileSync(file, 'utf8');
    await ensureOrganizations(dir, [cedar, maple]);

    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readFileSync(organizationPaths(dir, 'maple').digestKey, 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ['peerMsp', 'PEER'],
    ['adminMsp', 'ADMIN'],
    ['gatewayMsp', 'CLIENT'],
    ['ordererMsp', 'ORDERER'],
  ] as const)('%s holds an identity with role %s and no other', (folder, role) => {
    const identity = manager().deserialize(readSerialized('CedarMSP', organizationPaths(dir, 'cedar')[folder]));

    expect(identity.invalidReason).toBeUndefined();
    const roles = (['PEER', 'ADMIN', 'CLIENT', 'ORDERER'] as const).filter((each) => identity.hasRole(each));
    expect(roles).toEqual([role]);
    expect(identity.hasRole('MEMBER')).toBe(true);
  });

  test('verifies its own signatures and nobody else’s, remembered or not', () => {
    const own = manager();
    const signer = loadSigner('CedarMSP', organizationPaths(dir, 'cedar').gatewayMsp);
    const message = Buffer.from('message');
    const signature = signer.sign(message);
    const identity = own.deserialize(signer.serialized);

    expect(identity.verify(message, signature)).toBe(true);
    expect(identity.verify(message, signature)).toBe(true);
    expect(identity.verify(Buffer.from('other'), signature)).toBe(false);
    const other = own.deserialize(readSerialized('MapleMSP', organizationPaths(dir, 'maple').gatewayMsp));
    expect(other.verify(message, signature)).toBe(false);
  });

  test('refuses an unknown MSP, a certificate of another CA, and bytes that are none', () => {
    const pem = readFileSync(join(organizationPaths(dir, 'cedar').gatewayMsp, 'signcerts/cert.pem'), 'utf8');

    expect(() => manager().deserialize(serialize('OakMSP', pem))).toThrow('MSP OakMSP is unknown');
    expect(() => manager().deserialize(serialize('MapleMSP', pem))).toThrow('certif');
    expect(() => manager().deserialize(serialize('CedarMSP', 'none'))).toThrow('PEM');
  });

  describe('certificates issued by the organisation itself', () => {
    let ca: Issued;
    const judge = async (request: { organizationalUnit?: string; usage: 'sign' | 'ca'; notAfter?: Date }) => {
      const issued = await issueCertificate({ commonName: 'x', organization: 'OakMSP', issuer: ca, ...request });
      const own = createMspManager([{ mspId: 'OakMSP', caPem: ca.certificatePem, tlsCaPem: '' }]);
      return own.deserialize(serialize('OakMSP', issued.certificatePem));
    };
    beforeAll(async () => {
      ca = await issueCertificate({ commonName: 'ca', organization: 'OakMSP', usage: 'ca' });
    });

    test.each([
      ['without a node OU', { usage: 'sign' }, 'the identity must be a client'],
      ['with an unknown OU', { usage: 'sign', organizationalUnit: 'visitor' }, 'the identity must be a client'],
      ['that is a CA itself', { usage: 'ca', organizationalUnit: 'peer' }, 'Certificate Authority equals true'],
    ] as const)('is invalid %s', async (_, request, reason) => {
      const identity = await judge(request);

      expect(identity.invalidReason).toContain(reason);
      expect(identity.hasRole('MEMBER')).toBe(false);
    });

    test('expires by the clock it is asked with', async () => {
      const identity = await judge({
        usage: 'sign',
        organizationalUnit: 'client',
        notAfter: new Date('2030-01-01T00:00:00Z'),
      });

      expect(isExpired(identity, Date.UTC(2029, 11, 31))).toBe(false);
      expect(isExpired(identity, Date.UTC(2030, 0, 2))).toBe(true);
    });
  });
});
