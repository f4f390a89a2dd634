import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { resolve } from '@tangram/network/config/resolve.ts';
import { banks, mspIdOf, type OrganizationName, resolvePorts } from '@tangram/network/config/topology.ts';
import { createEmbeddedNetwork } from '@tangram/network/drivers/embedded.ts';
import { createNativeNetwork } from '@tangram/network/drivers/native.ts';
import type { Network } from '@tangram/network/drivers/network.ts';
import { createRestClient } from '@tangram/network/walkthrough/rest-client.ts';
import type { Process } from '../conformance/process.ts';
import { findPortBase, post, type RunningNetwork } from '../end-to-end/running-network.ts';
import { controlOf, deployNaiveEmbedded, deployNaiveNative, startNaiveProcesses } from './deploy-naive.ts';
import { currency } from './load/accounts.ts';
import type { LoadProcess } from './load/load-process.ts';
import type { ProcessKind, ProcessRoots } from './process-costs.ts';
import type { BenchDriver, BenchSettings } from './settings.ts';

/** Central-bank money of each bank: more than all customers can bring in. */
const settlementBalance = '1000000000000000000';

/** A whole network of the product with the naive chaincode beside it. */
export interface BenchNetwork extends RunningNetwork {
  driver: BenchDriver;
  /** Accounts that are open at each bank. */
  accountsPerBank: number;
  /** The processes that hold the banks' lanes in place of their gateways; none while those run. */
  lanes: LoadProcess[];
  /** Comparators whose accounts are open. */
  naiveOpened: Set<string>;
  /** Which processes are what now, those that make load included. */
  roots(loads: readonly LoadProcess[]): ProcessRoots;
  /** Lets the network's clock run so far ahead of the machine's. */
  moveClock(milliseconds: number): Promise<void>;
  /** Stops the banks' gateways, whose lanes other processes are to hold; the central bank's stays. */
  haltGateways(): Promise<void>;
  /** Starts the banks' gateways again, in place of what holds their lanes; resolves when they can book. */
  relaunchGateways(): Promise<void>;
}

type NetworkSettings = Pick<BenchSettings, 'driver' | 'portBase' | 'blockMilliseconds'> & { hasClock?: boolean };

/** Starts a network in an empty folder, with the comparator deployed and settlement balances issued; says when it is open for business. */
export async function startBenchNetwork(
  settings: NetworkSettings,
  onPhase: (phase: 'open') => void = () => {},
): Promise<BenchNetwork> {
  const { driver } = settings;
  const dataFolder = mkdtempSync(join(tmpdir(), 'tangram-bench-'));
  const portBase = settings.portBase ?? (await findPortBase());
  const network = createNetworkOf(settings, dataFolder, portBase);
  let naive: Process[] = [];
  let areHalted = false;

  /** Who breaks a bench off stops its network, and so does the bench that breaks: once. */
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopAll();
    return stopping;
  };
  async function stopAll(): Promise<void> {
    await network.stop();
    await Promise.all(naive.map((each) => each.stop()));
    rmSync(dataFolder, { recursive: true, force: true });
  }

  const gatewayChildren = banks.map((bank) => `gateway-${bank}`);
  const children = () => {
    if (!network.children) throw new Error('A bench needs the processes of its network on this machine.');
    return network.children;
  };

  try {
    await network.start();
    onPhase('open');
    naive = await startNaiveProcesses(portBase);
    if (network.parts) await deployNaiveNative(network.parts, portBase);
    else await deployNaiveEmbedded(portBase);
    const rest = createRestClient(network);
    for (const bank of banks) {
      const body = { operationId: `bench-${bank}`, amount: { amount: settlementBalance, currency } };
      await post(rest, 'centralbank', { path: `/v1/settlement-accounts/${bank}/issue`, body });
    }
    const bench: BenchNetwork = {
      ...{ driver, network, rest, dataFolder, portBase },
      ...{ accountsPerBank: 0, lanes: [], naiveOpened: new Set() },
      stop: async () => {
        await stopLanes(bench);
        await stop();
      },
      roots: (loads) => rootsOf(network, naive, loads),
      moveClock: (milliseconds) => moveClock(bench, milliseconds),
      haltGateways: async () => {
        if (!areHalted) await children().halt(gatewayChildren);
        areHalted = true;
      },
      relaunchGateways: async () => {
        if (!areHalted) return;
        await stopLanes(bench);
        await children().relaunch(gatewayChildren);
        for (const organization of banks) await network.restored({ role: 'gateway', organization });
        areHalted = false;
      },
    };
    return bench;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopLanes(network: BenchNetwork): Promise<void> {
  await Promise.all(network.lanes.map((load) => load.stop()));
  network.lanes = [];
}

/** The embedded network keeps its clock itself; on real Fabric our own processes read it, and peers are told to mind no time. */
async function moveClock({ driver, dataFolder, portBase }: BenchNetwork, offsetMs: number): Promise<void> {
  if (driver === 'embedded') await controlOf(portBase).setClock(offsetMs);
  else writeFileSync(clockFile(dataFolder), JSON.stringify({ offsetMs }));
}

const clockFile = (dataFolder: string) => join(dataFolder, 'clock.json');

function createNetworkOf(
  { driver, blockMilliseconds, hasClock }: NetworkSettings,
  dataFolder: string,
  portBase: number,
): Network {
  const portBases = { gateway: portBase, network: portBase };
  if (driver === 'embedded') return createEmbeddedNetwork({ dataFolder, portBases });
  const file = readNetworkFile(defaultNetworkFile);
  const ordering = { ...file.ordering, ...(blockMilliseconds && { batchMilliseconds: blockMilliseconds }) };
  return createNativeNetwork({
    dataFolder,
    network: resolve({ ...file, ordering }, portBases),
    ...(hasClock && { clockFile: clockFile(dataFolder) }),
  });
}

const kindOfChild = (name: string): ProcessKind | undefined => {
  if (name === 'network') return 'peers and orderers';
  const [role = ''] = name.split('-');
  const kinds: Record<string, ProcessKind> = {
    peer: 'peers',
    orderer: 'orderers',
    chaincode: 'chaincode',
    gateway: 'gateways',
  };
  return kinds[role];
};

function rootsOf(network: Network, naive: readonly Process[], loads: readonly LoadProcess[]): ProcessRoots {
  const roots = new Map<number, ProcessKind>();
  for (const name of network.children?.names() ?? []) {
    const [kind, pid] = [kindOfChild(name), network.children?.pidOf(name)];
    if (kind !== undefined && pid !== undefined) roots.set(pid, kind);
  }
  for (const { pid } of naive) roots.set(pid, 'naive chaincode');
  // The client library is the bank's gateway while it runs, whatever else its process does.
  for (const { pid, spec } of loads) roots.set(pid, spec.kind === 'lanes' ? 'gateways' : 'load');
  return roots;
}

/** Where the banks' peers are, for clients that bring their own tools. */
export function bankPeers(portBase: number, organizationsDir: string) {
  const { peers } = resolvePorts({ gateway: portBase, network: portBase });
  return banks.map((bank) => ({
    endpoint: `127.0.0.1:${peers[bank]}`,
    tlsCa: join(organizationsDir, bank, 'msp/tlscacerts/tlsca.pem'),
    mspId: mspIdOf(bank),
  }));
}

/** Every gateway's configuration file, as the driver wrote it. */
export const gatewayConfigFile = (dataFolder: string, organization: OrganizationName): string =>
  join(dataFolder, 'gateways', organization, 'config.json');
