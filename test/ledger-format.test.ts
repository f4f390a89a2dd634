import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkChain } from '@tangram/network/ledger-format/check-chain.ts';
import { decodeAnyRow } from '@tangram/network/ledger-format/decode-row.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/reference/ledger-format.md'), 'utf8');
const examples = [...page.matchAll(/```hex (.+)\n([^`]+)```\n```json\n([^`]+)```/g)].map(([, kind, hex, json]) => ({
  kind: String(kind),
  bytes: bytesOf(String(hex)),
  row: JSON.parse(String(json)),
}));

/** Hex digits and quoted text, comments after `#`. */
function bytesOf(text: string): Buffer {
  const tokens = [...text.matchAll(/'([^'\n]*)'|#[^\n]*|([0-9a-f]{2})/g)];
  return Buffer.concat(tokens.map(([, quoted, hex]) => (hex ? Buffer.from(hex, 'hex') : Buffer.from(quoted ?? ''))));
}

const example = (kind: string) => {
  const found = examples.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no example of a ${kind}`);
  return found;
};

describe('the examples of docs/reference/ledger-format.md', () => {
  test('show every kind of row', () => {
    expect(examples.map(({ kind }) => kind)).toEqual([
      'batch row',
      'outbox row',
      'segment',
      'id page',
      'indexed id page',
      'directory row',
    ]);
  });

  test.each(examples)('$kind decodes to what stands below it', ({ kind, bytes, row }) => {
    expect(decodeAnyRow(bytes)).toEqual({ kind, row });
  });
});

describe('decodeAnyRow', () => {
  test('reads what is not binary as JSON', () => {
    expect(decodeAnyRow(Buffer.from('{"a":1}'))).toEqual({ kind: 'JSON', row: { a: 1 } });
  });

  test.each([
    ['nothing', ''],
    ['a version that is not known', '09 00'],
    ['a number without an end', `05 ${'ff '.repeat(9)}`],
    ['an account id of a thousand million digits', `07 05 'cedar'${' 00'.repeat(32)} 01 00 81 a8 d6 b9 07 01`],
    ['a name that is not there', "03 02 '{}' 00 01 00"],
    ['more than the row', `${example('segment').bytes.toString('hex')} 00`],
  ])('refuses %s', (_, text) => {
    expect(() => decodeAnyRow(bytesOf(text))).toThrow(RangeError);
  });
});

describe('checkChain', () => {
  const { bytes, row } = example('batch row');
  const first = { lane: 'cedar', sequence: 1, bytes, namedAs: row.hash };

  test('finds a row in its place', () => {
    expect(checkChain(first)).toEqual({ hash: row.hash, problems: [], row });
  });

  test.each([
    ['another row in its place', { sequence: 2 }, 'it says that it is cedar 1'],
    ['a predecessor that it does not name', { previous: Buffer.from('other') }, 'it names 0000'],
    ['a successor that names another row', { namedAs: 'f'.repeat(64) }, 'its successor names ffff'],
  ])('finds %s', (_, change, problem) => {
    expect(checkChain({ ...first, ...change }).problems).toEqual([expect.stringContaining(problem)]);
  });
});

describe('npm run network -- read-row --file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-row-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function readRow(bytes: Uint8Array, ...more: string[]) {
    const file = join(folder, 'row');
    writeFileSync(file, bytes);
    const args = [join(root, 'network/cli.ts'), 'read-row', '--file', file, ...more];
    return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
  }

  test('prints the row and its hash', () => {
    const { bytes, row } = example('batch row');
    const { status, stdout } = readRow(bytes, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ kind: 'batch row', hash: row.hash, row });
    expect(readRow(bytes).stdout).toContain(`batch row, SHA-256 ${row.hash}\n{`);
  });

  test('fails on bytes that are no row', () => {
    const { status, stdout } = readRow(Buffer.from('09', 'hex'), '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: 'The bytes are no row of a lane.' });
  });
});
