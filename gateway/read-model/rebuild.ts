import { parseArgs } from 'node:util';
import { openFromConfig } from './open-from-config.ts';

/** Projects the ledger anew from block 0 up to where it ends now. The gateway must not be running. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('usage: node gateway/read-model/rebuild.ts --config <file>');
  const { client, projector, readLaneEnds, close } = await openFromConfig(values.config);
  const ends = await readLaneEnds();
  await projector.reset();

  const done = new AbortController();
  const isComplete = () =>
    ends.every(({ lane, sequence }) => (projector.network.lanes.get(lane)?.sequence ?? 0) >= sequence);
  await client.followBlocks({
    nextBlock: () => (projector.appliedBlock() ?? -1n) + 1n,
    onBlock: async (block) => {
      if (done.signal.aborted) return;
      await projector.apply(block);
      if (isComplete()) done.abort();
    },
    signal: done.signal,
    onLost: (error) => process.stderr.write(`block stream lost: ${String(error)}\n`),
  });
  process.stdout.write(`rebuilt up to block ${projector.appliedBlock()}\n`);
  await close();
}

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
