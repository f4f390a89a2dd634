import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { profilePrefix } from '../test/bench/profile.ts';
import { type BenchReport, type ColumnReport, type Spread, type Typical, typicalOf } from '../test/bench/report.ts';
import { killSuffix } from '../test/bench/run-bench.ts';
import type { BenchRun } from '../test/bench/run-file.ts';
import { bytesOfAccount, capacityOf, channelsFor, costsOfPayment } from '../test/bench/scale-out.ts';

const folder = join(import.meta.dirname, '..', 'docs/reference');
const crossChannelShare = 0.2;
const drivers = ['native', 'embedded'] as const;

/** The tables of docs/reference/performance.md, made from the reports that runs of `npm run bench -- all` left beside it. */
export function performanceSections(): string {
  return drivers.map(sectionOf).join('\n\n');
}

function sectionOf(driver: (typeof drivers)[number]): string {
  const file = `performance-${driver}.json`;
  const command = `npm run bench -- all --driver ${driver} --json docs/reference/${file}`;
  if (!existsSync(join(folder, file))) return `## ${driver}\n\nNo run is kept yet: \`${command}\`.`;
  const { name, startedAt, machine, reports, failures } = JSON.parse(
    readFileSync(join(folder, file), 'utf8'),
  ) as BenchRun;
  const { processor, cores, memoryGigabytes, kernel, node } = machine;
  const failed = failures.map(({ bench, reason }) => `${bench} (${reason.split('\n')[0]})`);
  return [
    `## ${driver}`,
    `Run "${name}" of ${startedAt.slice(0, 10)}, kept in [${file}](${file}); \`${command}\` writes such a file, longer than what stands below unless its options say so. Machine: ${processor}, ${cores} cores, ${memoryGigabytes} GB, Linux ${kernel}, Node ${node}, shared by orderers, peers, chaincode, gateways and load.`,
    ...(failed.length > 0 ? [`**Not measured, because they failed:** ${failed.join('; ')}.`] : []),
    '### What was run',
    table(['Bench', 'Windows', 'Accounts', 'Load', 'Others on the machine', 'Commit'], reports.map(settingsRow)),
    '### Aims and what was reached',
    ...(driver === 'embedded'
      ? [
          'The aims are those for real Fabric, where a naive payment costs ten times as much; of its own this network has one.',
        ]
      : []),
    table(['Bench', 'Aim', 'Reached', ''], reports.filter(({ bench }) => bench !== 'lanes').flatMap(aimRows)),
    '### Payments and what they cost',
    'Medians over the windows, each figure by itself, smallest and largest in brackets. CPU-ms and bytes are for one accepted payment.',
    table(
      [
        'Bench',
        'Windows',
        'Who',
        'Payments/s',
        'p50 / p95 / p99 ms',
        'CPU-ms',
        'by',
        'Bytes: blocks + state + other',
        'Invalid transactions',
      ],
      reports.flatMap(costRows),
    ),
    '### Ratios to the naive chaincode in the same run',
    table(['Bench', 'Against', 'Payments/s', 'CPU-ms'], reports.flatMap(ratioRows)),
    '### Memory',
    'Resident megabytes at the end of a window (median), summed over the processes of a kind.',
    table(['Bench', 'Megabytes'], reports.flatMap(memoryRows)),
    ...lanesOf(reports),
    ...scaleOutOf(reports),
    ...profilesOf(reports),
    '### Further figures',
    table(['Bench', 'What', 'Figure'], reports.flatMap(figureRows)),
    '### Correctness after each bench',
    table(['Bench', 'Check', 'Verdict', 'What was found'], reports.flatMap(checkRows)),
  ].join('\n\n');
}

/** One to four lanes, and what the simulation made of the first of them. */
function lanesOf(reports: BenchReport[]): string[] {
  const lanes = reports.find(({ bench }) => bench === 'lanes');
  if (!lanes) return [];
  return [
    '### One to four lanes, foretold and measured',
    'The [simulation](../concepts/scaling.md#a-simulation-and-how-it-is-checked) knows the costs of one lane alone; two to four are computed from these.',
    table(
      ['Lanes', 'Payments/s and error', 'Wanted', ''],
      lanes.aims.map(({ what, aim, figure, isMet }) => [what, figure, aim, isMet ? 'met' : '**missed**']),
    ),
  ];
}

/** What the costs of a payment foretell for channels of banks that each have a machine of their own. */
function scaleOutOf(reports: BenchReport[]): string[] {
  const few = reports.find(({ bench }) => bench === 'payments');
  const many = reports.find(({ bench }) => bench === 'payments-1m');
  const typical = typicalOf(few?.columns[0]?.windows ?? []);
  if (!few || !typical) return [];
  const costs = costsOfPayment(typical);
  const rows = [4, 8, 16].flatMap((banks) =>
    [4, 16, 64].map((cores) => {
      const capacity = capacityOf(costs, { banks, cores });
      const channels = channelsFor(100_000, capacity, crossChannelShare);
      return [banks, cores, digits(capacity.paymentsPerSecond), capacity.limit, channels].map(String);
    }),
  );
  const bytes = many && bytesOfAccount(few, many);
  return [
    '### What it foretells for larger networks',
    `From the costs of one payment ([scaling](../concepts/scaling.md) says how): ${Object.entries(costs)
      .map(([what, milliseconds]) => `${what} ${digits(milliseconds)} ms`)
      .join(', ')}.${bytes === undefined ? '' : ` An account takes ${digits(bytes)} bytes in each chaincode process.`}`,
    table(
      [
        'Banks',
        'Cores of each',
        'Payments/s of a channel',
        'Used up first',
        'Channels for 100,000/s, 20 % between channels',
      ],
      rows,
    ),
  ];
}

