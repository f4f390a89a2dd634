/**
 * `npm run test:conformance -- [--driver embedded|native|compose] [--network <file>] [--port-base n] [-t <case>]
 * [<test file>…]`: runs every case on the driver and ends with a table of the last run of each driver.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareDrivers, printComparison } from './compare.ts';
import { chooseConformanceDriver, launchNodes, stopOnSignal, understood } from './drivers/launch.ts';

const { values, positionals, driver } = understood(() => {
  const parsed = parseArgs({
    allowPositionals: true,
    options: {
      driver: { type: 'string', default: 'embedded' },
      network: { type: 'string' },
      'port-base': { type: 'string', default: '25000' },
      testNamePattern: { type: 'string', short: 't' },
      runInBand: { type: 'boolean', default: false },
    },
  });
  return { ...parsed, driver: chooseConformanceDriver(parsed.values.driver) };
});
const root = fileURLToPath(new URL('../../', import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Runs jest on our files with these settings; returns its exit code. */
async function runJest(flags: string[], environment: Record<string, string>): Promise<number> {
  const jest = fileURLToPath(new URL('../../node_modules/jest/bin/jest.js', import.meta.url));
  const pattern = values.testNamePattern ? ['-t', values.testNamePattern] : [];
  const child = spawn(
    process.execPath,
    ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, ...flags, ...pattern],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const cases = compareDrivers();
if (driver === 'embedded') {
  const flags = values.runInBand ? ['--runInBand'] : [];
  const files = positionals.length > 0 ? positionals : ['test/conformance'];
  process.exitCode = await runJest([...flags, ...files], { CONFORMANCE_DRIVER: driver });
  printComparison(compareDrivers());
} else {
  const nodes = await launchNodes({ driver, networkFile: values.network, portBase: Number(values['port-base']) });
  if ('missing' in nodes) {
    for (const { group, name } of cases) say(`SKIPPED on ${driver}: ${group}: ${name}`);
    say(`\nSKIPPED all ${cases.length} cases on ${driver}.\n${nodes.missing}`);
  } else {
    stopOnSignal(nodes.stop);
    // Other tests of the folder need no nodes, and cases of one network must not run side by side.
    const suites = 'test/conformance/(delivery|endorsement|policies|validation).test.ts';
    const files = positionals.length > 0 ? positionals : [suites];
    try {
      const environment = { CONFORMANCE_DRIVER: driver, CONFORMANCE_NATIVE: nodes.file };
      process.exitCode = await runJest(['--runInBand', ...files], environment);
    } finally {
      await nodes.stop();
    }
    printComparison(compareDrivers());
  }
}
