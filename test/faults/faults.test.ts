import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseFaults, faults } from './faults.ts';

const root = join(import.meta.dirname, '..', '..');
const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const describeNative = hasBinaries ? describe : describe.skip;
const title = `faults on real Fabric${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;

function run(args: string[], environment: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [join(root, 'test/faults/main.ts'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
  });
}

describe('chooseFaults', () => {
  test('takes all when none is named, both kinds of a name, or one alone', () => {
    expect(chooseFaults(undefined)).toEqual(faults);
    expect(chooseFaults('leader,peer-stop').map(({ name }) => name)).toEqual([
      'leader-kill',
      'leader-stop',
      'peer-stop',
    ]);
  });

  test('refuses a name that does not exist and says which do', () => {
    expect(() => chooseFaults('weather')).toThrow(/no fault weather; choose among leader-kill, leader-stop/);
  });
});

describe('test:faults', () => {
  test.each([
    { what: 'another driver', args: ['--driver', 'embedded'], says: '--driver native, not embedded' },
    { what: 'a rate of nothing', args: ['--rate', '0'], says: 'must be positive' },
    { what: 'an option that does not exist', args: ['--gently'], says: '--gently' },
  ])('does not understand $what', ({ args, says }) => {
    const { status, stderr } = run(args);

    expect(status).toBe(2);
    expect(stderr).toContain(says);
  });

  test('says which programs lack before it begins anything', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tangram-faults-test-'));
    const { status, stderr } = run([], { FABRIC_BIN: '/nowhere', TMPDIR: folder });

    expect([status, stderr]).toEqual([1, expect.stringContaining('FABRIC_BIN is /nowhere, which lacks orderer')]);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

describeNative(title, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-faults-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('kills a chaincode service under load and finds the books right', () => {
    const args = ['--driver', 'native', '--faults', 'chaincode-kill', '--rate', '12', '--json'];
    const { status, stdout, stderr } = run(args, { TMPDIR: folder });

    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ network: 'four-banks', problems: [], skipped: [] });
    expect(report.rows).toHaveLength(1);
    const [row] = report.rows;
    expect(row).toMatchObject({ fault: 'chaincode-kill', target: 'chaincode maple', doubts: { open: 0 } });
    expect(row.gaps.map(({ bank }: { bank: string }) => bank)).toEqual(['cedar', 'maple', 'pine', 'willow']);
    expect(row.deliveries.isMoving).toBe(true);
    expect(report.payments).toBeGreaterThan(0);
    expect(report.books.held).toBe(report.books.deposited);
    // A good run keeps nothing.
    expect(readdirSync(folder).filter((name) => name.startsWith('tangram-faults'))).toEqual([]);
  }, 600_000);
});
