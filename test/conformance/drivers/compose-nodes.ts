import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProject, type Project } from '@tangram/network/compose/project.ts';
import { answering } from '@tangram/network/compose/upgrade.ts';
import { type ResolvedNetwork, resolve } from '@tangram/network/config/resolve.ts';
import { untilAnswered } from '@tangram/network/drivers/until-answered.ts';
import { channelsOf, joinChannel } from '@tangram/network/native/channels.ts';
import { nativeFolders } from '@tangram/network/native/folders.ts';
import { withMembers } from '@tangram/network/native/members.ts';
import { stringify } from 'yaml';
import { sharedServiceNames } from '../fixture.ts';
import { loadMember } from '../member.ts';
import { closeClients, Session } from '../session.ts';
import {
  connectionOf,
  deployFixture,
  describeNetwork,
  type FixtureServer,
  fixtureNetworkFile,
  fixtureServers,
  type NativeNodes,
  upgradeNested,
} from './fixture-network.ts';
import { attachNative } from './native.ts';

const sharedService = 'fixture';
const fragileService = 'fragile';
const serviceOf = (name: string) => (sharedServiceNames.includes(name) ? sharedService : fragileService);
const hostOf = (service: string) => `${service}.tangram.example`;
const root = join(import.meta.dirname, '../../..');

/**
 * Starts the orderers and peers of docker-compose.yaml, as they are, in a project of their own, with the fixture in
 * containers in place of the product's chaincode. Peers and orderers answer on this machine's loopback.
 */
export async function startComposeNodes({ portBase }: { portBase: number }): Promise<NativeNodes> {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-conformance-compose-'));
  // The containers' user reads it.
  chmodSync(folder, 0o755);
  const file = fixtureNetworkFile(portBase);
  const network = resolve(file);
  // Nobody serves `absent`: its address is each peer's own, as on the other drivers, since refusals quote it.
  const servers = fixtureServers(portBase, (name) => (name === 'absent' ? '127.0.0.1' : hostOf(serviceOf(name))));
  writeFileSync(join(folder, 'network.yaml'), stringify(file));
  // JSON, where no reader takes `no` for false.
  writeFileSync(join(folder, 'compose.yaml'), JSON.stringify(composeOverride(network, folder, servers)));
  const project = openProject({
    project: 'tangram-conformance',
    overrides: [join(folder, 'compose.yaml')],
    environment: { READ_MODEL: 'sqlite', COMPOSE_PROFILES: '', ...gatewayPorts(network) },
  });
  const stop = async () => {
    await project.down({ purge: true });
    rmSync(folder, { recursive: true, force: true });
  };
  const folders = nativeFolders(join(folder, 'data'));
  try {
    await startContainers(project, network, folder);
    await tellPeers(project, network, { folder, servers });
    await withMembers(network, folders.organizations, async (members) => {
      await untilAnswered('A peer', () => Promise.all(members.map(channelsOf)));
      for (const channel of network.channels) {
        await untilAnswered('A node', () => joinChannel(members, channel, folders));
      }
      for (const channel of network.channels) await deployFixture(members, channel);
    });
    await Promise.all([sharedService, fragileService].map((service) => answering(project, service)));
  } catch (error) {
    await stop();
    throw error;
  }
  const fragileContainer = project.containers([fragileService])[0]?.id;
  const description = { ...describeNetwork(network, folders, servers), fragileContainer };
  const described = join(folder, 'native.json');
  writeFileSync(described, JSON.stringify(description));
  await untilPeersMeet(described).catch(async (error) => {
    await stop();
    throw error;
  });
  return { file: described, upgradeNested: () => withMembers(network, folders.organizations, upgradeNested), stop };
}

/** Starts the nodes and the fixture, and copies the keys and first blocks that the set-up image made to this machine. */
async function startContainers(project: Project, { organizations }: ResolvedNetwork, folder: string): Promise<void> {
  const nodes = organizations.flatMap(({ name, orderer }) => [`${name}-peer`, ...(orderer ? [`${name}-orderer`] : [])]);
  await project.compose('up', '--detach', ...nodes, sharedService, fragileService);
  const [prepare] = project.containers(['prepare']);
  await project.docker('cp', `${prepare?.id}:/data`, join(folder, 'data'));
}

/** Peers that met nobody when they joined try again after 25 s; until then their gateways know no other organisation. */
async function untilPeersMeet(described: string): Promise<void> {
  const network = attachNative(described);
  const all = Object.keys(network.peers);
  const ask = (mspId: string) => new Session(network, loadMember(network, mspId)).endorse([], { endorsers: all });
  await Promise.all(all.map((mspId) => untilAnswered(`The peer of ${mspId}`, () => ask(mspId))));
  closeClients();
}

/** Puts the fixture's addresses where each peer's builder looks for them. */
async function tellPeers(
  project: Project,
  { organizations }: ResolvedNetwork,
  { folder, servers }: { folder: string; servers: FixtureServer[] },
): Promise<void> {
  const connections = join(folder, 'connections');
  mkdirSync(connections);
  for (const server of servers) writeFileSync(join(connections, `${server.label}.json`), connectionOf(server));
  const [prepare] = project.containers(['prepare']);
  for (const { name } of organizations) {
    await project.docker('cp', `${connections}/.`, `${prepare?.id}:/volumes/${name}/nodes/${name}/chaincode`);
  }
}

/** What the fixture changes in docker-compose.yaml: the network file, ports on loopback, two services of its own. */
function composeOverride({ organizations }: ResolvedNetwork, folder: string, servers: FixtureServer[]): object {
  const setUp = { volumes: [`${folder}:/conformance:ro`], environment: { NETWORK_FILE: '/conformance/network.yaml' } };
  const hosts = organizations.map(({ name, peers: [peer], orderer }) => {
    const ports = [peer.port, ...(orderer ? [orderer.port, orderer.adminPort] : [])];
    return [name, { ports: ports.map((port) => `127.0.0.1:${port}:${port}`) }];
  });
  return {
    services: {
      prepare: setUp,
      ...Object.fromEntries(hosts),
      ...Object.fromEntries(
        [sharedService, fragileService].map((service) => [service, fixtureService(service, servers)]),
      ),
    },
  };
}

function fixtureService(service: string, servers: FixtureServer[]): object {
  const own = servers
    .filter(({ name }) => name !== 'absent' && serviceOf(name) === service)
    .map(({ name, ccid, address }) => ({ name, ccid, address: address.replace(/^[^:]*/, '0.0.0.0') }));
  return {
    image: openProject().settings().CHAINCODE_IMAGE,
    entrypoint: ['/usr/local/bin/node', '/source/test/conformance/chaincode/main.ts'],
    ...{ user: '65532:65532', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
    restart: 'no',
    volumes: [`${root}/node_modules:/source/node_modules:ro`, `${root}/test:/source/test:ro`],
    networks: { default: { aliases: [hostOf(service)] } },
    environment: {
      CHAINCODE_SERVERS: JSON.stringify(own),
      CORE_CHAINCODE_LOGGING_LEVEL: 'critical',
      CORE_CHAINCODE_LOGGING_SHIM: 'critical',
    },
  };
}

/** Nobody listens there, but compose publishes them. */
function gatewayPorts({ organizations, issuerPort }: ResolvedNetwork): Record<string, string> {
  const own = organizations.map(({ name, gateways: [{ port }] }) => [`${name.toUpperCase()}_PORT`, String(port)]);
  return { ...Object.fromEntries(own), ISSUER_PORT: String(issuerPort) };
}
