import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { organizationPaths } from '../identity/layout.ts';
import { type ControlClient, createControlClient } from './control-client.ts';
import { openGateway, startChaincode } from './fixtures/network.ts';

const policy = "OR('CedarMSP.peer', 'MapleMSP.peer')";

/** A free port p such that p, p + 51..55 and p + 60 are likely free too: they lie above the usual ranges of this test run. */
async function freeBase(): Promise<number> {
  for (let base = 52_000 + (process.pid % 40) * 100; base < 65_000; base += 100) {
    const free = await Promise.all([51, 52, 53, 54, 55, 60, 70, 71].map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

describe('network process', () => {
  let dataDir: string;
  let base: number;
  let chaincode: ChildProcess;
  let control: ControlClient;
  let child: ChildProcess;
  let stderr = '';

  async function start(...extra: string[]): Promise<string> {
    const main = join(import.meta.dirname, 'main.ts');
    child = spawn(process.execPath, [main, '--data', dataDir, '--network-port-base', String(base), ...extra], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const line = once(child.stdout as NodeJS.ReadableStream, 'data').then(([chunk]) => String(chunk));
    return Promise.race([line, once(child, 'exit').then(() => '')]);
  }

  async function stop(signal: NodeJS.Signals): Promise<number | null> {
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tangram-process-'));
    base = await freeBase();
    control = createControlClient(`http://127.0.0.1:${base + 60}`);
    chaincode = await startChaincode(['basic_1', `127.0.0.1:${base + 70}`]);
    await start();
    const servers = { CedarMSP: `127.0.0.1:${base + 70}` };
    await control.deploy({
      channel: 'finance',
      name: 'basic',
      version: '1',
      sequence: 1,
      policy,
      packageId: 'basic_1',
      servers,
    });
  });

  afterAll(() => {
    child.kill('SIGKILL');
    chaincode.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  const open = () => openGateway({ dataDir, organization: 'cedar', port: base + 51 });

  test('announces itself as a development network', async () => {
    expect(stderr).toContain('development network: not for production');
    expect((await control.status()).notice).toBe('development network: not for production');
  });

  test('loses nothing that was acknowledged when it is killed under load', async () => {
    for (let round = 0; round < 3; round++) {
      const { gateway, client } = open();
      const contract = gateway.getNetwork('finance').getContract('basic');
      const acknowledged: string[] = [];
      let isKilled = false;
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let index = 0; !isKilled; index++) {
          const key = `round${round}-${writer}-${index}`;
          const committed = await contract.submitTransaction('put', key, key).catch(() => undefined);
          if (committed) acknowledged.push(key);
        }
      });
      while (acknowledged.length < 10) await new Promise((wake) => setTimeout(wake, 10));
      isKilled = true;
      await stop('SIGKILL');
      await Promise.all(writers);
      gateway.close();
      client.close();

      await start();
      const { gateway: again, client: reopened } = open();
      const reader = again.getNetwork('finance').getContract('basic');
      for (const key of acknowledged) {
        expect(Buffer.from(await reader.evaluateTransaction('get', key)).toString()).toBe(key);
      }
      expect(await control.verify('finance')).toMatchObject({ ok: true });
      again.close();
      reopened.close();
    }
  }, 120_000);

  test('is driven through its control port', async () => {
    const { gateway, client } = open();
    const contract = gateway.getNetwork('finance').getContract('basic');
    await contract.submitTransaction('put', 'controlled', 'before');
    await control.snapshot('s');
    await control.pauseBlocks('finance');
    const commit = await contract.submitAsync('put', { arguments: ['controlled', 'after'] });
    expect((await control.status()).channels.finance).toMatchObject({ isPaused: true, pending: 1 });
    await control.cutBlock('finance');
    expect((await commit.getStatus()).successful).toBe(true);
    await control.resumeBlocks('finance');
    expect(await control.why('finance', commit.getTransactionId())).toBeNull();
    await expect(control.why('finance', 'unknown')).rejects.toThrow("transaction 'unknown' is not on the ledger");
    await control.revert('s');

    expect(Buffer.from(await contract.evaluateTransaction('get', 'controlled')).toString()).toBe('before');
    await expect(control.revert('none')).rejects.toThrow("there is no snapshot 'none'");
    gateway.close();
    client.close();
  });

  test('refuses a wrong sequence, an unknown policy and an unknown channel by name', async () => {
    const deployment = { channel: 'finance', name: 'basic', version: '2', sequence: 5, policy, servers: {} };

    await expect(control.deploy(deployment)).rejects.toThrow(
      'requested sequence is 5, but new definition must be sequence 2',
    );
    await expect(control.deploy({ ...deployment, sequence: 2, policy: 'ANY(x)' })).rejects.toThrow(
      'unrecognized token',
    );
    await expect(control.deploy({ ...deployment, channel: 'none' })).rejects.toThrow("channel 'none' does not exist");
  });

  test('links to chaincode over TLS with the organisation’s client certificate, and to none in clear beyond loopback', async () => {
    const { chaincodeTls } = organizationPaths(join(dataDir, 'organizations'), 'cedar');
    const address = `localhost:${base + 71}`;
    const guarded = await startChaincode(['guarded_1', address], chaincodeTls);
    const deployment = {
      channel: 'finance',
      name: 'guarded',
      version: '1',
      sequence: 1,
      policy,
      packageId: 'guarded_1',
    };
    await expect(control.deploy({ ...deployment, servers: { CedarMSP: '10.0.0.1:7052' } })).rejects.toThrow(
      'not on loopback',
    );
    await control.deploy({ ...deployment, servers: { CedarMSP: address }, tls: true });
    const { gateway, client } = open();

    const contract = gateway.getNetwork('finance').getContract('guarded');
    await contract.submitTransaction('put', 'k', 'v');
    expect(Buffer.from(await contract.evaluateTransaction('get', 'k')).toString()).toBe('v');
    gateway.close();
    client.close();
    guarded.kill('SIGKILL');
  });

  test('is closed to web pages', async () => {
    const response = await fetch(`http://127.0.0.1:${base + 60}/status`, { headers: { origin: 'http://example.org' } });

    expect(response.status).toBe(403);
  });

  test('ends cleanly when told to, and names a taken port', async () => {
    expect(await stop('SIGTERM')).toBe(0);
    const taken = createServer().listen(base + 52, '127.0.0.1');
    await once(taken, 'listening');
    const line = await start();
    taken.close();

    expect(line).toBe('');
    expect(stderr).toContain(String(base + 52));
    writeFileSync(join(dataDir, 'config.json'), JSON.stringify({ channels: ['finance', 'extra'] }));
    await start('--config', join(dataDir, 'config.json'));
    expect(Object.keys((await control.status()).channels).sort()).toEqual(['audit', 'extra', 'finance']);
  });

  test('demands client certificates and warns when it listens beyond loopback', async () => {
    await stop('SIGTERM');
    await start('--listen', '127.0.0.1');
    expect(stderr).toContain('WARNING');
    const anonymous = open();
    const read = (gateway: typeof anonymous.gateway) =>
      gateway.getNetwork('finance').getContract('basic').evaluateTransaction('get', 'k');
    await expect(read(anonymous.gateway)).rejects.toThrow('UNAVAILABLE');
    const known = openGateway({ dataDir, organization: 'cedar', port: base + 51, showsCertificate: true });

    expect(Buffer.from(await read(known.gateway)).toString()).toBe('');
    for (const { gateway, client } of [anonymous, known]) {
      gateway.close();
      client.close();
    }
  });
});
