import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { issueCertificate } from '@tangram/network/identity/certificate.ts';
import { createApp } from '../app.ts';
import { type MemoryApi, startMemoryApi } from '../testing/memory-api.ts';
import { plainHttpWarning, readHttps } from './https.ts';

describe('HTTPS of the gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-https-'));
  const files = { certFile: join(folder, 'server.crt'), keyFile: join(folder, 'server.key') };
  let ca: string;
  let api: MemoryApi;
  let port: number;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const issuer = await issueCertificate({ commonName: 'ca', organization: 'CedarMSP', usage: 'ca' });
    const subjectAltNames = [{ type: 'dns' as const, value: 'localhost' }];
    const server = await issueCertificate({
      ...{ commonName: 'localhost', organization: 'CedarMSP', issuer, usage: 'tls', subjectAltNames },
    });
    writeFileSync(files.certFile, server.certificatePem);
    writeFileSync(files.keyFile, server.keyPem);
    ca = issuer.certificatePem;
    api = await startMemoryApi(['cedar']);
    const { banks } = api.gateways.configOf('cedar');
    const issuerOfTokens = { issuer: 'https://issuer.test', audience: 'tangram', jwksUrl: 'http://127.0.0.1:9/' };
    const app = await createApp({
      config: { organization: 'cedar', banks, issuer: issuerOfTokens, logLevel: 'silent' },
      services: api.gateways.of('cedar'),
      https: readHttps(files),
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    port = Number(new URL(url).port);
    close = () => app.close() as unknown as Promise<void>;
    expect(url).toMatch(/^https:/);
  });
  afterAll(async () => {
    await close();
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  const handshake = (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3', ciphers?: string) =>
    new Promise<string>((resolve) => {
      const socket = connect({
        ...{ host: '127.0.0.1', port, ca, servername: 'localhost', agent: false },
        minVersion: 'TLSv1',
        maxVersion,
        ciphers,
      });
      socket.once('secureConnect', () => {
        resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
        socket.destroy();
      });
      socket.once('error', () => resolve('refused'));
    });

  test('answers over TLS, and keeps browsers on it', async () => {
    const answer = await new Promise<{ status?: number; hsts?: string }>((resolve, reject) => {
      request(
        {
          host: 'localhost',
          port,
          ca,
          path: '/healthz',
          agent: false,
          lookup: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
        },
        (response) => {
          response.resume();
          resolve({ status: response.statusCode, hsts: response.headers['strict-transport-security'] });
        },
      )
        .on('error', reject)
        .end();
    });

    expect(answer).toEqual({ status: 200, hsts: 'max-age=31536000' });
  });

  test('refuses plain HTTP, old versions and ciphers without forward secrecy', async () => {
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
    expect(await handshake('TLSv1.3')).toMatch(/^TLSv1\.3 /);
    expect(await handshake('TLSv1.2')).toMatch(/^TLSv1\.2 ECDHE-/);
    expect(await handshake('TLSv1.1', 'DEFAULT@SECLEVEL=0')).toBe('refused');
    expect(await handshake('TLSv1.2', 'AES256-SHA256')).toBe('refused');
  });

  test('does not start with a key that is not the certificate’s, or a file that is absent', async () => {
    const other = await issueCertificate({ commonName: 'other', organization: 'CedarMSP', usage: 'ca' });
    const keyFile = join(folder, 'other.key');
    writeFileSync(keyFile, other.keyPem);

    expect(() => readHttps({ ...files, keyFile })).toThrow(`${keyFile} is not the key of ${files.certFile}`);
    expect(() => readHttps({ ...files, certFile: join(folder, 'absent.crt') })).toThrow('ENOENT');
  });

  test('warns of plain HTTP that listens to more than this machine', () => {
    expect(plainHttpWarning({})).toBeUndefined();
    expect(plainHttpWarning({ host: '127.0.0.2' })).toBeUndefined();
    expect(plainHttpWarning({ host: '0.0.0.0', tls: {} })).toBeUndefined();
    expect(plainHttpWarning({ host: '0.0.0.0' })).toContain('without TLS');
  });
});
