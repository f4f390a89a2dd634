import { join, resolve as resolvePath } from 'node:path';
import { identitiesOf, instanceName, onThisMachine, type ResolvedNetwork } from '../config/resolve.ts';
import { channels } from '../config/topology.ts';
import { validateCertificates } from '../config/validate-certificates.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import type { Binaries } from '../native/binaries.ts';
import { type ChaincodePackage, createChaincodePackage } from '../native/chaincode-package.ts';
import { joinChannel } from '../native/channels.ts';
import { writeConnections } from '../native/connections.ts';
import { definedVersions } from '../native/definitions.ts';
import { deploy } from '../native/deploy.ts';
import { writeFirstBlocks } from '../native/first-block.ts';
import { type NativeFolders, nativeFolders } from '../native/folders.ts';
import { demandKeptPlaces } from '../native/kept-places.ts';
import { withMembers } from '../native/members.ts';
import { writeNodeConfigs } from '../native/node-config.ts';
import { createNodes } from '../native/nodes.ts';
import { renderUnfit, unfitOrderers } from '../native/orderer-level.ts';
import { agreedLeader, ordererReports } from '../native/orderer-status.ts';
import { obtainBinaries } from '../native/release.ts';
import { peerStates } from '../native/state.ts';
import { demandPublicMaterial } from '../operations/public-material.ts';
import { digestChaincode } from './chaincode-package.ts';
import type { ReadModelSetting } from './gateway-config.ts';
import type { Network, ProcessName, Stage } from './network.ts';
import { type ChaincodeSet, createServices } from './services.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { demandThisMachine } from './this-machine.ts';
import { untilAnswered } from './until-answered.ts';
import { watchOwnOrderers } from './watch-own-orderers.ts';

const chaincodeFolder = join(import.meta.dirname, '..', '..', 'chaincode');

export interface NativeOptions {
  /** Run folder: keys, ledgers, read models and logs. */
  dataFolder: string;
  network: ResolvedNetwork;
  /** A clock that chaincode and gateways read in place of the machine's; for benches alone. */
  clockFile?: string;
  /** Read model of a gateway, by its instance name (`cedar`, `cedar.1`), where it is not SQLite in its run folder. */
  readModel?(instance: string): ReadModelSetting | undefined;
}

/** What changes of the membership work on while the network runs. */
export interface NativeParts {
  /** The network as it is now; `adopt` changes it in place. */
  network: ResolvedNetwork;
  dataFolder: string;
  folders: NativeFolders;
  supervisor: Supervisor;
  services: ReturnType<typeof createServices>;
  nodes: ReturnType<typeof createNodes>;
  packageOf(name: string, version: string): ChaincodePackage;
  /** Deploys the names of the present network beside the set that runs, which then ends. */
  deploy(version: string): Promise<void>;
  /** From now on this is the network, for everything that the driver does. */
  adopt(next: ResolvedNetwork): void;
}

