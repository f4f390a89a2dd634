import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  gatewayUrlOf,
  instanceName,
  type ResolvedGateway,
  type ResolvedNetwork,
  type ResolvedOrganization,
  type ResolvedPeer,
} from '../config/resolve.ts';
import { chaincodeSlotPorts } from '../config/topology.ts';
import { organizationPaths } from '../identity/layout.ts';
import { type Issuer, startIssuer } from '../sandbox/issuer.ts';
import { bringIntoForce, type Candidate, demandNextVersion } from './bring-into-force.ts';
import { gatewayConfig, type ReadModelSetting } from './gateway-config.ts';
import { roomForABatch } from './node-options.ts';
import type { Supervisor } from './supervisor.ts';
import { untilGatewayReady } from './until-answered.ts';

const root = join(import.meta.dirname, '..', '..');
const drainMilliseconds = 2_000;

interface ServicesOptions {
  dataFolder: string;
  network: Pick<ResolvedNetwork, 'organizations' | 'formerBanks' | 'issuerHost' | 'issuerPort'>;
  supervisor: Supervisor;
  packageId(name: string, version: string): string;
  /** A controlled clock: the embedded network's, or a bench's; other real networks have none. */
  clockFile?: string;
  /** Read model of a gateway, by its instance name, where it is not SQLite in the gateway's own folder. */
  readModel?(instance: string): ReadModelSetting | undefined;
}

/** One version of the chaincode as it runs; during an upgrade two stand side by side, each in its slot of ports. */
export interface ChaincodeSet {
  version: string;
  slot: 0 | 1;
}

/** What a driver's nodes do for an upgrade: `deploy` returns when every peer has the definitions of a set that runs. */
type Deployer = Pick<Candidate, 'versions'> & { deploy(set: ChaincodeSet): Promise<void> };

const firstSet: ChaincodeSet = { version: '1.0', slot: 0 };

