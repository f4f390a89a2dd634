import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditNetwork } from '../auditor/network-blocks.ts';
import { findPortBase } from '../end-to-end/running-network.ts';

const root = join(import.meta.dirname, '..', '..');
const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const describeNative = hasBinaries ? describe : describe.skip;
const title = `network on real Fabric${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;

interface Run {
  code: number | null;
  answer: any;
}

function run(args: string[]): Run {
  const ran = spawnSync(process.execPath, [join(root, 'network/cli.ts'), ...args, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { code: ran.status, answer: JSON.parse(ran.stdout || '{}') };
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
  afterAll(() => {
    on('down', '--purge');
    rmSync(folder, { recursive: true, force: true });
  });

  test('comes up with a leader, one state and all approvals; upgrades; keeps its ledger; leaves no process', async () => {
    const base = String(await findPortBase());
    expect(on('up', '--driver', 'native', '--port-base', base)).toMatchObject({ code: 0, answer: { ready: true } });

    const first = on('status');
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
    expect(on('doctor')).toMatchObject({ code: 0, answer: { healthy: true } });

    expect(on('restart', 'orderer-pine', 'gateway-pine')).toMatchObject({
      code: 0,
      answer: { restarted: ['orderer-pine', 'gateway-pine'] },
    });
    expect(on('restart', 'orderer-oak').answer.error).toContain('There is no process orderer-oak; there are ');
    expect(on('read-row', 'cedar', '1')).toMatchObject({ code: 0, answer: { sequence: 1, intact: true } });

    expect(on('deploy', '1.1')).toMatchObject({ code: 0 });
    expect(on('deploy', '1.1').answer.error).toContain('Version 1.1 runs already');

    expect(on('logs', 'orderer-pine', '--lines', '3').answer).toMatchObject({ log: 'orderer-pine' });
    expect(on('up').answer.error).toMatch(/^Process \d+ already runs in .*npm run network -- down/);
    expect(on('down')).toMatchObject({ code: 0, answer: { wasRunning: true } });
    expect(processesIn(folder)).toEqual([]);

    const elsewhere = on('up', '--port-base', String(Number(base) + 1));
    expect([elsewhere.code, elsewhere.answer.error]).toEqual([1, expect.stringContaining('name other places')]);
    expect(on('up')).toMatchObject({ code: 0, answer: { driver: 'native' } });
    const second = on('status').answer.channels[0];
    expect(second.comparedHeight).toBeGreaterThanOrEqual(finance.comparedHeight);
    expect(second.chaincodes[0].version).toBe('1.1');
    expect(await auditNetwork({ dataFolder: folder, portBase: Number(base) })).toMatchObject({ problems: [] });
    expect(on('why', '0'.repeat(64))).toMatchObject({ code: 1, answer: { codeName: 'UNKNOWN' } });
  }, 300_000);
});
