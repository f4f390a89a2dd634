/**
 * `npm run test:faults -- --driver native [--network four-banks|four-banks-ha|<yaml>] [--faults <name>,...] [--seconds n]
 * [--rate n] [--port-base n] [--json]`: kills and stops processes of a real network under load, prints what customers
 * felt, and checks the books. Exit codes: 0 the books are right, 1 they are not, 2 not understood.
 */
import { parseArgs } from 'node:util';
import { chooseFaults, type Fault } from './faults.ts';
import { printRows } from './report.ts';
import { openStage } from './stage.ts';

const options = {
  driver: { type: 'string', default: 'native' },
  network: { type: 'string', default: 'four-banks' },
  faults: { type: 'string' },
  seconds: { type: 'string', default: '6' },
  rate: { type: 'string', default: '48' },
  'port-base': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

process.exitCode = await main();

async function main(): Promise<number> {
  let settings: ReturnType<typeof readSettings>;
  try {
    settings = readSettings();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
  const { json, ...asked } = settings;
  const say = (text: string) => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  try {
    const stage = await openStage({ ...asked, say });
    let report: Awaited<ReturnType<typeof stage.run>>;
    const stop = () => stage.close().then(() => process.exit(130));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    try {
      report = await stage.run();
    } finally {
      await stage.close();
    }
    if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else say(`\n${printRows(report.rows)}\n`);
    for (const name of report.skipped) say(`SKIPPED ${name}`);
    for (const problem of report.problems) say(`WRONG: ${problem}`);
    if (report.problems.length > 0) return 1;
    const { payments, books } = report;
    say(
      `${payments} payments acknowledged, each there exactly once; ${books.held} of ${books.deposited} held; read models equal to the ledger; one state at height ${books.height}: ${books.stateHash}`,
    );
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

function readSettings() {
  const { values } = parseArgs({ options });
  const faults: Fault[] = chooseFaults(values.faults);
  if (values.driver !== 'native') {
    throw new Error(`Faults of single nodes need real Fabric: --driver native, not ${values.driver}.`);
  }
  const [seconds, rate] = [Number(values.seconds), Number(values.rate)];
  const isPositive = [seconds, rate].every((each) => Number.isFinite(each) && each > 0);
  if (!isPositive) throw new Error('--seconds and --rate must be positive numbers.');
  const portBase = values['port-base'] === undefined ? undefined : Number(values['port-base']);
  return { network: values.network, faults, seconds, perSecond: rate, portBase, json: values.json };
}
