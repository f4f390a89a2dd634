import { createBatchSize } from './batch-size.ts';

/** What a batch size settles at where an operation takes so many seconds and the network adds its own. */
function settle(secondsEach: number, secondsOfNetwork: number, limit = 10_000): number {
  const size = createBatchSize(limit);
  for (let batch = 0; batch < 50; batch += 1) {
    const operations = size.most();
    size.record({ operations, seconds: secondsOfNetwork + operations * secondsEach, isEndorsed: true });
  }
  return size.most();
}

describe('batch size', () => {
  test.each([
    { name: 'cheap operations', each: 0.000_01, network: 0.03, least: 10_000, most: 10_000 },
    { name: 'dear ones', each: 0.001, network: 0.03, least: 950, most: 1_000 },
    { name: 'ones that no batch holds in time', each: 0.1, network: 0.03, least: 500, most: 500 },
  ])('settles where a batch of $name takes as long as customers should wait', ({ each, network, least, most }) => {
    const found = settle(each, network);
    expect(found).toBeGreaterThanOrEqual(least);
    expect(found).toBeLessThanOrEqual(most);
  });

  test('learns nothing from batches that are not full', () => {
    const size = createBatchSize(10_000);
    for (let batch = 0; batch < 20; batch += 1) size.record({ operations: 3, seconds: 5, isEndorsed: true });
    expect(size.most()).toBe(2_000);
    size.record({ operations: 1_000, seconds: 0.1, isEndorsed: true });
    expect(size.most()).toBe(2_000);
  });

  test('grows by no batch that was turned away at once, and shrinks by one that was given up', () => {
    const size = createBatchSize(10_000);
    size.record({ operations: 2_000, seconds: 0.01, isEndorsed: false });
    expect(size.most()).toBe(2_000);
    size.record({ operations: 2_000, seconds: 30, isEndorsed: false });
    expect(size.most()).toBe(1_000);
  });

  test('never passes the limit', () => {
    expect(settle(0.000_001, 0.01, 500)).toBe(500);
  });
});
