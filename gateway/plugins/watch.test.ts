import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { issueCertificate } from '@tangram/network/identity/certificate.ts';
import { startWatch, type Watch } from './watch.ts';

describe('watch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-watch-'));
  const closing: (() => void)[] = [];
  afterAll(() => {
    for (const close of closing) close();
    rmSync(folder, { recursive: true });
  });

  async function issue(commonName: string) {
    return issueCertificate({ commonName, organization: 'CedarMSP', usage: 'ca' });
  }

  async function listen(commonName: string): Promise<{ endpoint: string; notAfter: number; server: Server }> {
    const issued = await issue(commonName);
    const server = createServer({ cert: issued.certificatePem, key: issued.keyPem });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { endpoint, notAfter: Date.parse(new X509Certificate(issued.certificatePem).validTo) / 1000, server };
  }

  async function write(name: string): Promise<string> {
    const file = join(folder, name);
    writeFileSync(file, (await issue(name)).certificatePem);
    return file;
  }

  async function until(watch: Watch, count: number) {
    while (watch.certificates().filter(({ notAfter }) => notAfter !== undefined).length < count) {
      await new Promise((wake) => setTimeout(wake, 10));
    }
    return watch.certificates();
  }

  test('tells the end of certificates in files and of those that nodes present, and which cannot be seen', async () => {
    const [certFile, tlsCaFile, ordererFile] = await Promise.all(['gateway', 'tlsca', 'orderer'].map(write));
    const peer = await listen('peer0');
    const watch = startWatch({
      mspId: 'CedarMSP',
      identity: { certFile: certFile ?? '', keyFile: '' },
      peers: [
        { mspId: 'CedarMSP', endpoint: peer.endpoint, tlsCaFile: tlsCaFile ?? '' },
        { mspId: 'MapleMSP', endpoint: '127.0.0.1:1', tlsCaFile: join(folder, 'absent.pem') },
      ],
      readModel: { kind: 'sqlite', file: join(folder, 'read-model.sqlite') },
      watch: {
        certificates: [{ use: 'orderer identity', file: ordererFile ?? '' }],
        folders: [join(folder, 'absent')],
      },
    });
    closing.push(watch.stop);
    const facts = await until(watch, 4);

    expect(facts.map(({ mspId, use, notAfter }) => [mspId, use, notAfter !== undefined])).toEqual([
      ['CedarMSP', 'gateway identity', true],
      ['CedarMSP', 'TLS CA', true],
      ['MapleMSP', 'TLS CA', false],
      ['CedarMSP', 'peer TLS', true],
      ['MapleMSP', 'peer TLS', false],
      ['CedarMSP', 'orderer identity', true],
    ]);
    expect(facts.find(({ place }) => place === peer.endpoint)?.notAfter).toBe(peer.notAfter);
    expect(watch.disks()).toMatchObject([{ folder, freeBytes: expect.any(Number) }]);
  });

  test('looks again, so that a renewed certificate and a lost node are noticed', async () => {
    const peer = await listen('peer0');
    const certFile = await write('identity');
    const watch = startWatch(
      {
        mspId: 'CedarMSP',
        identity: { certFile, keyFile: '' },
        peers: [{ mspId: 'CedarMSP', endpoint: peer.endpoint, tlsCaFile: certFile }],
        readModel: { kind: 'postgres', url: '' },
      },
      0.05,
    );
    closing.push(watch.stop);
    await until(watch, 3);
    peer.server.close();
    while (watch.certificates().at(-1)?.notAfter !== undefined) await new Promise((wake) => setTimeout(wake, 10));

    expect(watch.certificates().at(-1)).toMatchObject({ use: 'peer TLS', notAfter: undefined });
    expect(watch.disks()).toEqual([]);
  });
});
