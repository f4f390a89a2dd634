import { setTimeout as wait } from 'node:timers/promises';
import type { ChannelOrderers } from './orderer-level.ts';
import { createStandstill, watchOrderers } from './orderer-watch.ts';

const names = ['cedar', 'maple', 'pine', 'willow'];

/** Four orderers at 100, but for those whose height is given; undefined for one that is silent. */
const finance = (heights: Record<string, number | undefined> = {}): ChannelOrderers[] => [
  {
    channel: 'finance',
    orderers: names.map((organization) => ({
      organization,
      height: organization in heights ? heights[organization] : 100,
      relation: 'consenter',
      status: 'active',
    })),
  },
];

describe('createStandstill', () => {
  test('names one that stays where it is for half a minute while the others are ahead', () => {
    const standstill = createStandstill();
    expect(standstill(finance({ pine: 39 }), 0)).toBeUndefined();
    expect(standstill(finance({ pine: 39 }), 29_000)).toBeUndefined();
    expect(standstill(finance({ pine: 39 }), 30_000)).toBe('pine');
  });

  test.each<[string, Record<string, number | undefined>]>([
    ['that catches up', { pine: 40 }],
    ['that was silent meanwhile', { pine: undefined }],
    ['that was level meanwhile', {}],
  ])('leaves one alone %s', (_, meanwhile) => {
    const standstill = createStandstill();
    standstill(finance({ pine: 39 }), 0);
    standstill(finance(meanwhile), 20_000);
    expect(standstill(finance({ pine: 39 }), 40_000)).toBeUndefined();
    expect(standstill(finance({ pine: 39 }), 70_000)).toBe('pine');
  });

  test('leaves one alone without which too few are level to order', () => {
    const standstill = createStandstill();
    const twoMissing = finance({ pine: 39, willow: undefined });
    standstill(twoMissing, 0);
    expect(standstill(twoMissing, 60_000)).toBeUndefined();
  });

  test('takes all at one height for an idle network', () => {
    const standstill = createStandstill();
    standstill(finance(), 0);
    expect(standstill(finance(), 600_000)).toBeUndefined();
  });
});

describe('watchOrderers', () => {
  const restarted: string[] = [];
  const told: string[] = [];
  const settings = {
    isOurs: (name: string) => name === 'pine',
    restart: async (name: string) => void restarted.push(name),
    say: (name: string | undefined, what: string) => void told.push(`${name} ${what}`),
    askMilliseconds: 5,
  };
  beforeEach(() => {
    restarted.length = 0;
    told.length = 0;
  });

  test('restarts the one that stands still, once in two minutes, and says so', async () => {
    let now = 0;
    const end = watchOrderers({ ...settings, now: () => (now += 15_000), reports: async () => finance({ pine: 39 }) });
    while (restarted.length < 2) await wait(5);
    end();
    expect(told[0]).toBe('pine stood still behind the others for 30 s; restarting it');
    expect(now).toBeGreaterThanOrEqual(150_000);
    expect(restarted).toEqual(['pine', 'pine']);
  });

  test('does nothing to an orderer that runs elsewhere', async () => {
    let now = 0;
    const end = watchOrderers({ ...settings, now: () => (now += 15_000), reports: async () => finance({ maple: 39 }) });
    while (now < 150_000) await wait(5);
    end();
    expect(restarted).toEqual([]);
  });

  test('goes on when the orderers could not be asked', async () => {
    let now = 0;
    const reports = async () => {
      if (now < 30_000) throw new Error('connect ECONNREFUSED');
      return finance({ pine: 39 });
    };
    const end = watchOrderers({ ...settings, now: () => (now += 15_000), reports });
    while (restarted.length === 0) {
      now += 15_000;
      await wait(5);
    }
    end();
    expect(told).toEqual([expect.stringContaining('connect ECONNREFUSED'), expect.stringMatching(/^pine stood still/)]);
  });
});
