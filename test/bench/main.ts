/** `npm run bench -- <names> --driver embedded|native`: measures the product beside a naive chaincode and checks the ledger. */
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchNetwork, startBenchNetwork } from './bench-network.ts';
import { benches } from './benches/table.ts';
import { type BenchReport, renderReport } from './report.ts';
import { runApart } from './run-apart.ts';
import { type Bench, runAlone, runBench } from './run-bench.ts';
import { keepResult, readRun } from './run-file.ts';
import { type CommandLine, readCommandLine } from './settings.ts';

type Line = CommandLine & { file: string };

const code = await main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  return 1;
});
// A bench that broke off may have left probes and connections behind.
process.exit(code);

async function main(): Promise<number> {
  let line: CommandLine;
  try {
    line = readCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
  const chosen = chooseBenches(line.names);
  if (chosen === undefined || chosen.length === 0) {
    process.stdout.write(usage());
    return line.names.length === 0 ? 0 : 2;
  }
  const unharmed = chosen.filter(({ takesKill }) => line.settings.kill && !takesKill).map(({ name }) => name);
  if (unharmed.length > 0) {
    const able = benches.filter(({ takesKill }) => takesKill).map(({ name }) => name);
    process.stderr.write(`--kill kills nothing in ${unharmed.join(', ')}: it goes with ${able.join(', ')}.\n`);
    return 2;
  }
  if (line.isHere && line.file) return runHere(chosen, { ...line, file: line.file });
  const file = line.file ?? join(tmpdir(), `tangram-bench-run-${process.pid}.json`);
  const since = new Date().toISOString();
  await runApart(chosen, { ...line, file });
  if (line.json && !line.file) process.stdout.write(readFileSync(file, 'utf8'));
  const conclusion = conclude(chosen, { file, run: line.run, since });
  if (!line.file) rmSync(file, { force: true });
  return conclusion;
}

/** Every bench of these names, in the order of the table; undefined when there is one that nobody knows. */
function chooseBenches(names: readonly string[]): Bench[] | undefined {
  const isKnown = (name: string) => name === 'all' || benches.some((bench) => bench.name === name);
  if (!names.every(isKnown)) return undefined;
  return benches.filter(({ name, isInAll }) => names.includes(name) || (names.includes('all') && isInAll !== false));
}

/** Runs benches in this process, on one network; the first that breaks off ends them. */
async function runHere(chosen: readonly Bench[], line: Line): Promise<number> {
  const { settings, file, run } = line;
  const [first] = chosen;
  let running = first?.name ?? '';
  const keep = (report: BenchReport) => {
    keepResult(file, run, { report });
    process.stderr.write(renderReport(report));
  };
  try {
    if (first?.runAlone) keep(await runAlone(first, settings));
    else {
      await onOneNetwork({ ...settings, hasClock: first?.movesClock === true }, async (network) => {
        for (const bench of chosen) {
          running = bench.name;
          keep(await runBench(network, bench, settings));
        }
      });
    }
  } catch (error) {
    const reason = (error as Error).stack ?? String(error);
    keepResult(file, run, { failure: { bench: running, at: new Date().toISOString(), reason } });
    throw error;
  }
  return 0;
}

/** Starts a network, works on it and stops it, whatever comes. */
async function onOneNetwork(
  settings: Parameters<typeof startBenchNetwork>[0],
  work: (network: BenchNetwork) => Promise<void>,
): Promise<void> {
  const network = await startBenchNetwork(settings);
  const stop = () => network.stop().then(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await work(network);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await network.stop();
  }
}

/** Says what failed since then; 1 when anything did. */
function conclude(chosen: readonly Bench[], { file, run, since }: { file: string; run: string; since: string }) {
  const kept = readRun(file, run);
  const failed = (kept?.failures ?? []).filter(({ at }) => at >= since);
  const fresh = (kept?.reports ?? []).filter(({ startedAt }) => startedAt >= since);
  const wrong = fresh.filter(({ correctness }) => !correctness.isRight);
  for (const { bench, reason } of failed) process.stderr.write(`${bench} FAILED: ${reason}\n`);
  for (const { bench } of wrong) process.stderr.write(`${bench} found something WRONG.\n`);
  process.stderr.write(`${fresh.length} of ${chosen.length} benches measured.\n`);
  return failed.length === 0 && wrong.length === 0 && fresh.length === chosen.length ? 0 : 1;
}

function usage(): string {
  const names = benches.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n');
  return `Usage: npm run bench -- <name,name,… | all> --driver embedded|native [--json [file.json]] [--run name] [--share]
  [--warm-up s] [--seconds s] [--rounds n] [--accounts n] [--many-accounts n] [--loans n] [--payments n]
  [--naive naive,naive-all | none] [--clients n] [--in-flight n] [--connections n] [--chunk n] [--block-milliseconds n] [--kill]
  [--profile] [--minutes n] [--port-base n]
Each bench runs on a network of its own; --share lets all that can run on one. --json adds to what the file holds of the
run of that name (driver and date unless --run says another). A bench that takes longer than --minutes is ended.
${names}
`;
}
