/**
 * `npm run test:fuzz -- --blocks <folder> [--driver embedded|native] [--rounds n] [--seed n] [--network <file>]`: has a
 * network commit every kind of transaction, valid and not, and writes its blocks for `npm run test:replay`.
 */
import { parseArgs } from 'node:util';
import { startEmbedded } from './drivers/embedded.ts';
import { chooseConformanceDriver, launchNodes, stopOnSignal, understood } from './drivers/launch.ts';
import { attachNative } from './drivers/native.ts';
import { dumpBlocks } from './fuzz-dump.ts';
import { runFuzz } from './fuzz-run.ts';
import type { ConformanceNetwork } from './network.ts';
import { closeClients } from './session.ts';

const { values, driver } = understood(() => {
  const parsed = parseArgs({
    options: {
      blocks: { type: 'string' },
      driver: { type: 'string', default: 'native' },
      rounds: { type: 'string', default: '120' },
      seed: { type: 'string' },
      network: { type: 'string' },
      'port-base': { type: 'string', default: '25000' },
    },
  });
  return { ...parsed, driver: chooseConformanceDriver(parsed.values.driver) };
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const rounds = Number(values.rounds);
const seed = Number(values.seed ?? Date.now() % 1_000_000);

interface FuzzTarget {
  network: ConformanceNetwork;
  folder: string;
  halfway?(): Promise<void>;
}

async function fuzz({ network, folder, halfway }: FuzzTarget): Promise<void> {
  try {
    say(`seed ${seed}`);
    say(JSON.stringify(await runFuzz(network, { seed, rounds, say, halfway })));
    say(JSON.stringify(await dumpBlocks(network, folder)));
    say(`Compare with the embedded validator: npm run test:replay -- --blocks ${folder}`);
  } finally {
    closeClients();
    await network.close();
  }
}

if (!values.blocks) {
  process.stderr.write('usage: npm run test:fuzz -- --blocks <folder> [--driver embedded|native] [--rounds n]\n');
  process.exitCode = 2;
} else if (driver === 'embedded') {
  await fuzz({ network: await startEmbedded(), folder: values.blocks });
} else {
  const nodes = await launchNodes({ driver, networkFile: values.network, portBase: Number(values['port-base']) });
  if ('missing' in nodes) {
    say(`SKIPPED the fuzzer on ${driver}.\n${nodes.missing}`);
  } else {
    stopOnSignal(nodes.stop);
    const network = attachNative(nodes.file);
    await fuzz({ network, folder: values.blocks, halfway: nodes.upgradeNested }).finally(nodes.stop);
  }
}
