import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { resolve } from '@tangram/network/config/resolve.ts';
import { haltChildren, relaunchChildren } from '@tangram/network/keeper-control.ts';
import { nativeFolders } from '@tangram/network/native/folders.ts';
import { withMembers } from '@tangram/network/native/members.ts';
import { createRestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { openBanks, post, settled } from '../end-to-end/running-network.ts';
import { holderName } from './holder-name.ts';

const root = join(import.meta.dirname, '..', '..');
const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const describeNative = hasBinaries ? describe : describe.skip;
const title = `four-banks-ha${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;
const portBase = Number(process.env.TANGRAM_HA_PORT_BASE ?? 26_000);
const network = resolve(readNetworkFile(findNetworkFile('four-banks-ha')), { gateway: portBase, network: portBase });

describeNative(title, () => {
  let folder: string;

  async function run(...args: string[]): Promise<{ code: number; answer: any }> {
    const all = [join(root, 'network/cli.ts'), ...args, '--data', folder, '--json'];
    const env = { ...process.env, NODE_OPTIONS: '' };
    try {
      const { stdout } = await promisify(execFile)(process.execPath, all, { env, maxBuffer: 64 * 1024 * 1024 });
      return { code: 0, answer: JSON.parse(stdout) };
    } catch (error) {
      const { code, stdout } = error as { code: number; stdout: string };
      return { code, answer: JSON.parse(stdout || '{}') };
    }
  }

  /** A client of every bank's first gateway, or of its second one. */
  const clientOf = (index: number) =>
    createRestClient({
      gatewayUrl: (name) =>
        `http://127.0.0.1:${network.organizations.find((each) => each.name === name)?.gateways[index]?.port}`,
      token: async (request) => {
        const response = await fetch(`http://127.0.0.1:${network.issuerPort}/token`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(request),
        });
        return ((await response.json()) as { access_token: string }).access_token;
      },
    });

  /** Name of an account's holder as one peer of a bank has it in its private data; what it says when it has not. */
  const holderAt = (bank: string, peer: number, accountId: string) =>
    withMembers(network, nativeFolders(folder).organizations, async (members) => {
      const member = members.find(({ organization }) => organization.name === bank);
      const args = ['accounts:getDetails', JSON.stringify({ accountId })];
      const call = { chaincode: 'cedar', channel: 'finance', args };
      if (!member) throw new Error(`There is no ${bank}.`);
      return member.peers[peer]?.client.query(member.admin, call).then(
        (answer) => holderName(nativeFolders(folder).organizations, answer),
        (error: Error) => error.message,
      );
    });

  async function pay(gateway: number, paymentId: string): Promise<string> {
    const rest = clientOf(gateway);
    const amount = { amount: '100', currency: 'CNY' };
    const body = { paymentId, debtorAccount: 'cedar-till', creditorAccount: 'maple-till', amount };
    await post(rest, 'cedar', { path: '/v1/payments', body });
    return settled(rest, paymentId, 'cedar');
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-ha-'));
  });
  afterAll(async () => {
    await run('down', '--purge');
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  test('comes up with ten peers of one state, each with its chaincode, and ten gateways', async () => {
    const up = await run('up', '--driver', 'native', '--network', 'four-banks-ha', '--port-base', String(portBase));
    expect({ code: up.code, error: up.answer.error }).toEqual({ code: 0 });
    expect(Object.keys(up.answer.gateways)).toHaveLength(10);

    const { answer } = await run('status');
    for (const { name, peers } of answer.channels) {
      expect({ name, peers: peers.length }).toEqual({ name, peers: 10 });
      expect(new Set(peers.map(({ stateHash }: { stateHash: string }) => stateHash)).size).toBe(1);
    }
    for (const chaincode of answer.channels[0].chaincodes) expect(chaincode.approvedBy).toHaveLength(5);
  }, 400_000);

  test('has private data on both peers of its owner, and on no other', async () => {
    await openBanks(clientOf(0), ['till'], '50000');

    expect(await holderAt('cedar', 0, 'cedar-till')).toBe('till of cedar');
    expect(await holderAt('cedar', 1, 'cedar-till')).toBe('till of cedar');
    expect(await holderAt('maple', 0, 'cedar-till')).not.toContain('till of cedar');
  }, 200_000);

  test('goes on without a peer and its chaincode service, and gives the peer what it missed', async () => {
    await haltChildren(folder, ['peer-cedar', 'chaincode-cedar']);
    const body = { accountId: 'cedar-late', name: 'late of cedar', currency: 'CNY' };
    await post(clientOf(0), 'cedar', { path: '/v1/accounts', body });
    expect(await pay(0, 'without-first-peer')).toBe('SETTLED');
    await relaunchChildren(folder, ['peer-cedar', 'chaincode-cedar']);

    let holder: string | undefined;
    for (let attempt = 1; attempt <= 60 && holder !== 'late of cedar'; attempt += 1) {
      await new Promise((wake) => setTimeout(wake, 1_000));
      holder = await holderAt('cedar', 0, 'cedar-late');
    }
    expect(holder).toBe('late of cedar');
  }, 300_000);

  test('serves the same lane through both gateways, and through the second one alone', async () => {
    expect(await pay(0, 'through-first')).toBe('SETTLED');
    expect(await pay(1, 'through-second')).toBe('SETTLED');
    await haltChildren(folder, ['gateway-cedar']);
    expect(await pay(1, 'second-alone')).toBe('SETTLED');
    await relaunchChildren(folder, ['gateway-cedar']);
    expect(await pay(0, 'first-again')).toBe('SETTLED');
  }, 300_000);

  test('upgrades its chaincode everywhere and keeps its ledger over a restart', async () => {
    const upgrade = await run('deploy', '1.1');
    expect({ code: upgrade.code, error: upgrade.answer.error }).toEqual({ code: 0 });
    const [before] = (await run('status')).answer.channels;
    expect(await run('down')).toMatchObject({ code: 0, answer: { wasRunning: true } });

    expect(await run('up')).toMatchObject({ code: 0, answer: { driver: 'native' } });
    const [after] = (await run('status')).answer.channels;
    expect(after.comparedHeight).toBeGreaterThanOrEqual(before.comparedHeight);
    expect(new Set(after.peers.map(({ stateHash }: { stateHash: string }) => stateHash)).size).toBe(1);
    expect(after.chaincodes.map(({ version }: { version: string }) => version)).toEqual(Array(6).fill('1.1'));
    expect(await pay(1, 'after-restart')).toBe('SETTLED');
  }, 600_000);
});
