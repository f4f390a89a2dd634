import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { resolve } from '../config/resolve.ts';
import { nativeFolders } from './folders.ts';
import { demandKeptPlaces } from './kept-places.ts';
import { writeNodeConfigs } from './node-config.ts';

const networkOn = (port: number) => resolve(readNetworkFile(defaultNetworkFile), { gateway: port, network: port });

describe('demandKeptPlaces', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tangram-places-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('refuses other ports once the channels have a first block, and names what moved', () => {
    const folders = nativeFolders(root);
    demandKeptPlaces(networkOn(20_000), folders);
    writeNodeConfigs(networkOn(20_000), folders);
    // Nothing is ordered yet: the ports may still be chosen.
    demandKeptPlaces(networkOn(30_000), folders);
    mkdirSync(folders.configtx, { recursive: true });
    writeFileSync(folders.block('finance'), '');

    demandKeptPlaces(networkOn(20_000), folders);
    expect(() => demandKeptPlaces(networkOn(30_000), folders)).toThrow(
      /the orderer of cedar is 127\.0\.0\.1:20021 there, and 127\.0\.0\.1:30021 now[\s\S]*down --purge/,
    );
  });

  test('lets a bank that has left be absent', () => {
    const folders = nativeFolders(root);
    const network = networkOn(20_000);
    writeNodeConfigs(network, folders);
    writeFileSync(folders.block('finance'), '');

    demandKeptPlaces({ ...network, organizations: network.organizations.slice(1) }, folders);
  });
});
