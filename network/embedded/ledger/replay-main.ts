import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replayBlocks } from './replay.ts';

// Replays block dumps of real peers: `npm run test:replay -- --blocks <folder>`. Every folder below that holds a
// 0.block is a channel.
const { values } = parseArgs({ options: { blocks: { type: 'string' } } });
if (!values.blocks || !existsSync(values.blocks)) {
  process.stderr.write('usage: npm run test:replay -- --blocks <folder of block dumps>\n');
  process.exit(2);
}
const folders = channelFolders(values.blocks);
let failed = folders.length === 0 ? 1 : 0;
for (const folder of folders) {
  const { channelId, blocks, transactions, codes, problems } = replayBlocks(folder);
  const shown = Object.entries(codes).map(([code, count]) => `${count}x${code}`);
  process.stdout.write(`${channelId}: ${blocks} blocks, ${transactions} transactions, codes ${shown.join(' ')}\n`);
  for (const problem of problems) process.stdout.write(`  ${problem}\n`);
  if (problems.length > 0) failed += 1;
}
process.stdout.write(`${folders.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

function channelFolders(folder: string): string[] {
  if (existsSync(join(folder, '0.block'))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => channelFolders(join(folder, entry.name)));
}
