import { MerkleReads } from './merkle.ts';

function fold(count: number, degree: number) {
  const reads = new MerkleReads(degree);
  for (let index = 0; index < count; index += 1)
    reads.add({ key: `k${index}`, version: { blockNum: 1, txNum: index } });
  return reads.finish();
}

describe('MerkleReads', () => {
  test('keeps up to the degree as raw reads', () => {
    expect(fold(50, 50)).toMatchObject({ reads: { length: 50 } });
    expect(fold(0, 50)).toEqual({ reads: [] });
  });

  test('makes one leaf of the degree and one more', () => {
    expect(fold(51, 50)).toMatchObject({ summary: { maxDegree: 50, maxLevel: 1, maxLevelHashes: { length: 1 } } });
    expect(fold(52, 50)).toMatchObject({ summary: { maxLevel: 1, maxLevelHashes: { length: 2 } } });
  });

  test.each([
    // Leaves hold degree + 1 reads, nodes degree + 1 hashes.
    [9, 2, 2, 1],
    [10, 2, 2, 2],
    [18, 2, 2, 2],
    [27, 2, 3, 1],
  ])('folds %d reads of degree %d to level %d with %d hashes', (count, degree, maxLevel, length) => {
    expect(fold(count, degree)).toMatchObject({ summary: { maxLevel, maxLevelHashes: { length } } });
  });

  test('differs when one version differs', () => {
    const other = new MerkleReads(2);
    for (let index = 0; index < 9; index += 1) other.add({ key: `k${index}`, version: { blockNum: 2, txNum: index } });
    expect(other.finish()).not.toEqual(fold(9, 2));
  });
});
