import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder, fabricVersion, findBinaries } from './binaries.ts';
import { createChaincodePackage } from './chaincode-package.ts';
import { obtainBinaries } from './release.ts';

const folder = mkdtempSync(join(tmpdir(), 'tangram-binaries-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function programs(place: string, names = ['orderer', 'peer', 'configtxgen']): string {
  mkdirSync(place, { recursive: true });
  for (const name of names) {
    writeFileSync(join(place, name), '#!/bin/sh\n');
    chmodSync(join(place, name), 0o755);
  }
  return place;
}

describe('findBinaries', () => {
  test('takes FABRIC_BIN before PATH, and PATH before the cache', () => {
    const [named, onPath] = [programs(join(folder, 'named')), programs(join(folder, 'path'))];
    const cache = { XDG_CACHE_HOME: join(folder, 'cache') };
    programs(cacheFolder(cache));

    expect(findBinaries({ ...cache, FABRIC_BIN: named, PATH: onPath })?.peer).toBe(join(named, 'peer'));
    expect(findBinaries({ ...cache, PATH: onPath })?.peer).toBe(join(onPath, 'peer'));
    expect(findBinaries({ ...cache, PATH: '' })?.peer).toBe(join(cacheFolder(cache), 'peer'));
  });

  test('refuses a FABRIC_BIN that lacks a program and names it', () => {
    const place = programs(join(folder, 'partly'), ['peer']);

    expect(() => findBinaries({ FABRIC_BIN: place })).toThrow(/lacks orderer, configtxgen/);
  });

  test('finds nothing where nothing is', () => {
    expect(findBinaries({ PATH: '', XDG_CACHE_HOME: join(folder, 'empty') })).toBeUndefined();
  });
});

describe('obtainBinaries', () => {
  let server: Server;
  let url: string;
  let digest: string;
  const name = `hyperledger-fabric-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}-${fabricVersion}.tar.gz`;

  beforeAll(async () => {
    const place = join(folder, 'release');
    programs(join(place, 'bin'));
    const archive = join(folder, 'release.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', place, 'bin']);
    const bytes = readFileSync(archive);
    digest = createHash('sha256').update(bytes).digest('hex');
    server = createServer((request, response) => {
      if (request.url !== '/release') return response.end(bytes);
      response.end(
        JSON.stringify({ assets: [{ name, browser_download_url: `${url}/asset`, digest: `sha256:${digest}` }] }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  test('fetches the release once, checks its digest, and finds it in the cache afterwards', async () => {
    const environment = { PATH: process.env.PATH, XDG_CACHE_HOME: join(folder, 'fetched') };
    const found = await obtainBinaries(`${url}/release`, environment);

    expect(found.orderer).toBe(join(cacheFolder(environment), 'orderer'));
    expect(findBinaries(environment)).toEqual(found);
  });

  test('keeps nothing of an archive with another digest', async () => {
    const environment = { PATH: process.env.PATH, XDG_CACHE_HOME: join(folder, 'forged') };
    const right = digest;
    digest = '0'.repeat(64);

    await expect(obtainBinaries(`${url}/release`, environment)).rejects.toThrow(/the release states 0000/);
    digest = right;

    expect(existsSync(dirname(cacheFolder(environment)))).toBe(false);
  });

  test.each([
    { version: 'v2.5.12', isTaken: false },
    { version: 'v3.0.0', isTaken: false },
    { version: 'v3.1.5', isTaken: true },
    { version: 'v3.2.0', isTaken: true },
    { version: 'latest', isTaken: true },
  ])('takes programs of $version: $isTaken', async ({ version, isTaken }) => {
    const place = programs(join(folder, version));
    for (const name of ['peer', 'orderer']) {
      writeFileSync(join(place, name), `#!/bin/sh\necho '${name}:'; echo ' Version: ${version}'\n`);
    }
    const asked = obtainBinaries(`${url}/release`, { FABRIC_BIN: place });

    if (isTaken) await expect(asked).resolves.toMatchObject({ peer: join(place, 'peer') });
    else await expect(asked).rejects.toThrow(`is of Hyperledger Fabric ${version.slice(1)}; BFT`);
  });

  test('says three ways out when the release cannot be reached', async () => {
    const environment = { PATH: process.env.PATH, XDG_CACHE_HOME: join(folder, 'nowhere') };

    await expect(obtainBinaries('http://127.0.0.1:1/release', environment)).rejects.toThrow(
      /1\. You have them[\s\S]*2\. This machine reaches GitHub[\s\S]*3\. Another machine does/,
    );
  });
});

describe('createChaincodePackage', () => {
  test('gives the same bytes for the same code, another id for another digest, and an archive that tar reads', () => {
    const first = createChaincodePackage('cedar', '1.0', 'a'.repeat(64));

    expect(createChaincodePackage('cedar', '1.0', 'a'.repeat(64))).toEqual(first);
    expect(createChaincodePackage('cedar', '1.0', 'b'.repeat(64)).packageId).not.toBe(first.packageId);
    const listed = execFileSync('tar', ['-tzf', '-'], { input: first.bytes, encoding: 'utf8' });
    expect(listed.trim().split('\n')).toEqual(['metadata.json', 'code.tar.gz']);
    const metadata = execFileSync('tar', ['-xzOf', '-', 'metadata.json'], { input: first.bytes, encoding: 'utf8' });
    expect(JSON.parse(metadata)).toEqual({ path: '', type: 'ccaas', label: `cedar_1.0_${'a'.repeat(16)}` });
  });
});
