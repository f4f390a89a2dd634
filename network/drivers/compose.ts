import { execFileSync } from 'node:child_process';
import type { ComposeChaincode } from '../compose/chaincode-set.ts';
import { resolveForCompose } from '../compose/containers.ts';
import { openProject, type ProjectOptions } from '../compose/project.ts';
import { answering, chaincodeService, upgrade } from '../compose/upgrade.ts';
import { defaultNetworkFile } from '../config/network-file.ts';
import { channels } from '../config/topology.ts';
import type { StatusReport } from '../native/status.ts';
import type { Network, PeerState, ProcessName, Stage } from './network.ts';
import { untilAnswered, untilGatewayReady } from './until-answered.ts';

/** The containers of docker-compose.yaml. Volumes outlive `stop`; `npm run network -- down --purge` forgets everything. */
export function createComposeNetwork(options: ProjectOptions = {}): Network {
  const project = openProject(options);
  const network = resolveForCompose(defaultNetworkFile);
  const { organizations, issuerPort } = network;
  const published = new Map<string, string>();
  let slot: ComposeChaincode['slot'] = 0;

  /** Where this machine reaches a container's port. */
  async function publish(service: string, port: number): Promise<void> {
    published.set(service, `http://${await project.compose('port', service, String(port))}`);
  }

  function addressOf(service: string): string {
    const address = published.get(service);
    if (address === undefined) throw new Error(`${service} is not running.`);
    return address;
  }

  const gatewayUrl = (organization: string) => addressOf(organization);
  const gatewayReady = async (organization: string) => untilGatewayReady(organization, gatewayUrl(organization));

  async function noteSlot(): Promise<void> {
    ({ slot } = await project.setUp<ComposeChaincode>('open', 'chaincode'));
  }

  const stages = (): Stage[] => [
    {
      title: 'Containers of orderers, peers, chaincode, gateways and issuer, with channels and chaincode',
      run: async () => {
        await project.compose('up', '--detach', '--remove-orphans');
      },
    },
    {
      title: 'Published ports',
      run: async () => {
        const asked = organizations.map(({ name, gateways }) => publish(name, gateways[0].port));
        await Promise.all([...asked, publish('issuer', issuerPort), noteSlot()]);
      },
    },
    {
      title: 'Open for business',
      run: async () => {
        await Promise.all(organizations.map(({ name }) => gatewayReady(name)));
      },
    },
  ];

  function servicesOf(process: ProcessName): string[] {
    if (process.role === 'chaincode') return [chaincodeService(process.organization, { slot })];
    if (process.role !== 'network') return [`${process.organization}-${process.role}`];
    const orderers = organizations.filter(({ orderer }) => orderer !== undefined).map(({ name }) => `${name}-orderer`);
    return [...orderers, ...organizations.map(({ name }) => `${name}-peer`)];
  }

  function signalContainers(signal: 'pause' | 'unpause', process: ProcessName): void {
    const ids = project.containers(servicesOf(process)).map(({ id }) => id);
    execFileSync('docker', [signal, ...ids], { stdio: 'ignore' });
  }

  const peers = () => project.setUp<PeerState[]>('open', 'peers');

  async function verify(): Promise<string> {
    const states = await peers();
    if (states.length === 0 || new Set(states.map(({ stateHash }) => stateHash)).size > 1) {
      throw new Error(`Peers differ at height ${states[0]?.height}: ${JSON.stringify(states)}`);
    }
    return `every peer noted the same commit hash at height ${states[0]?.height}`;
  }

  return {
    stages,
    start: async () => {
      for (const stage of stages()) await stage.run();
    },
    stop: async () => {
      await project.down({ purge: false });
      published.clear();
    },
    deploy: async (version) => {
      await upgrade(project, network, version);
      await noteSlot();
    },
    kill: (process) => {
      const ids = project.containers(servicesOf(process)).map(({ id }) => id);
      execFileSync('docker', ['kill', ...ids], { stdio: 'ignore' });
      // Docker takes a kill by command for an order to stay down.
      execFileSync('docker', ['start', ...ids], { stdio: 'ignore' });
    },
    pause: (process) => signalContainers('pause', process),
    resume: (process) => signalContainers('unpause', process),
    orderingLeader: async () => {
      const report = await project.setUp<StatusReport>('open', 'status');
      const leader = report.channels.find(({ name }) => name === channels.finance)?.leader;
      if (leader === undefined) throw new Error(`No orderer names a leader of ${channels.finance}.`);
      return leader;
    },
    restored: async (process) => {
      if (process.role === 'gateway') return gatewayReady(process.organization);
      if (process.role === 'chaincode') return answering(project, servicesOf(process)[0] ?? '');
      await untilAnswered('The network', peers);
    },
    peers,
    verify,
    gatewayUrl,
    gatewayUrls: () => Object.fromEntries(organizations.map(({ name }) => [name, gatewayUrl(name)])),
    issuerUrl: () => addressOf('issuer'),
    token: async (request) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(request);
      const response = await fetch(`${addressOf('issuer')}/token`, { method: 'POST', headers, body });
      if (!response.ok) throw new Error(`The issuer answers ${response.status} ${await response.text()}`);
      return ((await response.json()) as { access_token: string }).access_token;
    },
    // Docker restarts what ends by itself, and keeps its last words: docker compose logs.
    onCrash: () => {},
  };
}
