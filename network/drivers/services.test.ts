import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { resolve } from '../config/resolve.ts';
import { createServices } from './services.ts';
import type { ChildSpec, Supervisor } from './supervisor.ts';

const next = (organization: string) => `chaincode-${organization}-1`;

describe('an upgrade of the chaincode', () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tangram-services-'));
  const network = resolve(readNetworkFile(defaultNetworkFile));
  const nextSet = network.organizations.map(({ name }) => next(name));
  let running: Map<string, ChildSpec>;
  let started: string[];
  let code: string;
  let inForce: string[];
  const supervisor = {
    start: async (spec: ChildSpec) => {
      started.push(spec.name);
      running.set(spec.name, spec);
    },
    stop: async (names: string[]) => {
      for (const name of names) running.delete(name);
    },
    ready: async () => {},
    specOf: (name: string) => running.get(name),
  } as Partial<Supervisor> as Supervisor;
  const services = createServices({
    ...{ dataFolder, network, supervisor },
    packageId: (name, version) => `${name}_${version}:${code}`,
  });
  const versions = async () => inForce;
  const failing = (before: () => void) => async () => {
    before();
    throw new Error('the peer of pine is away');
  };

  beforeEach(async () => {
    [running, started, code, inForce] = [new Map(), [], 'a', ['1.0']];
    await services.startChaincodes({ version: '1.0', slot: 0 });
    started = [];
  });
  afterAll(() => rmSync(dataFolder, { recursive: true }));

  test('leaves the old set alone where no name has the new definition', async () => {
    const failed = services.upgrade('1.1', { deploy: failing(() => {}), versions });

    await expect(failed).rejects.toThrow(/^the peer of pine is away$/);
    expect(running.size).toBe(5);
    expect([...running.keys()].filter((name) => nextSet.includes(name))).toEqual([]);
  });

  test('keeps both sets where a name has the new definition, and goes on from there', async () => {
    const deploy = failing(() => {
      inForce = ['1.0', '1.1'];
    });
    await expect(services.upgrade('1.1', { deploy, versions })).rejects.toThrow('Give the same command again');
    expect(running.size).toBe(10);

    await expect(services.upgrade('1.2', { deploy, versions })).rejects.toThrow('Version 1.1 is in force');
    started = [];
    await services.upgrade('1.1', { deploy: async () => {}, versions });

    expect(started).toEqual([]);
    expect([...running.keys()].sort()).toEqual(nextSet.toSorted());
    expect(services.currentSet()).toEqual({ version: '1.1', slot: 1 });
    rmSync(join(dataFolder, 'chaincode.json'));
  });

  test('keeps both sets where no peer can tell', async () => {
    const deploy = failing(() => {
      inForce = [];
    });
    const unknown = () => (inForce.length > 0 ? versions() : Promise.reject(new Error('no peer answers')));

    await expect(services.upgrade('1.1', { deploy, versions: unknown })).rejects.toThrow('may be in force');
    expect(running.size).toBe(10);
  });

  test('starts a set anew that was left with other code', async () => {
    const deploy = failing(() => {
      inForce = ['1.0', '1.1'];
    });
    await expect(services.upgrade('1.1', { deploy, versions })).rejects.toThrow('Give the same command again');
    started = [];
    code = 'b';
    await expect(services.upgrade('1.1', { deploy, versions })).rejects.toThrow('Give the same command again');

    expect(started.toSorted()).toEqual(nextSet.toSorted());
    expect(running.get(next('cedar'))?.env?.CHAINCODE_SERVERS).toContain('cedar_1.1:b');
  });

  test('stops a set of which a process does not start', async () => {
    const { start } = supervisor;
    supervisor.start = async (spec) => {
      await start(spec);
      if (spec.name === next('pine')) throw new Error('it ended with code 1');
    };
    await expect(services.upgrade('1.1', { deploy: async () => {}, versions })).rejects.toThrow('it ended with code 1');
    supervisor.start = start;

    expect(running.size).toBe(5);
  });
});
