import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type ChaincodeName,
  chaincodeNames,
  channels,
  defaultPortBases,
  mspIdOf,
  type OrganizationName,
  organizationNames,
  organizations,
  type PortBases,
  policyOf,
  resolvePorts,
} from '../config/topology.ts';
import { createControlClient } from '../embedded/control-client.ts';
import { organizationPaths } from '../identity/layout.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { type Issuer, startIssuer } from '../sandbox/issuer.ts';
import { digestChaincode } from './chaincode-package.ts';
import { gatewayConfig } from './gateway-config.ts';
import type { Network, ProcessName, Stage } from './network.ts';
import { createSupervisor } from './supervisor.ts';

const root = join(import.meta.dirname, '..', '..');
const version = '1.0';
const readyMilliseconds = 60_000;

export interface EmbeddedOptions {
  /** Run folder: keys, ledger, read models and logs. */
  dataFolder: string;
  portBases?: PortBases;
}

/** The embedded network with its chaincode, gateways and issuer, as processes of this machine. */
export function createEmbeddedNetwork({ dataFolder, portBases = defaultPortBases }: EmbeddedOptions): Network {
  const data = resolve(dataFolder);
  const ports = resolvePorts(portBases);
  const organizationsFolder = join(data, 'organizations');
  const clockFile = join(data, 'clock.json');
  const supervisor = createSupervisor({ logFolder: join(data, 'logs') });
  const control = createControlClient(`http://127.0.0.1:${ports.control}`);
  const packageDigest = digestChaincode(join(root, 'chaincode'));
  let issuer: Issuer | undefined;

  const packageId = (name: ChaincodeName) => `${name}_${version}:${packageDigest}`;

  function startLedger(): Promise<void> {
    return supervisor.start({
      name: 'network',
      file: join(root, 'network/embedded/main.ts'),
      args: ['--data', data, '--network-port-base', String(portBases.network)],
    });
  }

  function startChaincode(organization: OrganizationName): Promise<void> {
    const tls = organizationPaths(organizationsFolder, organization).chaincodeTls;
    const servers = chaincodeNames.map((name) => ({
      name,
      ccid: packageId(name),
      address: `127.0.0.1:${ports.chaincode(organization, name)}`,
    }));
    return supervisor.start({
      name: `chaincode-${organization}`,
      file: join(root, 'chaincode/main.ts'),
      args: [],
      env: {
        CHAINCODE_SERVERS: JSON.stringify(servers),
        CHAINCODE_TLS_KEY: join(tls, 'server.key'),
        CHAINCODE_TLS_CERT: join(tls, 'server.crt'),
        CHAINCODE_TLS_CLIENT_CA: join(tls, 'ca.crt'),
        CORE_CHAINCODE_LOGGING_LEVEL: 'error',
        CORE_CHAINCODE_LOGGING_SHIM: 'error',
        TANGRAM_CLOCK_FILE: clockFile,
      },
    });
  }

  async function deploy(): Promise<void> {
    const { channels: deployed } = await control.status();
    for (const channel of Object.values(channels)) {
      if (!deployed[channel]) await control.createChannel(channel);
    }
    for (const name of chaincodeNames) {
      const present = deployed[channels.finance]?.chaincodes.find((chaincode) => chaincode.name === name);
      if (present?.packageId === packageId(name)) continue;
      await control.deploy({
        channel: channels.finance,
        name,
        version,
        sequence: (present?.sequence ?? 0) + 1,
        policy: policyOf(name),
        packageId: packageId(name),
        servers: Object.fromEntries(
          organizationNames.map((organization) => [
            mspIdOf(organization),
            `127.0.0.1:${ports.chaincode(organization, name)}`,
          ]),
        ),
        tls: true,
      });
    }
  }

  function startGateway(organization: OrganizationName): Promise<void> {
    const folder = join(data, 'gateways', organization);
    mkdirSync(folder, { recursive: true });
    const config = gatewayConfig(organization, {
      organizationsFolder,
      clockFile,
      folder,
      ports,
      issuerUrl: issuerUrl(),
    });
    const file = join(folder, 'config.json');
    writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
    return supervisor.start({
      name: `gateway-${organization}`,
      file: join(root, 'gateway/main.ts'),
      args: ['--config', file],
    });
  }

  const forEachOrganization = async (start: (organization: OrganizationName) => Promise<void>) => {
    await Promise.all(organizationNames.map(start));
  };

  const stages = (): Stage[] => [
    {
      title: 'Keys and certificates of five organisations',
      run: () => ensureOrganizations(organizationsFolder, organizations),
    },
    {
      title: 'Embedded network (five peers, four orderers) and five chaincode processes',
      run: async () => {
        await Promise.all([startLedger(), forEachOrganization(startChaincode)]);
      },
    },
    { title: `Deploy ${chaincodeNames.join(', ')}`, run: deploy },
    {
      title: 'Development issuer and five gateways',
      run: async () => {
        issuer = await startIssuer({ folder: join(data, 'issuer'), port: ports.issuer });
        await forEachOrganization(startGateway);
      },
    },
    { title: 'Open for business', run: () => forEachOrganization(gatewayReady) },
  ];

  const gatewayReady = (organization: OrganizationName) =>
    untilAnswered(`The gateway of ${organization}`, async () => {
      const response = await fetch(`${gatewayUrl(organization)}/readyz`);
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    });

  async function start(): Promise<void> {
    for (const stage of stages()) await stage.run();
  }

  async function stop(): Promise<void> {
    // Gateways finish their batches first, then nobody needs the network; chaincode is asked to the end.
    const names = supervisor.names();
    const of = (role: string) => names.filter((name) => name.startsWith(role));
    await supervisor.stop(of('gateway'));
    await issuer?.close();
    issuer = undefined;
    await supervisor.stop(of('network'));
    await supervisor.stop(of('chaincode'));
  }

  async function restored(process: ProcessName): Promise<void> {
    await supervisor.ready(childName(process));
    if (process.role === 'gateway') await gatewayReady(process.organization);
    if (process.role === 'network') await untilAnswered('The embedded network', () => control.status());
  }

  async function peers() {
    const { channels: status } = await control.status();
    const finance = status[channels.finance];
    if (!finance) throw new Error('The finance channel does not exist.');
    return finance.peers;
  }

  const gatewayUrl = (organization: OrganizationName) => `http://127.0.0.1:${ports.gateways[organization]}`;
  const issuerUrl = () => `http://127.0.0.1:${ports.issuer}`;

  return {
    stages,
    start,
    stop,
    kill: (process) => supervisor.kill(childName(process)),
    restored,
    peers,
    verify: async () => {
      const { ok, problems } = await control.verify(channels.finance);
      if (!ok) throw new Error(`The finance channel does not verify:\n${problems.join('\n')}`);
    },
    gatewayUrl,
    issuerUrl,
    token: (request) => {
      if (!issuer) throw new Error('The issuer is not running.');
      return issuer.token(request);
    },
    onCrash: (listener) => supervisor.onCrash(listener),
  };
}

/** Asks again until there is a good answer; after a minute throws with the last bad one. */
async function untilAnswered(who: string, ask: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + readyMilliseconds;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${who} is not ready after a minute.`, { cause: error });
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

function childName(process: ProcessName): string {
  return process.role === 'network' ? 'network' : `${process.role}-${process.organization}`;
}
