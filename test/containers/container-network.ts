import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { resolve } from '@tangram/network/config/resolve.ts';
import {
  organizations as allOrganizations,
  chaincodeNames,
  channels,
  mspIdOf,
  type OrganizationName,
  policyOf,
  resolvePorts,
} from '@tangram/network/config/topology.ts';
import { gatewayConfig } from '@tangram/network/drivers/gateway-config.ts';
import { ensureOrganizations } from '@tangram/network/identity/organizations.ts';
import { Network, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers';
import { imageName } from '../../scripts/build-images.ts';
import { imageUser } from '../../scripts/root-file-system.ts';
import { LockedContainer } from './docker.ts';

/** Two banks and the central bank: the fewest that can pay each other and be endorsed. */
const members = ['cedar', 'maple', 'centralbank'] as const;
const portBases = { gateway: 34_000, network: 34_100 };
const ports = resolvePorts(portBases);
const resolved = resolve(readNetworkFile(defaultNetworkFile), portBases);
const packageId = (name: string) => `${name}_1.0:${'0'.repeat(64)}`;
const peerHost = (organization: string) => `peer0.${organization}.tangram.example`;
const chaincodeHost = (organization: string) => `chaincode.${organization}.tangram.example`;
const issuerUrl = `http://issuer.tangram.example:${ports.issuer}`;

export type ContainerNetwork = Awaited<ReturnType<typeof startContainerNetwork>>;

/** The product in containers that share nothing but a network: each organisation's see its own keys only. */
export async function startContainerNetwork() {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-containers-'));
  const organizationsFolder = join(folder, 'organizations');
  const started: StartedTestContainer[] = [];
  let network: StartedNetwork | undefined;

  async function stop(): Promise<void> {
    await Promise.all(started.map((container) => container.stop({ timeout: 3000 })));
    await network?.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  async function run(container: LockedContainer): Promise<StartedTestContainer> {
    const lastWords: string[] = [];
    container.withLogConsumer((output) => output.on('data', (line) => lastWords.push(String(line).trim())));
    const running = await container
      .withNetwork(network!)
      .withWaitStrategy(Wait.forHealthCheck())
      .start()
      .catch((error: Error) => {
        throw new Error(`${error.message}:\n${lastWords.slice(-10).join('\n')}`, { cause: error });
      });
    started.push(running);
    return running;
  }

  try {
    await ensureOrganizations(organizationsFolder, allOrganizations);
    network = await new Network().start();
    own(folder);
    const [ledger] = await Promise.all([
      run(ledgerContainer(organizationsFolder)),
      ...members.map((name) => run(chaincodeContainer(name, organizationsFolder))),
    ]);
    await deployAll(ledger!);
    const issuer = await run(issuerContainer());
    const gateways = await Promise.all(
      members.map(async (name) => ({ name, container: await run(gatewayContainer(name, folder)) })),
    );
    const addressOf = (container: StartedTestContainer, port: number) =>
      `http://${container.getHost()}:${container.getMappedPort(port)}`;
    const gatewayOf = (name: OrganizationName) => gateways.find((gateway) => gateway.name === name)!.container;
    return {
      ledger: ledger!,
      containers: started,
      gatewayUrl: (name: OrganizationName) => addressOf(gatewayOf(name), ports.gateways[name]),
      token: (request: object) => askToken(addressOf(issuer, ports.issuer), request),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Keys are for their owner's eyes only, and that is the images' user. */
function own(folder: string): void {
  if (process.getuid?.() !== 0) return;
  chownSync(folder, imageUser, imageUser);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(folder, name), imageUser, imageUser);
  }
}

function ledgerContainer(organizationsFolder: string): LockedContainer {
  return new LockedContainer(imageName('network'))
    .withNetworkAliases(...allOrganizations.map(({ name }) => peerHost(name)))
    .withBindMounts([{ source: organizationsFolder, target: '/data/organizations', mode: 'ro' }])
    .withEnvironment({ CONTROL_PORT: String(ports.control) })
    .withCommand(['--data', '/data', '--network-port-base', '34100', '--listen', '0.0.0.0']);
}

function chaincodeContainer(organization: OrganizationName, organizationsFolder: string): LockedContainer {
  const servers = chaincodeNames.map((name) => ({
    name,
    ccid: packageId(name),
    address: `0.0.0.0:${ports.chaincode(organization, name)}`,
  }));
  return new LockedContainer(imageName('chaincode'))
    .withNetworkAliases(chaincodeHost(organization))
    .withBindMounts([{ source: join(organizationsFolder, organization, 'chaincode/tls'), target: '/tls', mode: 'ro' }])
    .withEnvironment({
      CHAINCODE_SERVERS: JSON.stringify(servers),
      CHAINCODE_TLS_KEY: '/tls/server.key',
      CHAINCODE_TLS_CERT: '/tls/server.crt',
      CHAINCODE_TLS_CLIENT_CA: '/tls/ca.crt',
    });
}

/** The control port answers on the container's own loopback only, so the deployment is sent from inside. */
async function deployAll(ledger: StartedTestContainer): Promise<void> {
  const deployments = chaincodeNames.map((name) => ({
    channel: channels.finance,
    name,
    version: '1.0',
    sequence: 1,
    policy: policyOf(name),
    packageId: packageId(name),
    servers: Object.fromEntries(
      members.map((member) => [mspIdOf(member), `${chaincodeHost(member)}:${ports.chaincode(member, name)}`]),
    ),
    tls: true,
  }));
  const script = `for (const deployment of ${JSON.stringify(deployments)}) {
    const body = JSON.stringify(deployment);
    const answer = await fetch('http://127.0.0.1:${ports.control}/deploy', { method: 'POST', body });
    if (!answer.ok) throw new Error(await answer.text());
  }`;
  const { exitCode, output } = await ledger.exec(['/usr/local/bin/node', '--input-type=module', '-e', script]);
  if (exitCode !== 0) throw new Error(`The chaincode was not deployed: ${output}`);
}

function issuerContainer(): LockedContainer {
  return new LockedContainer(imageName('network'))
    .withNetworkAliases('issuer.tangram.example')
    .withEntrypoint(['/usr/local/bin/node', '/app/program/issuer.mjs'])
    .withCommand(['--data', '/data', '--port', String(ports.issuer), '--listen', '0.0.0.0', '--url', issuerUrl])
    .withHealthCheck({
      test: ['CMD', '/usr/local/bin/node', '/app/health.mjs', 'issuer'],
      interval: 1000,
      timeout: 10_000,
      retries: 30,
    })
    .withEnvironment({ ISSUER_PORT: String(ports.issuer) })
    .withExposedPorts(ports.issuer);
}

function gatewayContainer(organization: OrganizationName, folder: string): LockedContainer {
  const inside = '/organizations';
  const { clockFile: _development, ...config } = gatewayConfig(resolved, organization, {
    organizationsFolder: inside,
    folder: '/data',
    clockFile: '',
    issuerUrl,
  });
  const tls = `${inside}/${organization}/users/gateway/tls`;
  const peers = config.peers
    .filter(({ mspId }) => members.some((member) => mspIdOf(member) === mspId))
    .map(({ mspId, endpoint, tlsCaFile }) => {
      const owner = members.find((member) => mspIdOf(member) === mspId)!;
      return { mspId, tlsCaFile, endpoint: endpoint.replace('127.0.0.1', peerHost(owner)) };
    });
  const file = join(folder, `gateway-${organization}.json`);
  const tlsClient = { certFile: `${tls}/client.crt`, keyFile: `${tls}/client.key` };
  writeFileSync(file, JSON.stringify({ ...config, host: '0.0.0.0', peers, tlsClient }));

  const mount = (path: string) => ({
    source: join(folder, 'organizations', path),
    target: `${inside}/${path}`,
    mode: 'ro' as const,
  });
  const others = members.filter((member) => member !== organization);
  return new LockedContainer(imageName('gateway'))
    .withTmpFs({ '/tmp': 'rw,noexec,mode=1777', '/data': `rw,noexec,uid=${imageUser},gid=${imageUser}` })
    .withNetworkAliases(`gateway.${organization}.tangram.example`)
    .withBindMounts([
      { source: file, target: '/config/gateway.json', mode: 'ro' },
      mount(organization),
      ...others.map((other) => mount(`${other}/msp`)),
    ])
    .withExposedPorts(ports.gateways[organization]);
}

async function askToken(url: string, request: object): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/token`, { method: 'POST', headers, body: JSON.stringify(request) });
  if (!answer.ok) throw new Error(`The issuer answers ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}
