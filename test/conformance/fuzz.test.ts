import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayBlocks } from '@tangram/network/embedded/ledger/replay.ts';
import { startEmbedded } from './drivers/embedded.ts';
import { dumpBlocks } from './fuzz-dump.ts';
import { runFuzz } from './fuzz-run.ts';
import { closeClients } from './session.ts';

describe('the fuzzer', () => {
  test('writes blocks of valid, conflicting and tampered transactions that replay as they were committed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tangram-fuzz-'));
    const network = await startEmbedded();
    try {
      const counts = await runFuzz(network, { seed: 7, rounds: 8 });
      const { blocks, codes } = await dumpBlocks(network, folder);

      expect(counts.ordered).toBeGreaterThan(15);
      expect(counts.tampered).toBeGreaterThan(2);
      expect(codes.VALID).toBeGreaterThan(8);
      expect(Object.keys(codes).length).toBeGreaterThan(2);
      expect(replayBlocks(join(folder, 'finance'))).toMatchObject({ blocks: blocks.finance, problems: [] });
      expect(replayBlocks(join(folder, 'audit'))).toMatchObject({ blocks: blocks.audit, problems: [] });
    } finally {
      closeClients();
      await network.close();
      rmSync(folder, { recursive: true });
    }
  }, 180_000);
});
