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
  /** Which comparators run beside ours. */
  naive: readonly NaiveColumn[];
  /** Closed-loop clients of the comparator. */
  clients: number;
  /** Payments under way at a time, of each bank. */
  inFlight: number;
  /** Payments handed over in one call. */
  chunk: number;
  /** Payments that `history` books before it measures again. */
  payments: number;
  /** A block is cut this long after its first transaction; the product's own setting unless said. */
  blockMilliseconds?: number;
  /** Ends processes as kill -9 does in the middle of a measured window. */
  kill: boolean;
  /** Base of all ports; a free range unless said. */
  portBase?: number;
}

export const defaultSettings: BenchSettings = {
  driver: 'embedded',
  warmUpSeconds: 30,
  seconds: 60,
  rounds: 2,
  accounts: 5_000,
  naive: naiveColumns,
  clients: 128,
  inFlight: 6_000,
  chunk: 500,
  payments: 200_000,
  kill: false,
};

const options = {
  driver: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  rounds: { type: 'string' },
  accounts: { type: 'string' },
  naive: { type: 'string' },
  clients: { type: 'string' },
  'in-flight': { type: 'string' },
  chunk: { type: 'string' },
  payments: { type: 'string' },
  'block-milliseconds': { type: 'string' },
  'port-base': { type: 'string' },
  kill: { type: 'boolean' },
  json: { type: 'boolean' },
  file: { type: 'string' },
} as const;

export interface CommandLine {
  /** Name of the bench, with its second word where it has one: `rest bulk`. */
  name: string;
  settings: BenchSettings;
  json: boolean;
  /** Where the reports are written, as JSON. */
  file?: string;
}

/** Reads the command line. Refuses options that do not exist and numbers that are none. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  // `--json <file>` reads naturally, though a flag takes no value: the file then stands among the words.
  const file = values.file ?? positionals.find((word) => word.endsWith('.json'));
  const number = (name: keyof typeof values & keyof typeof options, otherwise: number, min = 0) => {
    const value = values[name] === undefined ? otherwise : Number(values[name]);
    if (!Number.isFinite(value) || value < min) throw new Error(`--${name} must be a number from ${min} up.`);
    return value;
  };
  const base = defaultSettings;
  const blockMilliseconds = number('block-milliseconds', 0);
  const portBase = number('port-base', 0);
  return {
    name: positionals.filter((word) => word !== file).join(' '),
    json: values.json === true,
    ...(file !== undefined && { file }),
    settings: {
      driver: oneOf('driver', values.driver ?? base.driver, benchDrivers),
      seconds: number('seconds', base.seconds, 0.1),
      warmUpSeconds: number('warm-up', base.warmUpSeconds),
      rounds: number('rounds', base.rounds, 1),
      accounts: number('accounts', base.accounts, 8),
      naive: columnsOf(values.naive),
      clients: number('clients', base.clients, 1),
      inFlight: number('in-flight', base.inFlight, 1),
      chunk: number('chunk', base.chunk, 1),
      payments: number('payments', base.payments, 1),
      kill: values.kill === true,
      ...(blockMilliseconds > 0 && { blockMilliseconds }),
      ...(portBase > 0 && { portBase }),
    },
  };
}

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
