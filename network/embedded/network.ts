import { join } from 'node:path';
import { type Organization, organizationPaths } from '../identity/layout.ts';
import { createMspManager, loadMsp } from '../identity/msp-manager.ts';
import { loadSigner } from '../identity/signer.ts';
import { openChannel } from './channel.ts';
import { openClock } from './clock.ts';
import type { Network } from './context.ts';
import type { Deployment } from './control-client.ts';
import { createFaults } from './faults.ts';
import { commitDefinition, DeployRefused } from './lifecycle/deploy.ts';
import { type BatchLimits, defaultBatchLimits } from './orderer/block-cutter.ts';
import { type ConfigurablePeer, createPeer } from './peers.ts';
import { openRegistry, type ServerRow } from './registry.ts';
import { createEventStreams } from './services/event-streams.ts';
import { startEndpoint } from './services/grpc-server.ts';

export interface NetworkOptions {
  /** Run folder: organizations/, network/ and clock.json. */
  dataDir: string;
  organizations: Organization[];
  /** Where the endpoints listen; one port an organisation, 0 for any. */
  host: string;
  ports: Record<string, number>;
  channels: readonly string[];
  isInMemory?: boolean;
  batch?: Partial<BatchLimits>;
  executeTimeoutMs?: number;
  /** Demand a TLS client certificate of one of the organisations. */
  demandsClientCertificate?: boolean;
}

type OpenChannel = ReturnType<typeof openChannel>;

/** A running embedded network, with what its control port may do to it. */
export type EmbeddedNetwork = Awaited<ReturnType<typeof startNetwork>>;

