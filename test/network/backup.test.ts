import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { haltChildren, relaunchChildren } from '@tangram/network/keeper-control.ts';
import { lastStoredBlock } from '@tangram/network/operations/block-store.ts';
import type { RestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { auditNetwork } from '../auditor/network-blocks.ts';
import { loadMember } from '../conformance/member.ts';
import { closeClients, Session } from '../conformance/session.ts';
import { expectReadModelsEqualLedger, findPortBase, openBanks, post, settled } from '../end-to-end/running-network.ts';
import { networkAt } from './attacker.ts';
import { type BankLoad, clientOf, startLoad } from './bank-load.ts';
import { holderName } from './holder-name.ts';

const root = join(import.meta.dirname, '..', '..');
const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const describeNative = hasBinaries ? describe : describe.skip;
const title = `backup, restore and compare on real Fabric${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;
const minutes = 60_000;

describeNative(title, () => {
  let folder: string;
  let rest: RestClient;
  let load: BankLoad;
  let portBase: number;
  const keyFile = () => join(folder, 'passphrase');
  const data = () => join(folder, 'run');

  function begin(...args: string[]) {
    const all = [
      '--disable-warning=ExperimentalWarning',
      join(root, 'network/cli.ts'),
      ...args,
      '--data',
      data(),
      '--json',
    ];
    return spawn(process.execPath, all, {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** Runs a command while this process goes on paying. */
  function on(...args: string[]): Promise<{ code: number | null; answer: any }> {
    const child = begin(...args);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    return new Promise((done) => child.on('close', (code) => done({ code, answer: JSON.parse(output || '{}') })));
  }
  const backupTo = (to: string) => ['backup', '--organization', 'cedar', '--to', to, '--key-file', keyFile()];
  const backup = (to: string, ...more: string[]) => on(...backupTo(to), ...more);
  const restore = (from: string, ...more: string[]) =>
    on('restore', '--organization', 'cedar', '--from', from, '--key-file', keyFile(), ...more);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-backup-'));
    writeFileSync(keyFile(), 'a passphrase that no other network has\n', { mode: 0o600 });
    portBase = await findPortBase();
    const { code, answer } = await on('up', '--driver', 'native', '--port-base', String(portBase));
    expect({ code, answer }).toMatchObject({ code: 0 });
    rest = clientOf(answer);
    await openBanks(rest, ['ann'], '100000000');
    load = startLoad(rest);
  }, 15 * minutes);
  afterAll(async () => {
    await load?.stop().catch(() => {});
    await on('down', '--purge');
    rmSync(folder, { recursive: true, force: true });
  }, 5 * minutes);

  test(
    'saves a bank under load, refuses a tampered backup, rebuilds the bank from it, and says what was lost',
    async () => {
      const saved = join(folder, 'saved');
      load.longestGaps();
      const taken = await backup(saved, '--with-orderer');
      expect(taken).toMatchObject({ code: 0, answer: { organization: 'cedar', peer: { process: 'peer-cedar' } } });
      expect(taken.answer.orderer.tips[0].height).toBeGreaterThanOrEqual(taken.answer.peer.tips[0].height);
      expect(await backup(saved)).toMatchObject({
        code: 1,
        answer: { error: expect.stringContaining('is not empty') },
      });
      expect(existsSync(join(data(), 'backup-cedar.partial'))).toBe(false);
      // Nothing of the bank can be read in it.
      const key = readFileSync(join(data(), 'organizations/cedar/users/Admin/msp/keystore/key.pem'));
      expect(filesBelow(saved).some((file) => readFileSync(file).includes(key.subarray(60, 120)))).toBe(false);
      const gapsOfBackup = load.longestGaps();
      await comparesWhilePaying();
      await survivesInterruption();

      await post(rest, 'cedar', {
        path: '/v1/accounts',
        body: { accountId: 'cedar-late', name: 'Late Comer', currency: 'CNY' },
      });
      expect(await restore(saved)).toMatchObject({ code: 1, answer: { error: expect.stringContaining('--replace') } });
      destroy(data(), 'cedar');
      await refusesTampered(saved);
      expect(existsSync(join(data(), 'organizations/cedar'))).toBe(false);

      const restored = await restore(saved);
      expect(restored).toMatchObject({ code: 0, answer: { organization: 'cedar' } });
      const { blocksSince, privateWrites, milliseconds } = restored.answer;
      expect(blocksSince.finance).toBeGreaterThan(0);
      // The one account that was opened after the backup: its name was in this bank's private data and nowhere else.
      expect(privateWrites).toMatchObject({ since: 1, keys: 1, lost: [{ namespace: 'cedar', keys: 1 }] });
      expect(milliseconds.peers).toBeLessThan(milliseconds.gateways);
      expect(milliseconds.orderer).toBeGreaterThan(0);
      process.stdout.write(
        `${JSON.stringify({ standstill: taken.answer.peer.standstillMilliseconds, gapsOfBackup, gapsOfRestore: load.longestGaps(), blocksSince, milliseconds })}\n`,
      );

      const payments = load.acknowledged.cedar.length;
      while (load.acknowledged.cedar.length < payments + 3) await new Promise((wake) => setTimeout(wake, 200));
      await load.stop();
      await expectWhole();
    },
    40 * minutes,
  );

  test(
    'names the first block from which a peer has gone its own way, and a stored block that was changed',
    async () => {
      await haltChildren(data(), ['peer-willow']);
      const blocks = join(data(), 'nodes/willow/peer/data/ledgersData/chains/chains/finance');
      const tip = lastStoredBlock(blocks);
      spoil(blocks, Buffer.from(tip.commitHash, 'hex'));
      await relaunchChildren(data(), ['peer-willow']);
      await pay('fork-1');
      await pay('fork-2');

      const { code, answer } = await on('compare', '--channel', 'finance');
      expect(code).toBe(1);
      const [{ first, height }] = answer.channels;
      expect(height).toBeGreaterThan(tip.number + 1);
      expect(first).toMatchObject({ block: tip.number, differs: ['commit hash'], transactions: [] });
      expect(first.asked).toBeLessThan(2 + Math.ceil(Math.log2(height)));
      expect(first.groups.map(({ peers }: { peers: string[] }) => peers)).toEqual([
        ['cedar', 'maple', 'pine', 'centralbank'],
        ['willow'],
      ]);

      await haltChildren(data(), ['peer-pine']);
      const ofPine = join(data(), 'nodes/pine/peer/data/ledgersData/chains/chains/finance');
      spoil(ofPine, Buffer.from('fork-1'));
      const silent = await on('compare', '--channel', 'finance');
      expect(silent.answer.channels[0].silent).toMatchObject([{ peer: 'pine' }]);
      await relaunchChildren(data(), ['peer-pine']);

      const walked = await on('compare', '--channel', 'finance', '--every-block');
      expect(walked.code).toBe(1);
      expect(walked.answer.channels[0].broken).toContainEqual({
        peer: 'pine',
        block: expect.any(Number),
        reason: 'its stored transactions are not those that its header states',
      });
    },
    20 * minutes,
  );

  const pay = (paymentId: string) =>
    post(rest, 'maple', {
      path: '/v1/payments',
      body: {
        paymentId,
        debtorAccount: 'maple-ann',
        creditorAccount: 'cedar-ann',
        amount: { amount: '1', currency: 'CNY' },
      },
    });

  /** Every acknowledged payment is there, money is conserved, and all copies of the ledger agree. */
  async function expectWhole(): Promise<void> {
    for (const [bank, payments] of Object.entries(load.acknowledged)) {
      const last = payments.at(-1) ?? '';
      expect(await settled(rest, last, bank as 'cedar')).toBe('SETTLED');
      for (const paymentId of payments) {
        const { status } = await rest.call({ bank: bank as 'cedar', path: `/v1/payments/${paymentId}` });
        expect({ paymentId, status }).toEqual({ paymentId, status: 200 });
      }
    }
    expect(await auditNetwork({ dataFolder: data(), portBase })).toMatchObject({ problems: [] });
    expect(await on('compare', '--every-block')).toMatchObject({ code: 0, answer: { equal: true } });
    await expectReadModelsEqualLedger(data());
    expect(await nameOf('cedar-ann')).toBe('ann of cedar');
    await expect(nameOf('cedar-late')).rejects.toThrow();
  }

  /** Peers that commit at their own pace are equal at the height that all have reached; until payments fell into one. */
  async function comparesWhilePaying(): Promise<void> {
    const paid = () => Object.values(load.acknowledged).flat().length;
    for (let before = paid(), isUnderLoad = false; !isUnderLoad; isUnderLoad = paid() > before) {
      before = paid();
      const { code, answer } = await on('compare');

      expect({ code, answer }).toMatchObject({ code: 0, answer: { equal: true } });
      for (const { peers } of answer.channels) {
        expect(peers).toHaveLength(5);
        expect(new Set(peers.map(({ stateHash }: { stateHash: string }) => stateHash)).size).toBe(1);
      }
    }
  }

  /** Ctrl-C within a backup leaves no key in the clear, and no peer down. */
  async function survivesInterruption(): Promise<void> {
    const [partial, never] = [join(data(), 'backup-cedar.partial'), join(folder, 'never')];
    const child = begin(...backupTo(never));
    const ended = new Promise<number | null>((done) => child.once('close', done));
    while (!existsSync(partial) && child.exitCode === null) await new Promise((wake) => setTimeout(wake, 10));
    child.kill('SIGINT');

    expect(await ended).toBe(130);
    expect([partial, never, `${never}.partial`].filter(existsSync)).toEqual([]);
    const payments = load.acknowledged.cedar.length;
    while (load.acknowledged.cedar.length < payments + 3) await new Promise((wake) => setTimeout(wake, 200));
  }

  /** What the restored peer answers from its private data. */
  async function nameOf(accountId: string): Promise<string | undefined> {
    const network = networkAt(data(), portBase);
    const session = new Session(network, loadMember(network, 'CedarMSP'));
    try {
      const target = { chaincode: 'cedar', endorsers: ['CedarMSP'] };
      const bytes = await session.call('accounts:getDetails', [JSON.stringify({ accountId })], target).evaluate();
      return holderName(join(data(), 'organizations'), bytes);
    } finally {
      closeClients();
    }
  }

  async function refusesTampered(saved: string): Promise<void> {
    const tampered = join(folder, 'tampered');
    cpSync(saved, tampered, { recursive: true });
    const [changed, missing] = ['nodes/cedar/peer/core.yaml', 'gateways/cedar/read-model.sqlite'];
    const file = join(tampered, 'files', `${changed}.enc`);
    flip(file, Math.floor(readFileSync(file).length / 2));
    rmSync(join(tampered, 'files', `${missing}.enc`));
    const { code, answer } = await restore(tampered);
    expect(code).toBe(1);
    expect(answer.error).toContain(`${changed} was changed`);
    expect(answer.error).toContain(`${missing} is missing`);
  }
});

/** Removes everything of a bank from the disk and ends its processes as a power cut does. */
function destroy(runFolder: string, bank: string): void {
  const own = ['nodes', 'organizations', 'gateways'].map((each) => `${join(runFolder, each, bank)}/`);
  for (const each of own) rmSync(each, { recursive: true });
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid))) {
    const about = ['environ', 'cmdline'].map((name) => readOrNothing(`/proc/${pid}/${name}`)).join();
    if (own.some((each) => about.includes(each))) process.kill(Number(pid), 'SIGKILL');
  }
  // What they wrote in their last moment.
  for (const each of own) rmSync(each, { recursive: true, force: true });
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Changes one byte of what a folder's block files hold of some bytes, in their last place. */
function spoil(folder: string, bytes: Buffer): void {
  const file = filesBelow(folder).find((each) => readFileSync(each).includes(bytes));
  if (file === undefined) throw new Error(`${folder} does not hold the bytes.`);
  flip(file, readFileSync(file).lastIndexOf(bytes) + bytes.length - 1);
}

function flip(file: string, at: number): void {
  const content = readFileSync(file);
  content[at] = (content[at] ?? 0) ^ 1;
  writeFileSync(file, content);
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
