import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { judgeClocks } from '../commands/doctor-checks.ts';
import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { identitiesOf, type ResolvedNetwork, resolve } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { perPeer, withMembers } from './members.ts';
import { peerClocks } from './peer-clocks.ts';

describe('peerClocks', () => {
  let folder: string;
  let network: ResolvedNetwork;
  let server: grpc.Server | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-clocks-'));
    const all = resolve(readNetworkFile(defaultNetworkFile), undefined, 'cedar');
    network = { ...all, organizations: all.organizations.slice(0, 2) };
    await ensureOrganizations(folder, identitiesOf(network));
  });
  afterEach(() => server?.forceShutdown());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Serves maple's peer, which refuses every proposal as a peer 3.1.5 does, in these words. */
  async function serveMaple(words: () => string): Promise<void> {
    server = new grpc.Server();
    server.addService(peer.EndorserService as unknown as grpc.ServiceDefinition, {
      processProposal: (_call: unknown, reply: grpc.sendUnaryData<unknown>) => reply({ code: 2, details: words() }),
    });
    const { peerTls } = organizationPaths(folder, 'maple');
    const [key, chain] = ['server.key', 'server.crt'].map((file) => readFileSync(join(peerTls, file))) as [
      Buffer,
      Buffer,
    ];
    const credentials = grpc.ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: chain }]);
    const [, maple] = network.organizations;
    const port = await new Promise<number>((done, fail) =>
      server?.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? fail(error) : done(bound))),
    );
    if (maple) maple.peers[0].port = port;
  }

  const timeWindow = (ahead: number) => () => {
    const there = new Date(Date.now() + ahead * 1000).toISOString().replace(/\.\d+Z/, 'Z');
    return `request unauthorized due to incorrect timestamp 1970-01-01T00:00:01Z, peer time ${there}, peer.authentication.timewindow 15m0s`;
  };

  const ask = () =>
    withMembers(network, folder, (members) =>
      peerClocks(perPeer(members).filter(({ organization }) => organization.name === 'maple')),
    );

  test.each([
    { ahead: 0, ok: true, says: 'the peer of maple within 30 s of this machine' },
    { ahead: 20, ok: true, says: 'the peer of maple within 30 s of this machine' },
    { ahead: 7_200, ok: false, says: /the peer of maple is (71\d\d|7200) s ahead/ },
    { ahead: -45, ok: false, says: /the peer of maple is 4\d s behind/ },
    { ahead: -86_400, ok: false, says: /the peer of maple is 86(39\d|400) s behind/ },
  ])('hears from another bank’s peer that its clock is $ahead s ahead', async ({ ahead, ok, says }) => {
    await serveMaple(timeWindow(ahead));

    const finding = judgeClocks(await ask());

    expect(finding.ok).toBe(ok);
    expect(finding.detail).toMatch(says);
    expect(finding.isNote).toBeUndefined();
  });

  test('takes another refusal for no clock', async () => {
    await serveMaple(() => 'proposal client identity expired');

    expect(await ask()).toEqual({ told: [], silent: ['the peer of maple'] });
  });
});
