import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { onThisMachine, portsOf, resolve } from '../config/resolve.ts';
import { defaultPortBases, type PortBases, resolvePorts } from '../config/topology.ts';
import { demandValid } from '../config/validate.ts';
import { createComposeNetwork } from './compose.ts';
import { createEmbeddedNetwork } from './embedded.ts';
import { createNativeNetwork } from './native.ts';
import type { Network } from './network.ts';

export const driverNames = ['embedded', 'native', 'compose'] as const;
export type DriverName = (typeof driverNames)[number];

export interface NetworkOptions {
  driver: DriverName;
  dataFolder: string;
  portBases?: PortBases;
  /** Network file; drivers other than native run the reference network alone. */
  file?: string;
  /** The organisation that runs on this machine, where the others run elsewhere. */
  organization?: string;
}

export interface ChosenNetwork {
  network: Network;
  ports: { port: number; role: string; host?: string }[];
}

/** Makes the network that a driver runs, not yet started. Refuses a network file that is not valid, with every reason. */
export function createNetwork({
  driver,
  dataFolder,
  portBases,
  file = defaultNetworkFile,
  organization,
}: NetworkOptions): ChosenNetwork {
  if (driver !== 'native') demandReference(driver, file, organization);
  if (driver === 'embedded') {
    const bases = portBases ?? defaultPortBases;
    return { network: createEmbeddedNetwork({ dataFolder, portBases: bases }), ports: resolvePorts(bases).all };
  }
  if (driver === 'compose') {
    // Docker itself refuses ports that are taken, and names them.
    return { network: createComposeNetwork(), ports: [] };
  }
  const network = resolve(readNetworkFile(file), portBases, organization);
  demandValid(network);
  return { network: createNativeNetwork({ dataFolder, network }), ports: portsOf(onThisMachine(network)) };
}

/** One process plays the reference network, and docker-compose.yaml is written by hand for it: all of it, on this machine. */
function demandReference(driver: DriverName, file: string, organization?: string): void {
  if (file === defaultNetworkFile && organization === undefined) return;
  throw new Error(
    `The ${driver} driver runs all of four-banks and no other network. For ${organization ?? file} take --driver native.`,
  );
}

/** The driver of a name; refuses one that does not exist and says which do. */
export function chooseDriver(name: string): DriverName {
  const driver = driverNames.find((candidate) => candidate === name);
  if (!driver) throw new Error(`There is no driver ${name}; choose one of ${driverNames.join(', ')}.`);
  return driver;
}

/** Each driver keeps its own ledger, so each has a run folder of its own. */
export function defaultDataFolder(driver: DriverName): string {
  return driver === 'embedded' ? '.tangram' : `.tangram/${driver}`;
}
