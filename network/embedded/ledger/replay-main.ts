import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replayBlocks } from './replay.ts';

// Replays block dumps of real peers: `npm run test:replay -- --blocks <folder>`. Every folder below that holds a
// 0.block is a channel. Exit codes: 0 all equal, 1 not, 2 not understood.
const usage = `npm run test:replay -- --blocks <folder of block dumps>
Feeds the blocks of real peers to the embedded validator, and compares validation codes, header hashes and commit hashes.
Make a dump: npm run test:fuzz -- --blocks <folder> --driver native
`;

process.exitCode = main();

function main(): number {
  const folder = blocksFolder();
  if (folder === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  const folders = existsSync(folder) ? channelFolders(folder) : [];
  if (folders.length === 0) {
    process.stderr.write(`There is no 0.block in ${folder} or below: it is no folder of block dumps.\n\n${usage}`);
    return 2;
  }
  const failed = folders.filter((each) => !isEqual(each)).length;
  process.stdout.write(`${folders.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function blocksFolder(): string | undefined {
  try {
    return parseArgs({ options: { blocks: { type: 'string' } } }).values.blocks;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return undefined;
  }
}

/** Replays one channel and says how it went. */
function isEqual(folder: string): boolean {
  const { channelId, blocks, transactions, codes, problems } = replayBlocks(folder);
  const shown = Object.entries(codes).map(([code, count]) => `${count}x${code}`);
  process.stdout.write(`${channelId}: ${blocks} blocks, ${transactions} transactions, codes ${shown.join(' ')}\n`);
  for (const problem of problems) process.stdout.write(`  ${problem}\n`);
  return problems.length === 0;
}

function channelFolders(folder: string): string[] {
  if (existsSync(join(folder, '0.block'))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => channelFolders(join(folder, entry.name)));
}
