import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { findTakenPorts } from '@tangram/network/config/port-check.ts';
import { portsOf, resolve } from '@tangram/network/config/resolve.ts';
import { type BankName, banks, resolvePorts } from '@tangram/network/config/topology.ts';
import { chooseDriver, createNetwork } from '@tangram/network/drivers/create.ts';
import type { Network } from '@tangram/network/drivers/network.ts';
import { lockRunFolder } from '@tangram/network/drivers/run-folder.ts';
import { type Answer, createRestClient, type RestClient } from '@tangram/network/walkthrough/rest-client.ts';

const root = join(import.meta.dirname, '..', '..');

export interface RunningNetwork {
  network: Network;
  rest: RestClient;
  dataFolder: string;
  portBase: number;
  stop(): Promise<void>;
}

/** The suite is written once and runs on any driver: TANGRAM_DRIVER names it. */
export const driver = chooseDriver(process.env.TANGRAM_DRIVER ?? 'embedded');

/** A whole network of its own: empty run folder, free ports. */
export async function startRunningNetwork(): Promise<RunningNetwork> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tangram-test-'));
  const portBase = await findPortBase();
  // As whoever starts a network does: commands about it ask whether it runs.
  lockRunFolder(dataFolder);
  const { network } = createNetwork({ driver, dataFolder, portBases: { gateway: portBase, network: portBase } });
  async function stop(): Promise<void> {
    await network.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
  try {
    await network.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { network, rest: createRestClient(network), dataFolder, portBase, stop };
}

/** A base from which every port of a network is free now, of the reference network unless another file is named. */
export async function findPortBase(file: string = defaultNetworkFile): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 20_000 + 200 * Math.floor(Math.random() * 60);
    const portBases = { gateway: base, network: base };
    const anyDriver = [...resolvePorts(portBases).all, ...portsOf(resolve(readNetworkFile(file), portBases))];
    const everyPort = [...new Map(anyDriver.map((entry) => [entry.port, entry])).values()];
    const taken = await findTakenPorts(everyPort);
    if (taken.length === 0) return base;
  }
  throw new Error('No free range of ports was found in fifty attempts.');
}

/** Gives every bank settlement balance and an account per name, with this much in it. */
export async function openBanks(rest: RestClient, names: string[], deposit: string): Promise<string[]> {
  const currency = 'CNY';
  const accounts: string[] = [];
  for (const bank of banks) {
    const issue = { operationId: `issue-${bank}`, amount: { amount: '100000000000', currency } };
    await post(rest, 'centralbank', { path: `/v1/settlement-accounts/${bank}/issue`, body: issue });
    for (const name of names) {
      const accountId = `${bank}-${name}`;
      await post(rest, bank, { path: '/v1/accounts', body: { accountId, name: `${name} of ${bank}`, currency } });
      const body = { depositId: `deposit-${accountId}`, amount: { amount: deposit, currency } };
      await post(rest, bank, { path: `/v1/accounts/${accountId}/deposits`, body });
      accounts.push(accountId);
    }
  }
  return accounts;
}

interface Post {
  path: string;
  body: unknown;
}

/** Posts and demands success; the error carries the gateway's own words. */
export async function post(rest: RestClient, bank: string, { path, body }: Post): Promise<Answer> {
  const answer = await rest.call({ bank, method: 'POST', path, body });
  if (answer.status >= 300) throw new Error(`POST ${path} at ${bank}: ${answer.status} ${answer.text}`);
  return answer;
}

export const bankOf = (accountId: string) => accountId.split('-')[0] as BankName;

/** Waits until a payment has left every state in which it is still under way. */
export async function settled(rest: RestClient, paymentId: string, bank: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { body } = await rest.call({ bank, path: `/v1/payments/${paymentId}` });
    // A read model that is behind answers 404, whose status is a number.
    if (typeof body.status === 'string' && body.status !== 'ACCEPTED') return body.status;
    if (Date.now() > deadline) throw new Error(`${paymentId} is still ${JSON.stringify(body)} after a minute.`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** Follows a list to its last page. */
export async function listAll(rest: RestClient, bank: BankName, path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor: unknown;
  do {
    const separator = path.includes('?') ? '&' : '?';
    const page = cursor ? `${separator}cursor=${encodeURIComponent(String(cursor))}` : '';
    const { body, status, text } = await rest.call({ bank, path: `${path}${page}` });
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    items.push(...(body.items as Record<string, unknown>[]));
    cursor = body.nextCursor;
  } while (cursor);
  return items;
}

/** What every gateway's read model shows is what the ledger holds: the product's own comparison, run on each. */
export async function expectReadModelsEqualLedger(dataFolder: string, mostAccounts?: number): Promise<void> {
  const sample = mostAccounts === undefined ? [] : ['--accounts', String(mostAccounts)];
  for (const gateway of readdirSync(join(dataFolder, 'gateways'))) {
    const config = join(dataFolder, 'gateways', gateway, 'config.json');
    const check = spawnSync(
      process.execPath,
      [join(root, 'gateway/read-model/check.ts'), '--config', config, ...sample],
      {
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    if (check.status !== 0) throw new Error(`Read model of ${gateway}: ${check.stdout}${check.stderr}`);
  }
}

/** The peers stand at one height with one state hash, and block 0 onwards rebuilds it. */
export async function expectOneState(network: Network): Promise<void> {
  await network.verify();
  const peers = await network.peers();
  const states = new Set(peers.map(({ height, stateHash }) => `${height}:${stateHash}`));
  if (states.size !== 1) throw new Error(`Peers differ: ${JSON.stringify(peers)}`);
}