/** Real Fabric nodes as processes of this machine, with the same chaincode, gateways and issuer on them. */
export function createNativeNetwork({ dataFolder, network: atFirst, clockFile, readModel }: NativeOptions): Network {
  const network = { ...atFirst };
  demandThisMachine(network);
  const data = resolvePath(dataFolder);
  const folders = nativeFolders(data);
  demandKeptPlaces(network, folders);
  const supervisor = createSupervisor({ logFolder: join(data, 'logs') });
  const packageOf = (name: string, version: string) =>
    createChaincodePackage(name, version, digestChaincode(chaincodeFolder));
  const services = createServices({
    dataFolder: data,
    network,
    supervisor,
    packageId: (name, version) => packageOf(name, version).packageId,
    clockFile,
    readModel,
  });
  const nodes = createNodes({ network, folders, supervisor, isClockMoved: clockFile !== undefined });
  const listeners: ((process: string, lastWords: string) => void)[] = [];
  const say = (process: string, what: string) => {
    for (const listener of listeners) listener(process, what);
  };
  let endWatch = () => {};

  async function prepare(): Promise<void> {
    await ensureOrganizations(folders.organizations, identitiesOf(onThisMachine(network)));
    demandPublicMaterial(network, folders.organizations);
    const problems = validateCertificates(network, folders.organizations);
    if (problems.length > 0) throw new Error(`Certificates are not in order:\n  ${problems.join('\n  ')}`);
    writeNodeConfigs(network, folders);
  }

  const joinChannels = () =>
    withMembers(network, folders.organizations, async (members) => {
      for (const channel of network.channels) await joinChannel(members, channel, folders);
    });

  /** Deploys a set of chaincode processes that is running; returns when every peer has its definitions. */
  const deploySet = (set: ChaincodeSet) =>
    withMembers(network, folders.organizations, async (members) => {
      const deployments = network.chaincodes.map((entry) => ({
        ...entry,
        version: set.version,
        package: packageOf(entry.name, set.version),
      }));
      for (const { name, package: each } of deployments) {
        writeConnections(network, folders, { name, label: each.label, slot: set.slot });
      }
      await deploy(members, deployments);
    });

  const upgrade = (version: string) =>
    services.upgrade(version, {
      deploy: deploySet,
      versions: () =>
        withMembers(network, folders.organizations, (members) => definedVersions(members, network.chaincodes)),
    });

  const stages = (): Stage[] => {
    let binaries: Binaries;
    const { organizations } = onThisMachine(network);
    const orderers = organizations.filter(({ orderer }) => orderer).length;
    const peerCount = organizations.flatMap((organization) => organization.peers).length;
    const gatewayCount = organizations.flatMap(({ gateways }) => gateways).length;
    return [
      {
        title: 'Programs of Hyperledger Fabric',
        run: async () => {
          binaries = await obtainBinaries();
        },
      },
      { title: `Keys, certificates and settings of ${organizations.map(({ name }) => name).join(', ')}`, run: prepare },
      { title: 'First block of each channel', run: () => writeFirstBlocks(network, folders, binaries) },
      {
        title: `${orderers} orderers (${network.ordering.consensus}), ${peerCount} peers and as many chaincode processes`,
        run: async () => {
          await Promise.all([nodes.start(binaries), services.startChaincodes(services.currentSet())]);
        },
      },
      { title: `Join ${network.channels.join(', ')}`, run: joinChannels },
      {
        title: `Deploy ${network.chaincodes.map(({ name }) => name).join(', ')}`,
        run: () => deploySet(services.currentSet()),
      },
      { title: `Development issuer and ${gatewayCount} gateways`, run: services.startGateways },
      {
        title: 'Open for business',
        run: async () => {
          await services.allGatewaysReady();
          endWatch = watchOwnOrderers({ network, folders, supervisor, say });
        },
      },
    ];
  };

  async function start(): Promise<void> {
    for (const stage of stages()) await stage.run();
  }

  function childNames(process: ProcessName): string[] {
    if (process.role === 'network') return nodes.childNames();
    const { role, organization, index } = process;
    if (role === 'chaincode') return [services.chaincodeChild(organization, index)];
    return [`${role}-${instanceName(organization, index)}`];
  }

  async function restored(process: ProcessName): Promise<void> {
    await Promise.all(childNames(process).map((name) => supervisor.ready(name)));
    if (process.role === 'gateway') await services.gatewayReady(process.organization, process.index);
    if (process.role === 'network' || process.role === 'peer') await nodes.answering();
    // An orderer that lags does not vote: until it is level, no second one may be lost.
    if (process.role === 'orderer') await untilAnswered('Ordering', demandLevelOrderers);
  }

  async function demandLevelOrderers(): Promise<void> {
    const orderers = await ordererReports(network, folders.organizations, channels.finance);
    const unfit = unfitOrderers([{ channel: channels.finance, orderers }]);
    if (unfit.length > 0) throw new Error(`not all are level:\n${renderUnfit(unfit, network)}`);
  }

  const peers = () => withMembers(network, folders.organizations, (members) => peerStates(members, channels.finance));

  async function orderingLeader(): Promise<string> {
    const leader = agreedLeader(await ordererReports(network, folders.organizations, channels.finance));
    if (leader === undefined) throw new Error('No orderer names a leader.');
    return leader;
  }

  async function verify(): Promise<string> {
    const states = await peers();
    if (new Set(states.map(({ stateHash }) => stateHash)).size > 1) {
      throw new Error(`Peers differ at height ${states[0]?.height}: ${JSON.stringify(states)}`);
    }
    return `every peer noted the same commit hash at height ${states[0]?.height}`;
  }

  return {
    stages,
    start,
    stop: () => {
      endWatch();
      return services.stop(['peer', 'orderer']);
    },
    deploy: upgrade,
    children: supervisor,
    parts: {
      ...{ network, dataFolder: data, folders, supervisor, services, nodes, packageOf },
      deploy: upgrade,
      adopt: (next) => Object.assign(network, next),
    },
    kill: (process) => {
      for (const name of childNames(process)) supervisor.kill(name);
    },
    pause: (process) => {
      for (const name of childNames(process)) supervisor.pause(name);
    },
    resume: (process) => {
      for (const name of childNames(process)) supervisor.resume(name);
    },
    orderingLeader,
    restored,
    peers,
    verify,
    gatewayUrl: services.gatewayUrl,
    gatewayUrls: services.gatewayUrls,
    issuerUrl: services.issuerUrl,
    token: services.token,
    onCrash: (listener) => {
      listeners.push(listener);
      supervisor.onCrash(listener);
    },
  };
}