/** Starts peers, orderers and endpoints over what an earlier run left in the data folder. */
export async function startNetwork(options: NetworkOptions) {
  const { dataDir, organizations, host } = options;
  const organizationsDir = join(dataDir, 'organizations');
  const ledgerDir = options.isInMemory ? ':memory:' : join(dataDir, 'network');
  const registry = openRegistry(ledgerDir);
  const clock = openClock(join(dataDir, 'clock.json'));
  const faults = createFaults();
  const streams = createEventStreams(faults);
  const definitions = organizations.map((organization) => loadMsp(organizationsDir, organization));
  const mspManager = createMspManager(definitions);
  const limits: BatchLimits = { ...defaultBatchLimits, ...options.batch };
  const endpoints = Object.fromEntries(
    organizations.map(({ name }) => [name, { host, port: options.ports[name] ?? 0 }]),
  );
  const consenters = organizations
    .filter(({ orderer }) => orderer)
    .map(({ name, mspId }, index) => ({
      id: index + 1,
      signer: loadSigner(mspId, organizationPaths(organizationsDir, name).ordererMsp),
    }));
  const peers = new Map<string, ConfigurablePeer>();
  for (const organization of organizations) {
    const address = `${host}:${options.ports[organization.name] ?? 0}`;
    const executeTimeoutMs = options.executeTimeoutMs ?? 30_000;
    peers.set(
      organization.mspId,
      createPeer({ organizationsDir, organization, address, executeTimeoutMs, signatures: mspManager }),
    );
  }
  const channels = new Map<string, OpenChannel>();
  const network: Network = { clock, faults, channels, peers };

  function applyServers(): void {
    const rows = registry.servers();
    for (const peer of peers.values()) peer.setServers(rows);
  }

  function createChannel(id: string): OpenChannel {
    if (!/^[a-z][a-z0-9.-]{0,248}$/.test(id)) throw new Error(`'${id}' is not a channel name`);
    const existing = channels.get(id);
    if (existing) return existing;
    registry.addChannel(id);
    const common = { organizationsDir, organizations, endpoints, mspManager, clock, consenters, limits };
    const channel = openChannel({ id, directory: ledgerDir, ...common });
    channels.set(id, channel);
    return channel;
  }

  function revert(name: string): void {
    const snapshot = registry.snapshot(name);
    if (!snapshot) throw new Error(`there is no snapshot '${name}'`);
    registry.setReverting(name);
    for (const channel of channels.values()) {
      // A channel made since then has no such state, and stays as it is.
      if (channel.ledger.listSnapshots().some((taken) => taken.name === name)) channel.revertTo(name);
    }
    clock.setOffset(snapshot.offsetMs);
    registry.replaceAllServers(snapshot.servers);
    const names = registry.snapshotNames();
    for (const later of names.slice(names.indexOf(name) + 1)) registry.dropSnapshot(later);
    applyServers();
    registry.setReverting(null);
  }

  for (const id of new Set([...registry.channels(), ...options.channels])) createChannel(id);
  applyServers();
  const unfinished = registry.reverting();
  if (unfinished) revert(unfinished);
  const clientCas = options.demandsClientCertificate
    ? Buffer.from(definitions.map(({ tlsCaPem }) => tlsCaPem).join('\n'))
    : undefined;
  const servers = await Promise.all(
    [...peers.values()].map((peer) => {
      const { port = 0 } = endpoints[peer.organization.name] ?? {};
      return startEndpoint({
        network,
        peer,
        streams,
        organizationsDir,
        host,
        port,
        ...(clientCas ? { clientCas } : {}),
      });
    }),
  );
  const ports = Object.fromEntries(
    [...peers.values()].map(({ organization }, index) => [organization.name, servers[index]?.port ?? 0]),
  );
  for (const peer of peers.values()) peer.address = `${host}:${ports[peer.organization.name]}`;

  return {
    network,
    registry,
    ports,
    createChannel,
    /** Commits the definition and remembers where its processes listen; the same sequence again only moves the processes. */
    async deploy(deployment: Deployment): Promise<{ blockNumber: number }> {
      const channel = channels.get(deployment.channel);
      const admin = organizations[0];
      if (!channel || !admin) throw new Error(`channel '${deployment.channel}' does not exist`);
      refuseOpenServers(deployment);
      const current = channel.ledger.getDefinition(deployment.name);
      const isMove = current?.sequence === deployment.sequence && current.version === deployment.version;
      const adminMsp = organizationPaths(organizationsDir, admin.name).adminMsp;
      const result = isMove
        ? { blockNumber: channel.ledger.height - 1 }
        : commitDefinition(network, channel, { deployment, admin: loadSigner(admin.mspId, adminMsp) });
      registry.setServers(deployment.channel, deployment.name, serverRows(deployment));
      applyServers();
      // Dial ahead; a process that is not up yet is dialled again when it is needed.
      await Promise.allSettled([...peers.values()].map((peer) => peer.connect(deployment.channel, deployment.name)));
      return result;
    },
    snapshot(name: string): void {
      for (const channel of channels.values()) channel.ledger.snapshot(name);
      registry.saveSnapshot({ name, offsetMs: clock.offset, servers: registry.servers() });
    },
    revert,
    async close(): Promise<void> {
      await Promise.all(servers.map((server) => server.close()));
      for (const peer of peers.values()) peer.close();
      for (const channel of channels.values()) {
        channel.orderer.cut();
        channel.ledger.close();
      }
      registry.close();
    },
  };
}

const loopbackPattern = /^(127\.|localhost:|\[::1\])/;

/** Chaincode without TLS does not know its peer: whoever reaches it can impersonate one, so it must not leave the machine. */
function refuseOpenServers({ servers, tls }: Deployment): void {
  const open = Object.values(servers).find((address) => !tls && !loopbackPattern.test(address));
  if (open) throw new DeployRefused(`chaincode at ${open} is not on loopback: it needs TLS with client certificates`);
}

function serverRows({ channel, name, version, packageId, servers, tls }: Deployment): ServerRow[] {
  return Object.entries(servers).map(([mspId, address]) => ({
    channel,
    chaincode: name,
    mspId,
    packageId: packageId ?? `${name}_${version}`,
    address,
    isTls: tls ?? false,
  }));
}
