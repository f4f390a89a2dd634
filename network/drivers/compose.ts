import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolveForCompose } from '../compose/containers.ts';
import { defaultNetworkFile } from '../config/network-file.ts';
import type { Network, PeerState, ProcessName, Stage } from './network.ts';
import { untilAnswered } from './services.ts';

const root = join(import.meta.dirname, '..', '..');
const execute = promisify(execFile);
const outputBytes = 16 * 1024 * 1024;

export interface ComposeOptions {
  /** Project of its own beside others on the same engine; `.env` names the usual one. */
  project?: string;
  /** Wins over `.env`: image names, ports, kind of read model. */
  environment?: Record<string, string>;
}

/** The containers of docker-compose.yaml. Volumes outlive `stop`; `docker compose down --volumes` forgets everything. */
export function createComposeNetwork({ project, environment = {} }: ComposeOptions = {}): Network {
  const [program, ...first] = [...composeCommand(), ...(project === undefined ? [] : ['--project-name', project])];
  const options = { cwd: root, env: { ...process.env, ...environment }, maxBuffer: outputBytes };
  const { organizations, issuerPort } = resolveForCompose(defaultNetworkFile);
  const published = new Map<string, string>();

  async function compose(...args: string[]): Promise<string> {
    const { stdout } = await execute(program!, [...first, ...args], options).catch(
      (error: Error & { stderr?: string }) => {
        const words = (error.stderr || error.message).trim().split('\n').slice(-5).join('\n');
        throw new Error(`${program} ${args[0]} failed:\n${words}`, { cause: error });
      },
    );
    return stdout.trim();
  }

  /** Where this machine reaches a container's port. */
  async function publish(service: string, port: number): Promise<void> {
    published.set(service, `http://${await compose('port', service, String(port))}`);
  }

  function addressOf(service: string): string {
    const address = published.get(service);
    if (address === undefined) throw new Error(`${service} is not running.`);
    return address;
  }

  const gatewayUrl = (organization: string) => addressOf(organization);
  const gatewayReady = (organization: string) =>
    untilAnswered(`The gateway of ${organization}`, async () => {
      const response = await fetch(`${gatewayUrl(organization)}/readyz`);
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    });

  const stages = (): Stage[] => [
    {
      title: 'Containers of orderers, peers, chaincode, gateways and issuer, with channels and chaincode',
      run: async () => {
        await compose('up', '--detach');
      },
    },
    {
      title: 'Published ports',
      run: async () => {
        for (const { name, gateways } of organizations) await publish(name, gateways[0].port);
        await publish('issuer', issuerPort);
      },
    },
    {
      title: 'Open for business',
      run: async () => {
        await Promise.all(organizations.map(({ name }) => gatewayReady(name)));
      },
    },
  ];

  async function start(): Promise<void> {
    for (const stage of stages()) await stage.run();
  }

  async function peers(): Promise<PeerState[]> {
    const answer = await compose('run', '--rm', '--no-deps', '-T', 'open', 'status');
    return JSON.parse(answer.split('\n').at(-1) ?? '[]');
  }

  async function verify(): Promise<string> {
    const states = await peers();
    if (states.length === 0 || new Set(states.map(({ stateHash }) => stateHash)).size > 1) {
      throw new Error(`Peers differ at height ${states[0]?.height}: ${JSON.stringify(states)}`);
    }
    return `every peer noted the same commit hash at height ${states[0]?.height}`;
  }

  return {
    stages,
    start,
    stop: async () => {
      await compose('down');
      published.clear();
    },
    deploy: async () => {
      throw new Error(
        'Under compose new chaincode comes as new images: name chaincode and set-up image in .env, then docker compose up.',
      );
    },
    kill: (process) => {
      const services = servicesOf(process, organizations);
      execFileSync(program!, [...first, 'kill', '-s', 'SIGKILL', ...services], { ...options, stdio: 'ignore' });
      // Docker takes a kill by command for an order to stay down.
      execFileSync(program!, [...first, 'start', ...services], { ...options, stdio: 'ignore' });
    },
    restored: async (process) => {
      if (process.role === 'gateway') return gatewayReady(process.organization);
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

/** `docker compose`, or the older program of that name; throws where there is neither. */
function composeCommand(): string[] {
  const commands = [['docker', 'compose'], ['docker-compose']];
  const found = commands.find(([program = '', ...args]) => spawnSync(program, [...args, 'version']).status === 0);
  if (!found) throw new Error('The compose driver needs docker compose (v2), or docker-compose 1.29: neither is here.');
  return found;
}

function servicesOf(process: ProcessName, organizations: { name: string; orderer?: unknown }[]): string[] {
  if (process.role !== 'network') return [`${process.organization}-${process.role}`];
  const orderers = organizations.filter(({ orderer }) => orderer !== undefined).map(({ name }) => `${name}-orderer`);
  return [...orderers, ...organizations.map(({ name }) => `${name}-peer`)];
}