/** What stands on a network, whatever its nodes are: chaincode processes, gateways and the development issuer. */
export function createServices({ dataFolder, network, supervisor, packageId, clockFile, readModel }: ServicesOptions) {
  const { issuerHost, issuerPort } = network;
  /** Members come and go while the network runs. What runs elsewhere is not ours to start or to ask. */
  const present = () => network.organizations.filter(({ elsewhere }) => !elsewhere);
  const organizationsFolder = join(dataFolder, 'organizations');
  const setFile = join(dataFolder, 'chaincode.json');
  let issuer: Issuer | undefined;

  /** The set that the network's definitions ask for. */
  const currentSet = (): ChaincodeSet => (existsSync(setFile) ? JSON.parse(readFileSync(setFile, 'utf8')) : firstSet);

  const childName = (instance: string, { slot }: ChaincodeSet) =>
    slot === 0 ? `chaincode-${instance}` : `chaincode-${instance}-${slot}`;

  const childNames = (set: ChaincodeSet) =>
    present().flatMap(({ name, peers }) => peers.map(({ index }) => childName(instanceName(name, index), set)));

  async function startChaincodes(set: ChaincodeSet): Promise<void> {
    await Promise.all(
      present().flatMap((organization) => organization.peers.map((peer) => startChaincode(organization, peer, set))),
    );
  }

  /**
   * Runs the chaincode that lies on disk now as a new version beside the current one, has it deployed, and stops the old
   * one once no peer asks it any more. When deploying fails the old one stays, and the new one too where a name has its
   * definition already; the same version again then goes on from there.
   */
  async function upgrade(version: string, { deploy, versions }: Deployer): Promise<void> {
    const old = currentSet();
    const next: ChaincodeSet = { version, slot: old.slot === 0 ? 1 : 0 };
    demandNextVersion(version, old.version, await versions());
    const stopSet = (set: ChaincodeSet) => supervisor.stop(childNames(set));
    await bringIntoForce(version, {
      deploy: async () => {
        await startChaincodes(next);
        await deploy(next);
      },
      versions,
      stop: () => stopSet(next),
    });
    writeFileSync(setFile, `${JSON.stringify(next)}\n`);
    // Calls that began under the old definition may still be running.
    await new Promise((wake) => setTimeout(wake, drainMilliseconds));
    await stopSet(old);
  }

  /** Starts a peer's service of a set; one that an earlier attempt left there goes on, if it serves the same packages. */
  async function startChaincode(
    organization: ResolvedOrganization,
    peer: ResolvedPeer,
    set: ChaincodeSet,
  ): Promise<void> {
    const spec = chaincodeSpec(organization, peer, set);
    const left = supervisor.specOf(spec.name);
    if (left && left.env?.CHAINCODE_SERVERS === spec.env.CHAINCODE_SERVERS) return supervisor.ready(spec.name);
    if (left) await supervisor.stop([spec.name]);
    await supervisor.start(spec);
  }

  function chaincodeSpec(
    { name: organization, host }: ResolvedOrganization,
    { index, chaincode }: ResolvedPeer,
    set: ChaincodeSet,
  ) {
    const tls = organizationPaths(organizationsFolder, organization).chaincodeTls;
    const servers = Object.entries(chaincode).map(([name, port]) => ({
      name,
      ccid: packageId(name, set.version),
      address: `${host}:${port + set.slot * chaincodeSlotPorts}`,
    }));
    return {
      name: childName(instanceName(organization, index), set),
      file: join(root, 'chaincode/main.ts'),
      args: [],
      env: {
        CHAINCODE_SERVERS: JSON.stringify(servers),
        CHAINCODE_TLS_KEY: join(tls, 'server.key'),
        CHAINCODE_TLS_CERT: join(tls, 'server.crt'),
        CHAINCODE_TLS_CLIENT_CA: join(tls, 'ca.crt'),
        CORE_CHAINCODE_LOGGING_LEVEL: 'error',
        CORE_CHAINCODE_LOGGING_SHIM: 'error',
        NODE_OPTIONS: roomForABatch,
        ...(clockFile !== undefined && { TANGRAM_CLOCK_FILE: clockFile }),
      },
    };
  }

  /** Writes what a gateway is to know now; false when it knows all of that. */
  function configureGateway({ name }: ResolvedOrganization, { index }: ResolvedGateway): boolean {
    const instance = instanceName(name, index);
    const folder = join(dataFolder, 'gateways', instance);
    mkdirSync(folder, { recursive: true });
    const config = gatewayConfig(network, name, {
      organizationsFolder,
      clockFile,
      folder,
      issuerUrl: issuerUrl(),
      index,
      readModel: readModel?.(instance),
    });
    const file = join(folder, 'config.json');
    const text = `${JSON.stringify(config, null, 2)}\n`;
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
    writeFileSync(file, text);
    return true;
  }

  function startGateway(organization: ResolvedOrganization, gateway: ResolvedGateway): Promise<void> {
    configureGateway(organization, gateway);
    const instance = instanceName(organization.name, gateway.index);
    return supervisor.start({
      name: `gateway-${instance}`,
      file: join(root, 'gateway/main.ts'),
      args: ['--config', join(dataFolder, 'gateways', instance, 'config.json')],
      env: { NODE_OPTIONS: roomForABatch },
    });
  }

  /** Starts gateways that are not there, and restarts one after the other those that know of other members than now. */
  async function renewGateways(): Promise<void> {
    for (const organization of present()) {
      for (const gateway of organization.gateways) {
        const child = `gateway-${instanceName(organization.name, gateway.index)}`;
        if (!supervisor.names().includes(child)) await startGateway(organization, gateway);
        else if (configureGateway(organization, gateway)) await supervisor.halt([child]);
        await supervisor.relaunch([child]);
        await gatewayReady(organization.name, gateway.index);
      }
    }
  }

  /** Starts the issuer, then every gateway. */
  async function startGateways(): Promise<void> {
    issuer = await startIssuer({
      folder: join(dataFolder, 'issuer'),
      host: issuerHost,
      port: issuerPort,
      members: () => network.organizations.map(({ name }) => name),
    });
    await Promise.all(
      present().flatMap((organization) => organization.gateways.map((gateway) => startGateway(organization, gateway))),
    );
  }

  /** Resolves when a gateway says that it can serve. */
  const gatewayReady = async (organization: string, index?: number) =>
    untilGatewayReady(instanceName(organization, index), gatewayUrl(organization, index));

  async function allGatewaysReady(): Promise<void> {
    await Promise.all(
      present().flatMap(({ name, gateways }) => gateways.map(({ index }) => gatewayReady(name, index))),
    );
  }

  /** Stops gateways first, which finish their batches, then the named nodes, and chaincode, which is asked to the end. */
  async function stop(nodeRoles: readonly string[]): Promise<void> {
    const names = supervisor.names();
    const of = (roles: readonly string[]) => names.filter((name) => roles.some((role) => name.startsWith(role)));
    await supervisor.stop(of(['gateway']));
    await issuer?.close();
    issuer = undefined;
    await supervisor.stop(of(nodeRoles));
    await supervisor.stop(of(['chaincode']));
  }

  function token(request: Parameters<Issuer['token']>[0]): Promise<string> {
    if (!issuer) throw new Error('The issuer is not running.');
    return issuer.token(request);
  }

  function gatewayUrl(organization: string, index = 0): string {
    const owner = present().find(({ name }) => name === organization);
    const gateway = owner?.gateways[index];
    if (!owner || !gateway) throw new Error(`${organization} has no gateway ${index} in this network.`);
    return gatewayUrlOf(owner, gateway);
  }

  const gatewayUrls = () =>
    Object.fromEntries(
      present().flatMap(({ name, gateways }) =>
        gateways.map(({ index }) => [instanceName(name, index), gatewayUrl(name, index)]),
      ),
    );

  const issuerUrl = () => `http://${issuerHost}:${issuerPort}`;
  const chaincodeChild = (organization: string, index?: number) =>
    childName(instanceName(organization, index), currentSet());
  return {
    currentSet,
    chaincodeChild,
    startChaincodes,
    upgrade,
    startGateways,
    renewGateways,
    gatewayReady,
    allGatewaysReady,
    stop,
    token,
    gatewayUrl,
    gatewayUrls,
    issuerUrl,
  };
}
