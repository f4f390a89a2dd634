import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { common } from '@hyperledger/fabric-protos';
import { replayBlocks } from './replay.ts';

// Block dumps of five real 3.1.5 peers, as replayBlocks reads them, packed: name length (2 bytes), content length (4),
// name, content; then brotli.
const archive = join(import.meta.dirname, 'fixtures/real-blocks.br');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tangram-replay-'));
  const packed = brotliDecompressSync(readFileSync(archive));
  for (let position = 0; position < packed.length; ) {
    const nameEnd = position + 6 + packed.readUInt16BE(position);
    const end = nameEnd + packed.readUInt32BE(position + 2);
    const file = join(folder, packed.subarray(position + 6, nameEnd).toString());
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, packed.subarray(nameEnd, end));
    position = end;
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Changes a block of the dump for one replay. */
function spoil(number: number, change: (block: common.Block) => void): string[] {
  const file = join(folder, 'run1/finance', `${number}.block`);
  const original = readFileSync(file);
  // A copy, because the message's bytes are views of what it was read from.
  const block = common.Block.deserializeBinary(Uint8Array.from(original));
  change(block);
  writeFileSync(file, block.serializeBinary());
  try {
    return replayBlocks(join(folder, 'run1/finance')).problems;
  } finally {
    writeFileSync(file, original);
  }
}

function setMetadata(block: common.Block, index: number, change: (bytes: Uint8Array) => void): void {
  const entries = block.getMetadata()?.getMetadataList_asU8() ?? [];
  change(entries[index] as Uint8Array);
  block.getMetadata()?.setMetadataList(entries);
}

describe('replayBlocks', () => {
  test.each([
    ['run1/finance', 328, 379],
    ['run1/audit', 6, 9],
    ['run2/finance', 100, 438],
    ['run2/audit', 3, 7],
  ])(
    'gives the real blocks of %s the codes, header hashes and commit hashes of the peers',
    (name, blocks, transactions) => {
      expect(replayBlocks(join(folder, name))).toMatchObject({ blocks, transactions, problems: [] });
    },
  );

  test('meets every kind of verdict in them', () => {
    const { codes } = replayBlocks(join(folder, 'run1/finance'));
    expect(Object.keys(codes).map(Number)).toEqual(expect.arrayContaining([0, 3, 5, 8, 10, 11, 12, 22, 23, 25, 255]));
  });

  test('notices another commit hash, another code and another header', () => {
    expect(spoil(100, (block) => setMetadata(block, 4, (bytes) => bytes.fill(1, 10)))).toEqual([
      'block 100: commit hash differs',
    ]);
    expect(spoil(100, (block) => setMetadata(block, 2, (bytes) => bytes.fill(11)))).toEqual([
      'block 100 transaction 0: code 12, the peer says 11',
    ]);
    expect(spoil(100, (block) => block.getHeader()?.setPreviousHash(new Uint8Array(32)))[0]).toContain(
      'block 100: refused',
    );
  });
});

test('npm run test:replay counts channels, and says what is no folder of block dumps: exit code 2', () => {
  const replay = (...args: string[]) => {
    const program = join(import.meta.dirname, 'replay-main.ts');
    const options = { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], options);
    return { status, said: stdout + stderr };
  };
  expect(replay('--blocks', join(folder, 'run2'))).toEqual({
    status: 0,
    said: expect.stringContaining('2 passed, 0 failed'),
  });
  expect(replay('--blocks', join(folder, 'nothing'))).toEqual({
    status: 2,
    said: expect.stringMatching(/There is no 0\.block in .*nothing or below[\s\S]*npm run test:fuzz/),
  });
});
