import { resolve as resolvePath } from 'node:path';
import { defaultNetworkFile, findNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { type ResolvedNetwork, resolve } from '../config/resolve.ts';
import type { PortBases } from '../config/topology.ts';
import { chooseDriver, type DriverName, defaultDataFolder } from '../drivers/create.ts';
import { holderOf, readRunFacts } from '../drivers/run-folder.ts';

/** The command line was not understood: exit code 2. */
export class UsageError extends Error {}

/** Options by name: as `parseArgs` takes them, and what they are for. */
export type Options = Record<string, { type: 'string' | 'boolean'; value?: string; text: string }>;

export const sharedOptions = {
  driver: {
    type: 'string',
    value: '<name>',
    text: 'embedded, native or compose (default: what the run folder holds or what runs, else embedded)',
  },
  data: { type: 'string', value: '<folder>', text: 'run folder (default .tangram, or .tangram/native)' },
  'port-base': { type: 'string', value: '<n>', text: 'gateways from n+1, nodes from n+21' },
  network: {
    type: 'string',
    value: '<name or yaml>',
    text: 'network file (default four-banks; four-banks-ha has two of everything)',
  },
  organization: {
    type: 'string',
    value: '<name>',
    text: 'the organisation that runs on this machine, where each has its own',
  },
  json: { type: 'boolean', text: 'the answer as JSON, errors too' },
} as const satisfies Options;

export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

/** One command of the network tool. */
export interface Command {
  name: string;
  summary: string;
  options?: Options;
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
export function createContext(values: Values, positionals: string[], { name: command }: { name: string }): Context {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  const data = text('data');
  const present = data === undefined ? runningDriver(command) : readRunFacts(resolvePath(data))?.driver;
  const driver = understood(() => chooseDriver(text('driver') ?? present ?? 'embedded'));
  const dataFolder = resolvePath(data ?? defaultDataFolder(driver));
  const facts = readRunFacts(dataFolder);
  const chosen = text('network');
  const file = chosen === undefined ? (facts?.file ?? defaultNetworkFile) : understood(() => findNetworkFile(chosen));
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

/** The driver whose usual run folder has the one network that runs here: it is what the other commands are about. */
function runningDriver(command: string): DriverName | undefined {
  if (command === 'up') return undefined;
  const running = (['embedded', 'native'] as const).filter((name) => holderOf(defaultDataFolder(name)) !== undefined);
  return running.length === 1 ? running[0] : undefined;
}

function understood<Choice>(choose: () => Choice): Choice {
  try {
    return choose();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
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
