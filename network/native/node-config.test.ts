import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { defaultNetworkFile, findNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { identitiesOf, resolve } from '../config/resolve.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { channelProfile, profileName } from './configtx.ts';
import { writeConnections } from './connections.ts';
import { nativeFolders } from './folders.ts';
import { writeNodeConfigs } from './node-config.ts';

const network = resolve(readNetworkFile(defaultNetworkFile));
const root = mkdtempSync(join(tmpdir(), 'tangram-node-config-'));
const folders = nativeFolders(root);
const read = (...path: string[]) => parse(readFileSync(join(...path), 'utf8'));
const channel = () => read(folders.configtx, 'configtx.yaml').Profiles[profileName];

beforeAll(async () => {
  await ensureOrganizations(folders.organizations, identitiesOf(network));
  writeNodeConfigs(network, folders);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the channels', () => {
  test('are ordered by BFT of four, each consenter with its own certificates', () => {
    const { Capabilities, Orderer, Application } = channel();

    expect([Capabilities, Orderer.Capabilities, Application.Capabilities]).toEqual([
      { V3_0: true },
      { V2_0: true },
      { V2_5: true },
    ]);
    expect(Orderer.OrdererType).toBe('BFT');
    expect(Orderer.ConsenterMapping.map(({ ID, MSPID }: { ID: number; MSPID: string }) => [ID, MSPID])).toEqual([
      [1, 'CedarMSP'],
      [2, 'MapleMSP'],
      [3, 'PineMSP'],
      [4, 'WillowMSP'],
    ]);
    for (const each of Orderer.ConsenterMapping) {
      for (const file of [each.Identity, each.ClientTLSCert, each.ServerTLSCert]) {
        expect(readFileSync(file, 'utf8')).toContain('BEGIN CERTIFICATE');
      }
    }
    for (const { OrdererEndpoints } of Orderer.Organizations) expect(OrdererEndpoints).toHaveLength(1);
  });

  test('have the timers that recovered fastest, with a shorter heartbeat where two of everything wait for it', () => {
    const timers = {
      RequestBatchMaxInterval: '100ms',
      RequestForwardTimeout: '1s',
      RequestComplainTimeout: '3s',
      RequestAutoRemoveTimeout: '3m0s',
      ViewChangeResendInterval: '2s',
      ViewChangeTimeout: expect.stringMatching(/^(5|10)s$/),
      LeaderHeartbeatTimeout: '3s',
      LeaderHeartbeatCount: 10,
      CollectTimeout: '1s',
      IncomingMessageBufferSize: 2000,
      RequestPoolSize: 20000,
    };
    expect(channel().Orderer.SmartBFT).toEqual(timers);

    const twofold = resolve(readNetworkFile(findNetworkFile('four-banks-ha')));
    const { Profiles } = channelProfile(twofold, folders.organizations) as { Profiles: Record<string, any> };
    expect(Profiles[profileName].Orderer.SmartBFT).toEqual({ ...timers, LeaderHeartbeatTimeout: '1.5s' });
  });

  test('let a majority decide on chaincode and configuration, and know an anchor peer of every organisation', () => {
    const { Application, Orderer } = channel();

    expect(Application.Policies.LifecycleEndorsement).toEqual({ Type: 'ImplicitMeta', Rule: 'MAJORITY Endorsement' });
    expect(Application.Policies.Endorsement).toEqual({ Type: 'ImplicitMeta', Rule: 'MAJORITY Endorsement' });
    expect(Application.Policies.Admins).toEqual({ Type: 'ImplicitMeta', Rule: 'MAJORITY Admins' });
    expect(Orderer.Policies.BlockValidation).toEqual({ Type: 'ImplicitMeta', Rule: 'MAJORITY Writers' });
    expect(Application.Organizations.map(({ ID, AnchorPeers }: any) => [ID, AnchorPeers[0].Port])).toEqual(
      network.organizations.map(({ mspId, peers }) => [mspId, peers[0].port]),
    );
  });
});

describe('the nodes', () => {
  test.each(network.organizations.map(({ name }) => name))('of %s speak TLS only', (name) => {
    const { peer, operations, metrics, vm } = read(folders.peer(name), 'core.yaml');
    expect(peer.tls.enabled).toBe(true);
    expect(operations.tls).toMatchObject({ enabled: true, clientAuthRequired: true });
    expect(operations.tls.clientRootCAs.files[0]).toContain(`/${name}/`);
    expect([metrics.provider, vm.endpoint]).toEqual(['prometheus', '']);

    const organization = network.organizations.find((each) => each.name === name);
    if (!organization?.orderer) return;
    const orderer = read(folders.orderer(name), 'orderer.yaml');
    expect([orderer.General.TLS.Enabled, orderer.General.BootstrapMethod]).toEqual([true, 'none']);
    expect(orderer.Operations.TLS).toMatchObject({ Enabled: true, ClientAuthRequired: true });
    expect(orderer.Admin.TLS).toMatchObject({ Enabled: true, ClientAuthRequired: true });
    expect(orderer.Metrics.Provider).toBe('prometheus');
  });

  test('of a peer wait a second for private data that never comes, and fetch their blocks themselves', () => {
    const { gossip } = read(folders.peer('cedar'), 'core.yaml').peer;

    expect(gossip).toMatchObject({
      orgLeader: true,
      useLeaderElection: false,
      state: { enabled: false },
      reconnectInterval: '2s',
    });
    expect(gossip.pvtData.pullRetryThreshold).toBe('1s');
  });

  test('of a peer never send chaincode a KEEPALIVE, and show it a client certificate over TLS', () => {
    expect(read(folders.peer('cedar'), 'core.yaml').chaincode.keepalive).toBe(0);

    writeConnections(network, folders, { name: 'cedar', label: 'cedar_1.0' });
    const connection = read(folders.connections('cedar'), 'cedar_1.0.json');
    expect(connection).toMatchObject({ tls_required: true, client_auth_required: true, dial_timeout: '5s' });
    expect(connection.client_cert).toContain('BEGIN CERTIFICATE');
  });
});
