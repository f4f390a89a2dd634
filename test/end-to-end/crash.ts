/** `npm run test:crash -- --kills 100 [--seed n]`: kill -9 of network, chaincode and gateways under load. */
import { parseArgs } from 'node:util';
import { runCrashes } from './crash-run.ts';
import { startRunningNetwork } from './running-network.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' }, seed: { type: 'string' } } });
const kills = Number(values.kills);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const say = (text: string) => process.stdout.write(`${text}\n`);

say(`seed ${seed} (again with: npm run test:crash -- --kills ${kills} --seed ${seed})`);
const running = await startRunningNetwork();
process.once('SIGINT', () => running.stop().then(() => process.exit(130)));
try {
  const report = await runCrashes(running, { kills, seed, say });
  say(`${JSON.stringify(report)}\nNothing lost, nothing doubled, one state on every peer.`);
} catch (error) {
  say(`FAILED with seed ${seed}: ${(error as Error).stack}`);
  process.exitCode = 1;
} finally {
  await running.stop();
}
