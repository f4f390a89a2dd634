import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { organizationPaths } from '@tangram/network/identity/layout.ts';
import { ensureOrganizations } from '@tangram/network/identity/organizations.ts';
import { type SpawnedHost, spawnHost } from '../testing/spawn-host.ts';
import { WirePeer } from '../testing/wire-peer.ts';

let folder: string;
let host: SpawnedHost;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chaincode-tls-'));
  await ensureOrganizations(folder, [
    { name: 'cedar', mspId: 'CedarMSP', orderer: false },
    { name: 'maple', mspId: 'MapleMSP', orderer: false },
  ]);
  const { chaincodeTls } = organizationPaths(folder, 'cedar');
  host = await spawnHost(['cedar'], {
    CHAINCODE_TLS_KEY: join(chaincodeTls, 'server.key'),
    CHAINCODE_TLS_CERT: join(chaincodeTls, 'server.crt'),
    CHAINCODE_TLS_CLIENT_CA: join(chaincodeTls, 'ca.crt'),
  });
});

afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true });
});

function credentialsOf(organization: string): grpc.ChannelCredentials {
  const own = organizationPaths(folder, organization).chaincodeTls;
  const trusted = readFileSync(join(organizationPaths(folder, 'cedar').chaincodeTls, 'ca.crt'));
  return grpc.credentials.createSsl(
    trusted,
    readFileSync(join(own, 'client.key')),
    readFileSync(join(own, 'client.crt')),
  );
}

async function queryHead(credentials: grpc.ChannelCredentials): Promise<number> {
  const peer = new WirePeer({ maxBatch: 1000, credentials });
  try {
    await peer.connect('cedar', host.addresses.cedar as string);
    const response = await peer.call('cedar', { operation: 'lane:getHead', argument: '{}', mspId: 'CedarMSP' });
    return response.getStatus();
  } finally {
    peer.close();
  }
}

describe('chaincode host with TLS', () => {
  test('serves a peer of its own organisation', async () => {
    expect(await queryHead(credentialsOf('cedar'))).toBe(200);
  });

  test('refuses a peer whose certificate another CA issued', async () => {
    await expect(queryHead(credentialsOf('maple'))).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
  });

  test('refuses a peer without TLS', async () => {
    await expect(queryHead(grpc.credentials.createInsecure())).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
  });

  test.each<{ name: string; environment: Record<string, string>; says: string }>([
    { name: 'no servers', environment: { CHAINCODE_SERVERS: '[]' }, says: 'CHAINCODE_SERVERS must be' },
    {
      name: 'an open address without TLS',
      environment: { CHAINCODE_SERVERS: '[{"name":"cedar","ccid":"c:1","address":"0.0.0.0:0"}]' },
      says: 'needs TLS with client certificates',
    },
    { name: 'a key without its certificate', environment: { CHAINCODE_TLS_KEY: '/k' }, says: 'go together' },
  ])('does not start with $name', async ({ environment, says }) => {
    await expect(spawnHost(['cedar'], environment)).rejects.toThrow(says);
  });
});
