import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limitsOf, loadConfig } from './config.ts';

const GOOD = {
  organization: 'cedar',
  mspId: 'CedarMSP',
  port: 8081,
  peers: [{ mspId: 'CedarMSP', endpoint: '127.0.0.1:7051', tlsCaFile: 'tlsca.pem' }],
  identity: { certFile: 'cert.pem', keyFile: '/keys/key.pem' },
  encryptionKeyFile: 'encryption-key.pem',
  digestKeyFile: 'digest.key',
  channel: 'finance',
  readModel: { kind: 'sqlite', file: 'read-model.sqlite' },
  issuer: { jwksUrl: 'http://127.0.0.1:8090/jwks', issuer: 'i', audience: 'tangram' },
  banks: ['cedar', 'maple'],
};

describe('loadConfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const load = (config: unknown) => {
    const file = join(folder, 'config.json');
    writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
    return loadConfig(file);
  };

  test('takes file names relative to the configuration', () => {
    const sibling = { url: 'https://gateway1.cedar.example:8101', tlsCaFile: 'web-ca.pem' };
    const config = load({ ...GOOD, siblings: [sibling] });

    expect(config.identity).toEqual({ certFile: join(folder, 'cert.pem'), keyFile: '/keys/key.pem' });
    expect(config.peers[0]?.tlsCaFile).toBe(join(folder, 'tlsca.pem'));
    expect(config.siblings).toEqual([{ ...sibling, tlsCaFile: join(folder, 'web-ca.pem') }]);
    expect(config.readModel).toEqual({ kind: 'sqlite', file: join(folder, 'read-model.sqlite') });
  });

  test.each([
    ['an unknown field', { ...GOOD, prot: 1 }, /invalid at/],
    ['a missing field', { ...GOOD, channel: undefined }, /channel/],
    ['a port out of range', { ...GOOD, port: 70_000 }, /\/port/],
    ['no peer', { ...GOOD, peers: [] }, /\/peers/],
    ['a sibling with a path', { ...GOOD, siblings: [{ url: 'http://127.0.0.1:8101/v1' }] }, /\/siblings\/0\/url/],
    ['text that is not JSON', '{', /cannot be read as JSON/],
  ])('refuses %s and names it', (_what, config, message) => {
    expect(() => load(config)).toThrow(message);
  });

  test('puts configured limits over the defaults', () => {
    expect(limitsOf({ limits: { bodyBytes: 1 } })).toMatchObject({ bodyBytes: 1, requestSeconds: 60 });
  });
});
