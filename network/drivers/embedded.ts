import { join, resolve as resolvePath } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { identitiesOf, resolve } from '../config/resolve.ts';
import {
  chaincodeNames,
  chaincodeSlotPorts,
  channels,
  defaultPortBases,
  type PortBases,
  policyOf,
  resolvePorts,
} from '../config/topology.ts';
import { createControlClient } from '../embedded/control-client.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { digestChaincode } from './chaincode-package.ts';
import type { Network, ProcessName, Stage } from './network.ts';
import { type ChaincodeSet, createServices } from './services.ts';
import { createSupervisor } from './supervisor.ts';
import { untilAnswered } from './until-answered.ts';

const root = join(import.meta.dirname, '..', '..');

export interface EmbeddedOptions {
  /** Run folder: keys, ledger, read models and logs. */
  dataFolder: string;
  portBases?: PortBases;
}

/** The embedded network with its chaincode, gateways and issuer, as processes of this machine. */
export function createEmbeddedNetwork({ dataFolder, portBases = defaultPortBases }: EmbeddedOptions): Network {
  const data = resolvePath(dataFolder);
  const network = resolve(readNetworkFile(defaultNetworkFile), portBases);
  const organizationsFolder = join(data, 'organizations');
  const supervisor = createSupervisor({ logFolder: join(data, 'logs') });
  const control = createControlClient(`http://127.0.0.1:${resolvePorts(portBases).control}`);
  const packageId = (name: string, version: string) => `${name}_${version}:${digestChaincode(join(root, 'chaincode'))}`;
  const services = createServices({
    dataFolder: data,
    network,
    supervisor,
    packageId,
    clockFile: join(data, 'clock.json'),
  });

  function startLedger(): Promise<void> {
    return supervisor.start({
      name: 'network',
      file: join(root, 'network/embedded/main.ts'),
      args: ['--data', data, '--network-port-base', String(portBases.network)],
    });
  }

  async function deploy(set: ChaincodeSet): Promise<void> {
    const { version } = set;
    const { channels: deployed } = await control.status();
    for (const channel of Object.values(channels)) {
      if (!deployed[channel]) await control.createChannel(channel);
    }
    for (const name of chaincodeNames) {
      const present = deployed[channels.finance]?.chaincodes.find((chaincode) => chaincode.name === name);
      if (present?.packageId === packageId(name, version)) continue;
      await control.deploy({
        channel: channels.finance,
        name,
        version,
        sequence: (present?.sequence ?? 0) + 1,
        policy: policyOf(name),
        packageId: packageId(name, version),
        servers: Object.fromEntries(
          network.organizations.map(({ mspId, host, peers: [peer] }) => [
            mspId,
            `${host}:${(peer.chaincode[name] ?? 0) + set.slot * chaincodeSlotPorts}`,
          ]),
        ),
        tls: true,
      });
    }
  }

  async function versions(): Promise<string[]> {
    const { channels: status } = await control.status();
    return (status[channels.finance]?.chaincodes ?? []).map((chaincode) => chaincode.version);
  }

  const stages = (): Stage[] => [
    {
      title: 'Keys and certificates of five organisations',
      run: () => ensureOrganizations(organizationsFolder, identitiesOf(network)),
    },
    {
      title: 'Embedded network (five peers, four orderers) and five chaincode processes',
      run: async () => {
        await Promise.all([startLedger(), services.startChaincodes(services.currentSet())]);
      },
    },
    { title: `Deploy ${chaincodeNames.join(', ')}`, run: () => deploy(services.currentSet()) },
    {
      title: 'Development issuer and five gateways',
      run: services.startGateways,
    },
    { title: 'Open for business', run: services.allGatewaysReady },
  ];

  async function start(): Promise<void> {
    for (const stage of stages()) await stage.run();
  }

  /** One process plays all peers and orderers. */
  function childName(process: ProcessName): string {
    if (process.role === 'chaincode') return services.chaincodeChild(process.organization);
    return process.role === 'gateway' ? `gateway-${process.organization}` : 'network';
  }

  async function restored(process: ProcessName): Promise<void> {
    await supervisor.ready(childName(process));
    if (process.role === 'gateway') await services.gatewayReady(process.organization);
    if (process.role === 'network') await untilAnswered('The embedded network', () => control.status());
  }

  async function peers() {
    const { channels: status } = await control.status();
    const finance = status[channels.finance];
    if (!finance) throw new Error('The finance channel does not exist.');
    return finance.peers;
  }

  return {
    stages,
    start,
    stop: () => services.stop(['network']),
    deploy: (version) => services.upgrade(version, { deploy, versions }),
    children: supervisor,
    kill: (process) => supervisor.kill(childName(process)),
    pause: (process) => supervisor.pause(childName(process)),
    resume: (process) => supervisor.resume(childName(process)),
    orderingLeader: async () => {
      throw new Error('The embedded network orders without a leader: not on this driver.');
    },
    restored,
    peers,
    verify: async () => {
      const { ok, problems } = await control.verify(channels.finance);
      if (!ok) throw new Error(`The finance channel does not verify:\n${problems.join('\n')}`);
      return 'rebuilt from block 0 without a difference';
    },
    gatewayUrl: services.gatewayUrl,
    gatewayUrls: services.gatewayUrls,
    issuerUrl: services.issuerUrl,
    token: services.token,
    onCrash: (listener) => supervisor.onCrash(listener),
  };
}
