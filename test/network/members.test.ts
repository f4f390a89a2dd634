import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { banks } from '@tangram/network/config/topology.ts';
import type { RestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { auditNetwork } from '../auditor/network-blocks.ts';
import { findPortBase, openBanks, post, settled } from '../end-to-end/running-network.ts';
import { type BankLoad, clientOf, startLoad } from './bank-load.ts';

const root = join(import.meta.dirname, '..', '..');
const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const describeNative = hasBinaries ? describe : describe.skip;
const title = `add-org and remove-org on real Fabric${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;
const CNY = (amount: string) => ({ amount, currency: 'CNY' });

interface Step {
  title: string;
  isDone: boolean;
}

describeNative(title, () => {
  let folder: string;
  let portBase: number;
  let load: BankLoad | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-members-'));
    portBase = await findPortBase();
  });
  afterAll(async () => {
    await load?.stop().catch(() => {});
    await on('down', '--purge');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a command beside the load, which goes on meanwhile. */
  function on(...args: string[]): Promise<{ code: number; answer: any }> {
    const all = [join(root, 'network/cli.ts'), ...args, '--data', folder, '--json'];
    const env = { ...process.env, NODE_OPTIONS: '' };
    return new Promise((done) => {
      execFile(process.execPath, all, { env, encoding: 'utf8' }, (error, stdout) =>
        done({ code: Number(error?.code ?? 0), answer: JSON.parse(stdout || '{}') }),
      );
    });
  }

  const pay = async (rest: RestClient, paymentId: string, [debtorAccount, creditorAccount]: [string, string]) => {
    const bank = debtorAccount.split('-')[0] ?? '';
    const body = { paymentId, debtorAccount, creditorAccount, amount: CNY('700'), remittance: `Invoice ${paymentId}` };
    await post(rest, bank, { path: '/v1/payments', body });
    return settled(rest, paymentId, bank);
  };
  const settle = (rest: RestClient, debtorBank: string, creditorBank: string) => {
    const body = { settlementId: `${debtorBank}-${creditorBank}`, debtorBank, creditorBank, currency: 'CNY' };
    return post(rest, 'centralbank', { path: '/v1/settlements', body });
  };
  const booked = async (rest: RestClient, accountId: string) => {
    const bank = accountId.split('-')[0] ?? '';
    return (await rest.call({ bank, path: `/v1/accounts/${accountId}` })).body.booked;
  };

  /** Gives birch settlement balance and a customer with money. */
  async function openBirch(rest: RestClient): Promise<void> {
    const issue = { operationId: 'issue-birch', amount: CNY('100000') };
    await post(rest, 'centralbank', { path: '/v1/settlement-accounts/birch/issue', body: issue });
    await post(rest, 'birch', {
      path: '/v1/accounts',
      body: { accountId: 'birch-eve', name: 'Eve of birch', currency: 'CNY' },
    });
    const deposit = { depositId: 'deposit-eve', amount: CNY('10000') };
    await post(rest, 'birch', { path: '/v1/accounts/birch-eve/deposits', body: deposit });
  }

  /** Pays birch's customer out and takes its settlement balance back. */
  async function closeBirch(rest: RestClient): Promise<void> {
    const body = { withdrawalId: 'all-of-eve', amount: CNY('10000') };
    await post(rest, 'birch', { path: '/v1/accounts/birch-eve/withdrawals', body });
    const withdraw = { operationId: 'withdraw-birch', amount: CNY('100000') };
    await post(rest, 'centralbank', { path: '/v1/settlement-accounts/birch/withdraw', body: withdraw });
  }

  /** The status once all is well, or after two minutes: an orderer that a change left behind is restarted by then. */
  async function untilHealthy() {
    const started = Date.now();
    for (;;) {
      const status = await on('status');
      if (status.answer.healthy || Date.now() - started > 120_000) return status;
      process.stdout.write(`not healthy yet: ${JSON.stringify(status.answer.problems)}\n`);
      await new Promise((wake) => setTimeout(wake, 2_000));
    }
  }

  const processesOfBirch = () =>
    readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${folder}/nodes/birch`);
      } catch {
        return false;
      }
    });

  test('a fifth bank joins, pays and is paid, and leaves, while the others pay each other', async () => {
    const started = await on('up', '--driver', 'native', '--port-base', String(portBase));
    expect(started).toMatchObject({ code: 0, answer: { ready: true } });
    const { issuer, gateways } = started.answer;
    const rest = clientOf({ issuer, gateways: { ...gateways, birch: `http://127.0.0.1:${portBase + 6}` } });
    await openBanks(rest, ['ann'], '1000000');
    const running = startLoad(rest);
    load = running;
    const paid = () => banks.map((bank) => running.acknowledged[bank].length);

    const plan = await on('add-org', 'birch', '--dry-run');
    expect(plan).toMatchObject({ code: 0, answer: { dryRun: true } });
    expect(plan.answer.steps.every(({ isDone }: Step) => !isDone)).toBe(true);
    expect(plan.answer.steps.at(-1).title).toBe('The central bank admits birch');
    expect(readdirSync(join(folder, 'organizations'))).not.toContain('birch');

    const before = paid();
    expect(await on('add-org', 'birch', '--bic', 'BIRCGB2L')).toMatchObject({
      code: 0,
      answer: { organization: 'birch' },
    });
    const whileAdding = running.longestGaps();
    const again = await on('add-org', 'birch');
    expect(again.code).toBe(0);
    expect(again.answer.steps.filter(({ isDone }: Step) => !isDone)).toHaveLength(1);

    await openBirch(rest);
    expect(await pay(rest, 'birch-pays', ['birch-eve', 'cedar-ann'])).toBe('SETTLED');
    expect(await pay(rest, 'cedar-pays', ['cedar-ann', 'birch-eve'])).toBe('SETTLED');
    expect(await booked(rest, 'birch-eve')).toBe('10000');
    const grown = await untilHealthy();
    expect(grown).toMatchObject({ code: 0, answer: { healthy: true, problems: [] } });
    expect(grown.answer.channels[0].peers).toHaveLength(6);
    for (const { approvedBy } of grown.answer.channels[0].chaincodes) expect(approvedBy).toContain('birch');

    const orderer = await on('remove-org', 'pine');
    expect(orderer).toMatchObject({ code: 1 });
    expect(orderer.answer.error).toContain('BFT needs at least 4');
    const owing = await on('remove-org', 'birch');
    expect(owing).toMatchObject({ code: 1 });
    expect(owing.answer.error).toContain('birch owes cedar 700 CNY that is not settled.');
    expect(owing.answer.error).toContain('cedar owes birch 700 CNY that is not settled.');
    expect(owing.answer.error).toContain('birch has 100000 CNY at the central bank');

    await settle(rest, 'birch', 'cedar');
    await settle(rest, 'cedar', 'birch');
    await closeBirch(rest);
    running.longestGaps();
    expect(await on('remove-org', 'birch')).toMatchObject({ code: 0, answer: { organization: 'birch' } });
    const whileRemoving = running.longestGaps();
    await running.stop();
    process.stdout.write(
      `longest gap per bank: joining ${JSON.stringify(whileAdding)} ms, leaving ${JSON.stringify(whileRemoving)} ms\n`,
    );
    for (const [index, count] of paid().entries()) expect(count).toBeGreaterThan(before[index] ?? 0);

    expect(processesOfBirch()).toEqual([]);
    const shrunk = await untilHealthy();
    expect(shrunk).toMatchObject({ code: 0, answer: { healthy: true, problems: [] } });
    expect(new Set(shrunk.answer.channels[0].peers.map(({ stateHash }: { stateHash: string }) => stateHash)).size).toBe(
      1,
    );
    const late = { paymentId: 'late', debtorAccount: 'cedar-ann', creditorAccount: 'birch-eve', amount: CNY('1') };
    expect((await rest.call({ bank: 'cedar', method: 'POST', path: '/v1/payments', body: late })).body.code).toBe(
      'PAYMENTS_CREDITOR_BANK_LEAVING',
    );
    for (const [index, bank] of banks.entries()) {
      for (const paymentId of running.acknowledged[bank]) expect(await settled(rest, paymentId, bank)).toBe('SETTLED');
      expect(running.acknowledged[bank].length).toBe(paid()[index]);
    }
    // The ledger that birch left behind is read and audited with the others.
    expect(await auditNetwork({ dataFolder: folder, portBase })).toMatchObject({ problems: [] });

    expect(await on('down')).toMatchObject({ code: 0 });
    expect(await on('up')).toMatchObject({ code: 0 });
    expect((await untilHealthy()).answer.problems).toEqual([]);
  }, 900_000);
});
