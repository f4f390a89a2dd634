import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  onThisMachine,
  peerAddress,
  type ResolvedNetwork,
  type ResolvedOrganization,
  type ResolvedPeer,
} from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import { channelProfile } from './configtx.ts';
import type { NativeFolders } from './folders.ts';

const builder = join(import.meta.dirname, 'builder');
const messageBytes = 100 * 1024 * 1024;

/** Writes configtx.yaml, and core.yaml and orderer.yaml of the nodes that run on this machine. */
export function writeNodeConfigs(network: ResolvedNetwork, folders: NativeFolders): void {
  writeYaml(folders.configtx, 'configtx.yaml', channelProfile(network, folders.organizations));
  for (const organization of onThisMachine(network).organizations) {
    for (const peer of organization.peers) {
      const folder = folders.peer(organization.name, peer.index);
      writeYaml(folder, 'core.yaml', peerConfig(organization, peer, folders));
    }
    if (organization.orderer) {
      writeYaml(folders.orderer(organization.name), 'orderer.yaml', ordererConfig(organization, folders));
    }
  }
}

function writeYaml(folder: string, name: string, value: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), stringify(value));
}

const softwareKeys = { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } };

// Gateways ask every 30 s whether a silent connection still stands; by default a peer takes that for an attack.
const keepalive = { minInterval: '10s' };

/** How a peer draws blocks from the orderers, and when it turns to another one. */
const deliveryConfig = {
  blockGossipEnabled: false,
  reconnectTotalTimeThreshold: '3600s',
  connTimeout: '3s',
  // A silent orderer is told from a network without payments by the others' headers; then the peer turns to one of those.
  // By default that takes 30 s, and a bank whose peer drew blocks from a stopped orderer stands still so long. A peer looks
  // a hundred times in this time, and commits that take longer look like silence: with 500 ms peers spent a fifth of their
  // time on looking, and changed orderers under load every ten seconds.
  blockCensorshipTimeoutKey: '2s',
  // A peer looks for its orderers again this soon after all of them were gone.
  reConnectBackoffThreshold: '2s',
  policy: 'cluster',
};

function peerConfig(organization: ResolvedOrganization, peer: ResolvedPeer, folders: NativeFolders): object {
  const paths = organizationPaths(folders.organizations, organization.name).peer(peer.name);
  const folder = folders.peer(organization.name, peer.index);
  const tls = (file: string) => ({ file: join(paths.tls, file) });
  const address = peerAddress(organization, peer);
  const others = organization.peers.filter((each) => each !== peer).map((each) => peerAddress(organization, each));
  const chaincodeAddress = `${organization.host}:${peer.chaincodeListenPort}`;
  return {
    peer: {
      id: `${peer.name}.${organization.name}`,
      networkId: 'tangram',
      address,
      listenAddress: address,
      chaincodeAddress,
      chaincodeListenAddress: chaincodeAddress,
      gateway: { enabled: true, endorsementTimeout: '30s', broadcastTimeout: '30s', dialTimeout: '10s' },
      gossip: gossipConfig(address, others),
      tls: {
        enabled: true,
        clientAuthRequired: false,
        cert: tls('server.crt'),
        key: tls('server.key'),
        rootcert: tls('ca.crt'),
      },
      authentication: { timewindow: '15m' },
      keepalive,
      fileSystemPath: join(folder, 'data'),
      BCCSP: softwareKeys,
      mspConfigPath: paths.msp,
      localMspId: organization.mspId,
      localMspType: 'bccsp',
      deliveryclient: deliveryConfig,
      handlers: {
        authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }, { name: 'TimeWindowCheck' }],
        decorators: [{ name: 'DefaultDecorator' }],
        endorsers: { escc: { name: 'DefaultEndorsement' } },
        validators: { vscc: { name: 'DefaultValidation' } },
      },
      discovery: { enabled: true, authCacheEnabled: true, authCacheMaxSize: 1000, authCachePurgeRetentionRatio: 0.75 },
      limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 2500 } },
      maxRecvMsgSize: messageBytes,
      maxSendMsgSize: messageBytes,
    },
    vm: { endpoint: '' },
    chaincode: chaincodeConfig(),
    ledger: ledgerConfig(folder),
    operations: {
      listenAddress: `${organization.host}:${peer.operationsPort}`,
      // Health too: whoever has no certificate of the organisation's TLS CA learns nothing of the node.
      tls: {
        enabled: true,
        cert: tls('server.crt'),
        key: tls('server.key'),
        clientAuthRequired: true,
        clientRootCAs: { files: [tls('ca.crt').file] },
      },
    },
    metrics: { provider: 'prometheus' },
  };
}

