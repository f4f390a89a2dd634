import { parseArgs } from 'node:util';

export const benchDrivers = ['embedded', 'native'] as const;
export type BenchDriver = (typeof benchDrivers)[number];

/** The comparator's policies: two organisations as ours, or all four banks. */
export const naiveColumns = ['naive', 'naive-all'] as const;
export type NaiveColumn = (typeof naiveColumns)[number];

export interface BenchSettings {
  driver: BenchDriver;
  warmUpSeconds: number;
  seconds: number;
  /** How often ours and the comparator take turns: A B A B is two. */
  rounds: number;
  /** Customer accounts of all banks together. */
  accounts: number;
  /** The same for `payments-1m`. */
  manyAccounts: number;
  /** Loans of all banks together that `accrual` ages. */
  loans: number;
  /** Which comparators run beside ours. */
  naive: readonly NaiveColumn[];
  /** Closed-loop clients of the comparator. */
  clients: number;
  /** Payments under way at a time, of each bank. */
  inFlight: number;
  /** Connections to each bank's gateway that pay one by one in `rest`. */
  connections: number;
  /** Payments handed over in one call. */
  chunk: number;
  /** Payments that `history` books before it measures again. */
  payments: number;
  /** A block is cut this long after its first transaction; the product's own setting unless said. */
  blockMilliseconds?: number;
  /** Ends processes as kill -9 does in the middle of a measured window. */
  kill: boolean;
  /** Samples one process of each kind while ours are measured, which costs them something. */
  profile: boolean;
  /** Base of all ports; a free range unless said. */
  portBase?: number;
}

export const defaultSettings: BenchSettings = {
  driver: 'embedded',
  warmUpSeconds: 30,
  seconds: 60,
  rounds: 2,
  accounts: 5_000,
  manyAccounts: 1_000_000,
  loans: 100_000,
  naive: naiveColumns,
  clients: 128,
  inFlight: 6_000,
  connections: 1_000,
  chunk: 500,
  payments: 10_000_000,
  kill: false,
  profile: false,
};

const options = {
  driver: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  rounds: { type: 'string' },
  accounts: { type: 'string' },
  'many-accounts': { type: 'string' },
  loans: { type: 'string' },
  naive: { type: 'string' },
  clients: { type: 'string' },
  'in-flight': { type: 'string' },
  connections: { type: 'string' },
  chunk: { type: 'string' },
  payments: { type: 'string' },
  'block-milliseconds': { type: 'string' },
  'port-base': { type: 'string' },
  kill: { type: 'boolean' },
  profile: { type: 'boolean' },
  share: { type: 'boolean' },
  json: { type: 'boolean' },
  file: { type: 'string' },
  run: { type: 'string' },
  minutes: { type: 'string' },
  here: { type: 'boolean' },
} as const;

/** A bench that takes longer than this hangs. */
const minutesOfBench = 60;

export interface CommandLine {
  /** Names of benches, some of two words: `payments,rest bulk`. */
  names: string[];
  settings: BenchSettings;
  json: boolean;
  /** Where the run is kept, as JSON. */
  file?: string;
  /** Name of the run: what a file holds of the same run stays. */
  run: string;
  /** Benches that can share a network do. */
  isShared: boolean;
  /** A bench that takes longer is ended and counts as failed. */
  minutes: number;
  /** Benches run in this process, which another one watches. */
  isHere: boolean;
  /** The options that concern benches, as they were given. */
  options: string[];
}

/** Reads the command line. Refuses options that do not exist and numbers that are none. */
export function readCommandLine(args: readonly string[], today = new Date()): CommandLine {
  const { values, positionals, tokens } = parseArgs({ args: [...args], options, allowPositionals: true, tokens: true });
  // `--json <file>` reads naturally, though a flag takes no value: the file then stands among the words.
  const file = values.file ?? positionals.find((word) => word.endsWith('.json'));
  const number = numberReader(values);
  const base = defaultSettings;
  const blockMilliseconds = number('block-milliseconds', 0);
  const portBase = number('port-base', 0);
  const driver = oneOf('driver', values.driver ?? base.driver, benchDrivers);
  const words = positionals.filter((word) => word !== file).join(' ');
  return {
    names: words.split(',').flatMap((name) => name.trim() || []),
    json: values.json === true,
    ...(file !== undefined && { file }),
    run: values.run ?? `${driver} ${today.toISOString().slice(0, 10)}`,
    isShared: values.share === true,
    minutes: number('minutes', minutesOfBench, 0.1),
    isHere: values.here === true,
    options: tokens.flatMap((token) =>
      token.kind === 'option' && !ownOptions.includes(token.name)
        ? [token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`]
        : [],
    ),
    settings: {
      driver,
      seconds: number('seconds', base.seconds, 0.1),
      warmUpSeconds: number('warm-up', base.warmUpSeconds),
      rounds: number('rounds', base.rounds, 1),
      accounts: number('accounts', base.accounts, 8),
      manyAccounts: number('many-accounts', base.manyAccounts, 8),
      loans: number('loans', base.loans, 4),
      naive: columnsOf(values.naive),
      clients: number('clients', base.clients, 1),
      inFlight: number('in-flight', base.inFlight, 1),
      connections: number('connections', base.connections, 1),
      chunk: number('chunk', base.chunk, 1),
      payments: number('payments', base.payments, 1),
      kill: values.kill === true,
      profile: values.profile === true,
      ...(blockMilliseconds > 0 && { blockMilliseconds }),
      ...(portBase > 0 && { portBase }),
    },
  };
}

/** Options about the run as a whole. */
const ownOptions = ['share', 'json', 'file', 'run', 'minutes', 'here'];

type Given = Partial<Record<keyof typeof options, string | boolean>>;

const numberReader =
  (values: Given) =>
  (name: keyof typeof options, otherwise: number, min = 0): number => {
    const value = values[name] === undefined ? otherwise : Number(values[name]);
    if (!Number.isFinite(value) || value < min) throw new Error(`--${name} must be a number from ${min} up.`);
    return value;
  };

function columnsOf(text?: string): readonly NaiveColumn[] {
  if (text === undefined) return naiveColumns;
  if (text === 'none') return [];
  return text.split(',').map((name) => oneOf('naive', name, naiveColumns));
}

function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) throw new Error(`--${option} is one of ${names.join(', ')}, not ${value}.`);
  return found;
}
