import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChangeLock } from './change-lock.ts';
import { askKeeper, hearRequests, type KeeperRequest } from './requests.ts';

const add: KeeperRequest = { members: 'add', organization: { name: 'birch' }, dryRun: false };
const deploy: KeeperRequest = { deploy: '1.1' };
const on = (children: 'halt' | 'relaunch' | 'restart' | 'hold', ...names: string[]): KeeperRequest => ({
  children,
  names,
});

describe('the keeper', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-lock-'));
  const locked = createChangeLock();
  let ends: (() => void)[] = [];
  let handled: KeeperRequest[] = [];
  let isHolding = false;
  const server = hearRequests(folder, (request) =>
    locked(request, async () => {
      handled.push(request);
      if (isHolding) await new Promise<void>((end) => ends.push(end));
      return 'done';
    }),
  );
  const ask = (request: KeeperRequest) => askKeeper<string>(folder, request);
  /** Leaves a request under way until `end`. */
  async function hold(request: KeeperRequest): Promise<() => Promise<string>> {
    isHolding = true;
    const answer = ask(request);
    while (ends.length === 0) await new Promise((wake) => setTimeout(wake, 5));
    isHolding = false;
    const [end] = ends.splice(0);
    return () => {
      end?.();
      return answer;
    };
  }
  const refusal = (message: RegExp) =>
    expect.objectContaining({ code: 'NETWORK_CHANGE_UNDER_WAY', message: expect.stringMatching(message) });

  beforeEach(() => {
    [ends, handled] = [[], []];
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  test.each<[string, KeeperRequest, KeeperRequest, RegExp]>([
    ['a deployment while one is under way', deploy, { deploy: '1.2' }, /^deploy 1\.1 is under way/],
    ['a deployment while a member is added', add, deploy, /^add-org birch is under way/],
    ['a member while a deployment is under way', deploy, add, /^deploy 1\.1 is under way/],
    ['a restart while a deployment is under way', deploy, on('restart', 'peer-pine'), /^deploy 1\.1 is under way/],
    ['a deployment while a process restarts', on('restart', 'peer-pine'), deploy, /^restart peer-pine is under way/],
    ['a deployment while a backup holds a peer', on('hold', 'peer-pine'), deploy, /^hold peer-pine is under way/],
    [
      'the same process twice',
      on('restart', 'peer-pine'),
      on('halt', 'peer-oak', 'peer-pine'),
      /^restart peer-pine is under way/,
    ],
  ])('refuses %s, before anything is done, and takes it afterwards', async (_, first, second, message) => {
    const end = await hold(first);
    await expect(ask(second)).rejects.toEqual(refusal(message));
    expect(handled).toEqual([first]);

    expect(await end()).toBe('done');
    expect(await ask(second)).toBe('done');
    if ('names' in second) await ask(on('relaunch', ...second.names));
  });

  test('restarts other processes and tells names meanwhile', async () => {
    const end = await hold(on('restart', 'peer-pine'));
    expect(await ask(on('restart', 'peer-maple'))).toBe('done');
    expect(await ask({ children: 'names' })).toBe('done');
    await end();
  });

  test('refuses a deployment while processes are halted, and lets their relaunch through', async () => {
    await ask(on('halt', 'peer-pine', 'gateway-pine'));
    await expect(ask(deploy)).rejects.toEqual(refusal(/restart peer-pine gateway-pine$/));
    await ask(on('relaunch', 'peer-pine'));
    await expect(ask(deploy)).rejects.toEqual(refusal(/restart gateway-pine$/));
    await ask(on('restart', 'gateway-pine'));

    expect(await ask(deploy)).toBe('done');
  });

  test('is free again after a change that failed', async () => {
    const failing = () => Promise.reject(new Error('the peer of pine is away'));
    for (const request of [deploy, on('restart', 'peer-pine')]) {
      await expect(locked(request, failing)).rejects.toThrow('is away');
    }

    expect(await ask(deploy)).toBe('done');
  });
});