/** Every peer fetches its own blocks from the orderers; gossip only tells members and private data. */
function gossipConfig(address: string, others: readonly string[]): object {
  return {
    bootstrap: others.length === 0 ? address : others.join(' '),
    endpoint: address,
    externalEndpoint: address,
    orgLeader: true,
    useLeaderElection: false,
    state: { enabled: false },
    // Peers that start together refuse each other until they have joined the channel. By default they try again after 25 s,
    // and until then nobody can be endorsed by the other.
    reconnectInterval: '2s',
    pvtData: {
      // Someone else's endorsement of data we never got must not hold our peer up for the default minute.
      pullRetryThreshold: '1s',
      transientstoreMaxBlockRetention: 20000,
      pushAckTimeout: '3s',
      btlPullMargin: 10,
      reconcileBatchSize: 10,
      // A peer that was away has private data that it missed again within this time.
      reconcileSleepInterval: '10s',
      reconciliationEnabled: true,
      skipPullingInvalidTransactionsDuringCommit: true,
      // Endorsing pushes private data to the organisation's other peers, and does not fail while one of them is down:
      // that one fetches it when it is back.
      implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: Math.max(1, others.length) },
    },
  };
}

function chaincodeConfig(): object {
  return {
    externalBuilders: [{ name: 'ccaas', path: builder, propagateEnvironment: ['CHAINCODE_CONNECTIONS'] }],
    installTimeout: '60s',
    startuptimeout: '30s',
    executetimeout: '30s',
    mode: 'net',
    // A chaincode process of fabric-shim 2.5.8 ends when it is sent a KEEPALIVE.
    keepalive: 0,
    system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
    runtimeParams: {
      useWriteBatch: true,
      maxSizeWriteBatch: 1000,
      useGetMultipleKeys: true,
      maxSizeGetMultipleKeys: 1000,
    },
  };
}

function ledgerConfig(folder: string): object {
  return {
    state: { stateDatabase: 'goleveldb', totalQueryLimit: 100000 },
    history: { enableHistoryDatabase: true },
    pvtdataStore: {
      collElgProcMaxDbBatchSize: 5000,
      collElgProcDbBatchesInterval: 1000,
      deprioritizedDataReconcilerInterval: '60m',
      purgeInterval: 100,
      purgedKeyAuditLogging: true,
    },
    snapshots: { rootDir: join(folder, 'snapshots') },
  };
}

function ordererConfig(organization: ResolvedOrganization, folders: NativeFolders): object {
  const { ordererMsp, ordererTls } = organizationPaths(folders.organizations, organization.name);
  const folder = folders.orderer(organization.name);
  const [certificate, key, ca] = ['server.crt', 'server.key', 'ca.crt'].map((file) => join(ordererTls, file));
  const tls = { Enabled: true, Certificate: certificate, PrivateKey: key };
  return {
    General: {
      ListenAddress: organization.host,
      ListenPort: organization.orderer?.port,
      TLS: { ...tls, RootCAs: [ca], ClientAuthRequired: false },
      Cluster: { ClientCertificate: certificate, ClientPrivateKey: key, RootCAs: [ca] },
      BootstrapMethod: 'none',
      LocalMSPDir: ordererMsp,
      LocalMSPID: organization.mspId,
      MaxRecvMsgSize: messageBytes,
      MaxSendMsgSize: messageBytes,
      BCCSP: softwareKeys,
    },
    FileLedger: { Location: join(folder, 'data') },
    Operations: {
      ListenAddress: `${organization.host}:${organization.orderer?.operationsPort}`,
      TLS: { ...tls, ClientAuthRequired: true, ClientRootCAs: [ca] },
    },
    Metrics: { Provider: 'prometheus' },
    Admin: {
      ListenAddress: `${organization.host}:${organization.orderer?.adminPort}`,
      TLS: { ...tls, ClientAuthRequired: true, ClientRootCAs: [ca] },
    },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '1 MB' },
    Consensus: { WALDir: join(folder, 'wal'), SnapDir: join(folder, 'snapshots') },
  };
}
