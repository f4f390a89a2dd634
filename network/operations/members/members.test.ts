import { defaultNetworkFile, readNetworkFile } from '../../config/network-file.ts';
import { portsOf, resolve } from '../../config/resolve.ts';
import { validate } from '../../config/validate.ts';
import { withMember, withoutMember } from './member-files.ts';
import { demandRemovable } from './remove-organization.ts';
import { nextVersion } from './shared-steps.ts';
import { planOf, runSteps } from './step.ts';

const file = readNetworkFile(defaultNetworkFile);
const grown = withMember(file, { name: 'birch', bic: 'BIRCGB2L' });

describe('withMember', () => {
  test('gives the bank its own name and makes it any other bank of the others, without moving a port', () => {
    const network = resolve(grown);
    const policyOf = (name: string) => network.chaincodes.find((each) => each.name === name)?.policy;
    const ports = portsOf(network).map(({ port }) => port);

    expect(validate(network)).toEqual([]);
    expect(policyOf('birch')).toMatch(/^AND\('BirchMSP\.peer', OR\('CedarMSP\.peer', .*'CentralbankMSP\.peer'\)\)$/);
    expect(policyOf('cedar')).toContain("'BirchMSP.peer'");
    expect(policyOf('consortium')).toContain("OutOf(2, 'CedarMSP.peer'");
    expect(policyOf('consortium')).toContain("'BirchMSP.peer'");
    expect(network.organizations.find(({ name }) => name === 'birch')?.bic).toBe('BIRCGB2L');
    const before = resolve(file);
    for (const { name, peers, gateways } of before.organizations) {
      const after = network.organizations.find((each) => each.name === name);
      expect(after?.gateways).toEqual(gateways);
      expect(after?.peers[0].port).toBe(peers[0].port);
      expect(after?.peers[0].chaincode).toMatchObject(peers[0].chaincode);
    }
    expect(new Set(ports).size).toBe(ports.length);
  });

  test('lets a bank that left come back to its place', () => {
    expect(resolve(withMember(withoutMember(grown, 'birch'), { name: 'birch' }))).toEqual(resolve(grown));
  });
});

describe('withoutMember', () => {
  test('keeps the places of the others and leaves the ledger to the central bank and two banks', () => {
    const network = resolve(withoutMember(file, 'pine'));
    const willow = (name: string) => resolve(file).organizations.find((each) => each.name === name);

    expect(network.formerBanks).toEqual(['pine']);
    expect(network.organizations.map(({ name }) => name)).toEqual(['cedar', 'maple', 'willow', 'centralbank']);
    expect(network.organizations[2]).toEqual(willow('willow'));
    const policy = network.chaincodes.find(({ name }) => name === 'pine')?.policy;
    expect(policy).toMatch(/^AND\('CentralbankMSP\.peer', OutOf\(2, /);
    expect(policy).not.toContain('PineMSP');
  });
});

describe('demandRemovable', () => {
  test.each([
    ['pine', 'BFT needs at least 4'],
    ['centralbank', 'settles for all'],
  ])('refuses to let %s go', (name, why) => {
    expect(() => demandRemovable(resolve(grown), name)).toThrow(why);
  });

  test('lets a bank without an orderer go', () => {
    expect(() => demandRemovable(resolve(grown), 'birch')).not.toThrow();
  });
});

describe('nextVersion', () => {
  test.each([
    ['1.0', '1.0-members.1'],
    ['1.0-members.1', '1.0-members.2'],
    ['2.1-rc.3-members.9', '2.1-rc.3-members.10'],
  ])('follows %s by %s', (version, next) => {
    expect(nextVersion(version)).toBe(next);
  });
});

describe('runSteps', () => {
  test('does what is not done, stops where a step fails, and goes on from there', async () => {
    const done = new Set(['one']);
    const ran: string[] = [];
    let isBroken = true;
    const step = (title: string) => ({
      title,
      isDone: async () => done.has(title),
      run: async () => {
        if (title === 'two' && isBroken) throw new Error('the peer is away');
        ran.push(title);
        done.add(title);
      },
    });
    const steps = ['one', 'two', 'three'].map(step);

    await expect(runSteps(steps, () => {})).rejects.toThrow(/^two: the peer is away\n.*run the command again/);
    expect(ran).toEqual([]);
    expect((await planOf(steps)).map(({ isDone }) => isDone)).toEqual([true, false, false]);
    isBroken = false;
    await runSteps(steps, () => {});
    expect(ran).toEqual(['two', 'three']);
  });
});
