/** `npm run bench -- <name> --driver embedded|native`: measures the product beside a naive chaincode and checks the ledger. */
import { writeFileSync } from 'node:fs';
import { startBenchNetwork } from './bench-network.ts';
import { benches } from './benches/table.ts';
import { type BenchReport, renderReport } from './report.ts';
import { type Bench, runAlone, runBench } from './run-bench.ts';
import { type CommandLine, readCommandLine } from './settings.ts';

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
  const chosen =
    line.name === 'all'
      ? benches.filter(({ isInAll }) => isInAll !== false)
      : benches.filter(({ name }) => name === line.name);
  if (chosen.length === 0) {
    process.stdout.write(usage());
    return line.name === '' ? 0 : 2;
  }
  const reports: BenchReport[] = [];
  for (const bench of chosen) {
    const report = await runOnOwnNetwork(bench, line);
    reports.push(report);
    (line.json && !line.file ? process.stderr : process.stdout).write(renderReport(report));
    // After each, so that a run that is cut short leaves what it has.
    if (line.file) writeFileSync(line.file, `${JSON.stringify(reports, null, 2)}\n`);
  }
  if (line.json && !line.file) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  return reports.every(({ correctness }) => correctness.isRight) ? 0 : 1;
}

/** Runs a bench on a network of its own. */
async function runOnOwnNetwork(bench: Bench, { settings }: CommandLine): Promise<BenchReport> {
  if (bench.runAlone) return runAlone(bench, settings);
  const network = await startBenchNetwork({ ...settings, ...bench.settings });
  const stop = () => network.stop().then(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await runBench(network, bench, settings);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await network.stop();
  }
}

function usage(): string {
  const names = benches.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n');
  return `Usage: npm run bench -- <name | all> --driver embedded|native [--json [file.json]]
  [--warm-up s] [--seconds s] [--rounds n] [--accounts n] [--naive naive,naive-all | none] [--clients n]
  [--in-flight n] [--chunk n] [--payments n] [--block-milliseconds n] [--kill] [--port-base n]
${names}
`;
}
