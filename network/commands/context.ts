import { resolve as resolvePath } from 'node:path';
import type { ParseArgsOptionsConfig } from 'node:util';
import { defaultNetworkFile, findNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { type ResolvedNetwork, resolve } from '../config/resolve.ts';
import type { PortBases } from '../config/topology.ts';
import { chooseDriver, type DriverName, defaultDataFolder } from '../drivers/create.ts';
import { readRunFacts } from '../drivers/run-folder.ts';

/** The command line was not understood: exit code 2. */
export class UsageError extends Error {}

export const sharedOptions = {
  driver: { type: 'string' },
  data: { type: 'string' },
  'port-base': { type: 'string' },
  network: { type: 'string' },
  organization: { type: 'string' },
  json: { type: 'boolean' },
} satisfies ParseArgsOptionsConfig;

export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

/** One command of the network tool. */
export interface Command {
  name: string;
  summary: string;
  options?: ParseArgsOptionsConfig;
  /** Returns the exit code: 0 done, 1 failed or not healthy. */
  run(context: Context): Promise<number>;
}

export interface Context {
  driver: DriverName;
  dataFolder: string;
  portBases?: PortBases;
  file: string;
  /** The organisation that runs on this machine, where the others run elsewhere. */
  organization?: string;
  json: boolean;
  positionals: string[];
  /** Value of a command's own option. */
  option(name: string): string | undefined;
  flag(name: string): boolean;
  /** Everything about the network, nothing left to defaults. */
  resolved(): ResolvedNetwork;
  /** The answer: text for people, data for programs. */
  answer(text: string, data: object): void;
}

/** Completes the command line from what the run folder says was started there. */
export function createContext(values: Values, positionals: string[]): Context {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  const named = text('driver');
  const guess =
    named ?? (text('data') !== undefined ? readRunFacts(resolvePath(text('data') ?? ''))?.driver : undefined);
  const driver = chooseDriver(guess ?? 'embedded');
  const dataFolder = resolvePath(text('data') ?? defaultDataFolder(driver));
  const facts = readRunFacts(dataFolder);
  const chosen = text('network');
  const file = chosen === undefined ? (facts?.file ?? defaultNetworkFile) : findNetworkFile(chosen);
  const portBases = parsePortBase(text('port-base')) ?? facts?.portBases;
  const organization = text('organization') ?? facts?.organization;
  const json = values.json === true;
  return {
    driver,
    dataFolder,
    portBases,
    file,
    organization,
    json,
    positionals,
    option: text,
    flag: (name) => values[name] === true,
    resolved: () => resolve(readNetworkFile(file), portBases, organization),
    answer: (answer, data) => {
      process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${answer}\n`);
    },
  };
}

/** Both bases from one number; refuses what is no port. */
export function parsePortBase(text: string | undefined): PortBases | undefined {
  if (text === undefined) return undefined;
  const base = Number(text);
  if (!Number.isInteger(base) || base < 1024 || base > 65_000) {
    throw new UsageError(`--port-base must be a whole number from 1024 to 65000, not ${text}.`);
  }
  return { gateway: base, network: base };
}
