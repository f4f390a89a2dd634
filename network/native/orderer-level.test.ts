import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { resolve } from '../config/resolve.ts';
import { highestOf, quorumWithout, renderUnfit, unfitOrderers } from './orderer-level.ts';
import type { OrdererReport } from './orderer-status.ts';

const network = resolve(readNetworkFile(defaultNetworkFile));
const level: OrdererReport = { organization: 'cedar', height: 100, relation: 'consenter', status: 'active' };
const names = ['cedar', 'maple', 'pine', 'willow'];

/** Four orderers that are level on finance, but for what is said of one of them. */
const finance = (changes: Record<string, Partial<OrdererReport>> = {}) => ({
  channel: 'finance',
  orderers: names.map((organization) => ({ ...level, organization, ...changes[organization] })),
});
const reasonsOf = (changes: Record<string, Partial<OrdererReport>>) =>
  unfitOrderers([finance(changes)]).map(({ reason }) => reason);

describe('unfitOrderers', () => {
  test('counts orderers that are up to three blocks apart', () => {
    expect(reasonsOf({})).toEqual([]);
    expect(reasonsOf({ pine: { height: 97 }, maple: { height: 99 } })).toEqual([]);
  });

  test.each<[string, Partial<OrdererReport>, string]>([
    ['is behind', { height: 96 }, 'the orderer of pine is 4 blocks behind on finance (96 of 100)'],
    [
      'does not answer',
      { height: undefined, error: 'connect ECONNREFUSED' },
      'the orderer of pine does not answer for finance (connect ECONNREFUSED)',
    ],
    ['only copies', { relation: 'follower' }, 'the orderer of pine is no consenter of finance (follower)'],
    ['has just joined', { status: 'onboarding' }, 'the orderer of pine takes no part in finance yet (onboarding)'],
  ])('does not count one that %s', (_, pine, reason) => {
    expect(reasonsOf({ pine })).toEqual([reason]);
  });

  test('takes an orderer elsewhere by its height alone, because it tells no stranger more', () => {
    const elsewhere = { relation: undefined, status: undefined };
    expect(reasonsOf({ pine: elsewhere })).toEqual([]);
    expect(reasonsOf({ pine: { ...elsewhere, height: 10 } })).toHaveLength(1);
  });

  test('names the others when one alone is ahead', () => {
    expect(reasonsOf({ pine: { height: 104 } })).toHaveLength(3);
  });

  test('judges each channel by its own heights', () => {
    const audit = { channel: 'audit', orderers: finance().orderers.map((each) => ({ ...each, height: 7 })) };
    const asked = [finance({ pine: { height: 90 } }), audit];
    expect(unfitOrderers(asked)).toMatchObject([{ organization: 'pine', channel: 'finance', height: 90 }]);
    expect(highestOf(asked)).toEqual({ finance: 100, audit: 7 });
  });
});

describe('quorumWithout', () => {
  test('needs three level orderers of four, the named one not counted', () => {
    expect(quorumWithout('cedar', [finance({ cedar: { height: 1 } })])).toEqual({ isThere: true, level: 3, needed: 3 });
  });

  test('does not count one that answers and lags', () => {
    const asked = [finance({ cedar: { height: undefined }, pine: { height: 50 } })];
    expect(quorumWithout('cedar', asked)).toEqual({ isThere: false, level: 2, needed: 3 });
  });

  test('counts an orderer that could not be asked at all as one of those that make the quorum', () => {
    const others = { channel: 'finance', orderers: finance().orderers.slice(1) };
    expect(quorumWithout('cedar', [others])).toEqual({ isThere: true, level: 3, needed: 3 });
  });
});

test('renderUnfit names each orderer once, with its log and how to restart it', () => {
  const audit = { ...finance({ pine: { height: 1 } }), channel: 'audit' };
  const unfit = unfitOrderers([finance({ pine: { height: 88 } }), audit]);
  expect(renderUnfit(unfit, network).split('\n')).toEqual([
    '  the orderer of pine is 12 blocks behind on finance (88 of 100)',
    '  the orderer of pine is 99 blocks behind on audit (1 of 100)',
    '    Its log: npm run network -- logs orderer-pine',
    '    Restart it, and it catches up: npm run network -- restart orderer-pine --driver native',
  ]);
  const elsewhere = resolve(readNetworkFile(defaultNetworkFile), undefined, 'cedar');
  expect(renderUnfit(unfit, elsewhere)).toContain('Restart it, where it runs, and it catches up: ');
});
