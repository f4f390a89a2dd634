import { runCrashes } from './crash-run.ts';
import { type RunningNetwork, startRunningNetwork } from './running-network.ts';

describe('kill -9 under load', () => {
  let running: RunningNetwork;
  beforeAll(async () => {
    running = await startRunningNetwork();
  }, 120_000);
  afterAll(() => running.stop(), 60_000);

  test('loses nothing, doubles nothing and leaves one state', async () => {
    const report = await runCrashes(running, { kills: 5, seed: 20_261_122 });

    expect(Object.values(report.kills).reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(report.payments).toBeGreaterThan(0);
  }, 300_000);
});