const windowsOf = ({ rounds, seconds, warmUpSeconds }: BenchReport['settings'], windows = rounds) =>
  `${windows} x ${seconds} s after ${warmUpSeconds} s`;

/** What was asked for; load that other work makes of the machine shows in its average before the bench. */
const settingsRow = ({ bench, settings, machine, commit, columns }: BenchReport) => [
  bench,
  windowsOf(settings),
  settings.accounts.toLocaleString('en'),
  [loadOf(bench, settings), ...naiveLoadOf(columns, settings)].join('; '),
  `load ${machine.loadBefore} before`,
  commit,
];

function loadOf(bench: string, { connections, inFlight, chunk, loans }: BenchReport['settings']): string {
  const closed = `${digits(inFlight)} at a time a bank in chunks of ${chunk}`;
  const own: Record<string, string> = {
    rest: `${digits(connections)} connections a bank`,
    latency: 'one at a time',
    open: `${closed}, then at half of that rate, however long answers take`,
    accrual: `${digits(loans)} loans`,
    start: 'none',
    idle: 'none',
  };
  return own[bench.replace(killSuffix, '')] ?? closed;
}

const naiveLoadOf = (columns: readonly ColumnReport[], { clients }: BenchReport['settings']): string[] =>
  columns.some(({ name }) => name.startsWith('naive')) ? [`naive ${clients} clients`] : [];

const aimRows = ({ bench, aims }: BenchReport) =>
  aims.map(({ what, aim, figure, isMet }) => [bench, `${what} ${aim}`, figure, isMet ? 'met' : '**missed**']);

const costRows = ({ bench, settings, columns }: BenchReport) =>
  columns.map((column) => {
    const { name, paymentsPerSecond, p50, p95, p99, processorMilliseconds, windows } = column;
    const typical = typicalOf(windows);
    return [
      bench,
      windowsOf(settings, windows.length),
      name,
      spread(paymentsPerSecond),
      [p50, p95, p99].map((each) => digits(each.median)).join(' / '),
      spread(processorMilliseconds),
      typical ? byKind(typical.processorMilliseconds) : '',
      typical ? bytesOf(typical) : '',
      invalidOf(column),
    ];
  });

const ratioRows = ({ bench, ratios }: BenchReport) =>
  ratios
    .filter(({ to }) => to.startsWith('naive'))
    .map(({ to, paymentsPerSecond, processor }) => [bench, to, `${spread(paymentsPerSecond)}x`, spread(processor)]);

const memoryRows = ({ bench, columns: [own] }: BenchReport) => {
  const typical = typicalOf(own?.windows ?? []);
  return typical ? [[bench, byKind(typical.megabytes)]] : [];
};

const furtherOf = ({ columns: [own] }: BenchReport) => typicalOf(own?.windows ?? [])?.further ?? {};

const figureRows = (report: BenchReport) =>
  Object.entries({ ...report.figures, ...furtherOf(report) })
    .filter(([what]) => !what.startsWith(profilePrefix))
    .map(([what, value]) => [report.bench, what, typeof value === 'number' ? digits(value) : value]);

/** Where processes of a kind spend their time, of benches that were run with --profile. */
function profilesOf(reports: BenchReport[]): string[] {
  const rows = reports.flatMap((report) =>
    Object.entries(furtherOf(report))
      .filter(([what]) => what.startsWith(profilePrefix))
      .map(([what, share]) => {
        const [kind = '', where = ''] = what.slice(profilePrefix.length, -', %'.length).split(': ');
        return [report.bench, kind, `\`${where}\``, `${share.toFixed(1)} %`];
      }),
  );
  if (rows.length === 0) return [];
  return [
    '### Where the time goes',
    'By `--profile`: of one process of each kind, the largest shares of the samples in which it worked; Go by symbol (perf), Node by module (V8, to which what the compiler inlined is part of its caller).',
    table(['Bench', 'Of', 'Where', 'Share'], rows),
  ];
}

const checkRows = ({ bench, correctness }: BenchReport) =>
  correctness.checks.map(({ name, isRight, detail }) => [
    bench,
    name,
    isRight ? 'right' : '**wrong**',
    detail.replaceAll('\n', ' '),
  ]);

const bytesOf = ({ bytes }: Typical) => [bytes.blocks, bytes.state, bytes.other].map(digits).join(' + ');

function invalidOf({ windows }: ColumnReport): string {
  const sum = (of: 'invalid' | 'transactions') => windows.reduce((total, { ledger }) => total + ledger[of], 0);
  return `${sum('invalid')} of ${sum('transactions')}`;
}

const byKind = (values: Record<string, number>) =>
  Object.entries(values)
    .map(([kind, value]) => `${kind} ${digits(value)}`)
    .join(', ');

const spread = ({ median, min, max }: Spread) => `${digits(median)} (${digits(min)} to ${digits(max)})`;

function digits(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return Math.abs(value) >= 1 ? value.toFixed(1) : value.toPrecision(2);
}

const table = (heads: string[], rows: string[][]): string =>
  [
    `| ${heads.join(' | ')} |`,
    `|${heads.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
  ].join('\n');
