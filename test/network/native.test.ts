import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { banks } from '@tangram/network/config/topology.ts';
import { auditNetwork } from '../auditor/network-blocks.ts';
import { findPortBase, openBanks } from '../end-to-end/running-network.ts';
import { clientOf, demandPaidOnce, startLoad } from './bank-load.ts';

const root = join(import.meta.dirname, '..', '..');
const deposit = 1_000_000;
const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const describeNative = hasBinaries ? describe : describe.skip;
const title = `network on real Fabric${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;

const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);

interface Run {
  code: number;
  answer: any;
}

/** Runs a command beside whatever goes on meanwhile. */
function run(args: string[]): Promise<Run> {
  const all = [join(root, 'network/cli.ts'), ...args, '--json'];
  const options = { env: { ...process.env, NODE_OPTIONS: '' }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((done) => {
    execFile(process.execPath, all, options, (error, stdout) =>
      done({ code: Number(error?.code ?? 0), answer: JSON.parse(stdout || '{}') }),
    );
  });
}

function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}

describeNative(title, () => {
  let folder: string;
  const on = (...args: string[]) => run([...args, '--data', folder]);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-native-'));
  });
  afterAll(async () => {
    await on('down', '--purge');
    rmSync(folder, { recursive: true, force: true });
  });

  /**
   * Deploys a version while a customer of each bank pays, asking twice as who is impatient does. How long the longest
   * answer took is told and not judged: that depends on what else the machine does.
   */
  async function deployUnderLoad(addresses: Parameters<typeof clientOf>[0], version: string): Promise<void> {
    const repeats: string[] = [];
    const rest = clientOf(addresses, (reason) => repeats.push(reason));
    await openBanks(rest, ['ann'], String(deposit));
    repeats.length = 0;
    const load = startLoad(rest);
    const paid = () => banks.map((bank) => load.acknowledged[bank].length);
    /** Every bank's customer is acknowledged a payment; one whose load has ended says why when it is stopped. */
    const untilAllPay = async () => {
      const before = paid();
      const deadline = Date.now() + 120_000;
      while (paid().some((count, index) => count === before[index]) && Date.now() < deadline) {
        await new Promise((wake) => setTimeout(wake, 50));
      }
    };
    await untilAllPay();
    load.longestGaps();

    const before = paid();
    const deploys = await Promise.all([on('deploy', version), on('deploy', version)]);
    const during = paid();
    const gaps = load.longestGaps();
    await untilAllPay();
    // Throws where a payment was refused for good or never answered.
    await load.stop();

    process.stdout.write(
      `deploy under load: ${sum(during) - sum(before)} payments meanwhile, ${repeats.length} sent again ${JSON.stringify([...new Set(repeats)])}, longest gap per bank ${JSON.stringify(gaps)} ms\n`,
    );
    expect(deploys.toSorted((one, other) => one.code - other.code)).toMatchObject([
      { code: 0, answer: { version } },
      { code: 1, answer: { code: 'NETWORK_CHANGE_UNDER_WAY' } },
    ]);
    for (const [index, count] of paid().entries()) expect(count).toBeGreaterThan(before[index] ?? 0);
    await demandPaidOnce(rest, load, deposit);
  }

  test('comes up with a leader, one state and all approvals; upgrades under load; keeps its ledger; leaves no process', async () => {
    const base = String(await findPortBase());
    const started = await on('up', '--driver', 'native', '--port-base', base);
    expect(started).toMatchObject({ code: 0, answer: { ready: true } });

    const first = await on('status');
    expect(first).toMatchObject({ code: 0, answer: { healthy: true, problems: [] } });
    const [finance] = first.answer.channels;
    expect(finance.leader).toBe('cedar');
    expect(finance.orderers).toHaveLength(4);
    for (const orderer of finance.orderers) {
      expect(orderer).toMatchObject({ relation: 'consenter', leader: 'cedar', height: expect.any(Number) });
    }
    expect(first.answer.gateways.map(({ ready }: { ready: boolean }) => ready)).toEqual(Array(5).fill(true));
    const shown = (source: string) =>
      first.answer.certificates.filter(
        (each: { source: string; daysLeft?: number }) => each.source === source && (each.daysLeft ?? 0) > 0,
      );
    expect([shown('presented').length, shown('signed with').length]).toEqual([9, 5]);
    expect(new Set(finance.peers.map(({ stateHash }: { stateHash: string }) => stateHash)).size).toBe(1);
    expect(finance.chaincodes).toHaveLength(6);
    for (const chaincode of finance.chaincodes) expect(chaincode.approvedBy).toHaveLength(5);
    expect(await on('doctor')).toMatchObject({ code: 0, answer: { healthy: true } });

    expect(await on('restart', 'orderer-pine', 'gateway-pine')).toMatchObject({
      code: 0,
      answer: { restarted: ['orderer-pine', 'gateway-pine'] },
    });
    expect((await on('restart', 'orderer-oak')).answer.error).toContain('There is no process orderer-oak; there are ');
    expect(await on('read-row', 'cedar', '1')).toMatchObject({ code: 0, answer: { sequence: 1, intact: true } });

    await deployUnderLoad(started.answer, '1.1');
    expect((await on('deploy', '1.1')).answer.error).toContain('Version 1.1 runs already');

    expect((await on('logs', 'orderer-pine', '--lines', '3')).answer).toMatchObject({ log: 'orderer-pine' });
    expect((await on('up')).answer.error).toMatch(/^Process \d+ already runs in .*npm run network -- down/);
    expect(await on('down')).toMatchObject({ code: 0, answer: { wasRunning: true } });
    expect(processesIn(folder)).toEqual([]);

    const elsewhere = await on('up', '--port-base', String(Number(base) + 1));
    expect([elsewhere.code, elsewhere.answer.error]).toEqual([1, expect.stringContaining('name other places')]);
    expect(await on('up')).toMatchObject({ code: 0, answer: { driver: 'native' } });
    const second = (await on('status')).answer.channels[0];
    expect(second.comparedHeight).toBeGreaterThanOrEqual(finance.comparedHeight);
    expect(second.chaincodes[0].version).toBe('1.1');
    expect(await auditNetwork({ dataFolder: folder, portBase: Number(base) })).toMatchObject({ problems: [] });
    expect(await on('why', '0'.repeat(64))).toMatchObject({ code: 1, answer: { codeName: 'UNKNOWN' } });
  }, 600_000);
});
