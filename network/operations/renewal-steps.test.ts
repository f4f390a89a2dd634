import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { type ResolvedOrganization, resolve } from '../config/resolve.ts';
import { hearRequests, type KeeperRequest } from '../requests.ts';
import { renewUnit, type StepPlace } from './renewal-steps.ts';

/** cedar on a machine of its own: its nodes at an address that nobody here answers, its gateway on loopback. */
function cedarElsewhere(gatewayPort: number): ResolvedOrganization {
  const file = readNetworkFile(defaultNetworkFile);
  const organizations = file.organizations.map((each) => ({ ...each, host: '192.0.2.1' }));
  const [cedar] = resolve({ ...file, organizations }).organizations;
  return { ...(cedar as ResolvedOrganization), gateways: [{ index: 0, port: gatewayPort }] };
}

describe('renewing the certificates of a gateway', () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tangram-renewal-'));
  const asked: KeeperRequest[] = [];
  let gateway: Server;
  let keeper: ReturnType<typeof hearRequests>;
  beforeAll(async () => {
    gateway = createServer((_request, response) => response.end('{"status":"ready"}')).listen(0, '127.0.0.1');
    keeper = hearRequests(dataFolder, async (request) => asked.push(request));
    await Promise.all([once(gateway, 'listening'), once(keeper, 'listening')]);
  });
  afterAll(() => {
    gateway.close();
    keeper.close();
    rmSync(dataFolder, { recursive: true });
  });

  test('asks it on loopback where its nodes are reached by another address', async () => {
    const organization = cedarElsewhere((gateway.address() as AddressInfo).port);
    const place = { dataFolder, folders: { organizations: dataFolder } } as StepPlace;

    await renewUnit({ id: 'gateway-cedar', kind: 'gateway', organization, credentials: [] }, place);

    expect(asked).toEqual([{ children: 'restart', names: ['gateway-cedar'] }]);
  }, 20_000);
});
