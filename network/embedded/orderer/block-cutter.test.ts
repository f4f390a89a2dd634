import { createBlockCutter, defaultBatchLimits, setApart } from './block-cutter.ts';

const limits = { ...defaultBatchLimits, maxMessageCount: 3, preferredMaxBytes: 100 };
const envelope = (size: number) => ({ bytes: new Uint8Array(0), size });
const sizes = (batches: { size: number }[][]) => batches.map((batch) => batch.map(({ size }) => size));

describe('block cutter', () => {
  test('cuts when the count is reached', () => {
    const cutter = createBlockCutter(limits);

    expect(cutter.order(envelope(1))).toEqual([]);
    expect(cutter.order(envelope(2))).toEqual([]);
    expect(sizes(cutter.order(envelope(3)))).toEqual([[1, 2, 3]]);
    expect(cutter.pending()).toEqual([]);
  });

  test('cuts what is pending rather than exceed the preferred size', () => {
    const cutter = createBlockCutter(limits);
    cutter.order(envelope(60));

    expect(sizes(cutter.order(envelope(41)))).toEqual([[60]]);
    expect(sizes([cutter.cut()])).toEqual([[41]]);
  });

  test('keeps a pending batch that exactly fits', () => {
    const cutter = createBlockCutter(limits);
    cutter.order(envelope(60));

    expect(cutter.order(envelope(40))).toEqual([]);
  });

  test('isolates an envelope larger than the preferred size, after what came before it', () => {
    const cutter = createBlockCutter(limits);
    cutter.order(envelope(10));

    expect(sizes(cutter.order(envelope(101)))).toEqual([[10], [101]]);
    expect(sizes(cutter.order(envelope(102)))).toEqual([[102]]);
    expect(cutter.pending()).toEqual([]);
  });

  test('gives an envelope that must stand alone a block between those before and after it', () => {
    const cutter = createBlockCutter(limits);
    cutter.order(envelope(10));
    const lonely = { ...envelope(11), isAlone: true };

    expect(sizes(cutter.order(lonely))).toEqual([[10], [11]]);
    expect(cutter.order(envelope(12))).toEqual([]);
    expect(sizes(setApart([envelope(1), envelope(2), lonely, lonely, envelope(3), envelope(4)]))).toEqual([
      [1, 2],
      [11],
      [11],
      [3, 4],
    ]);
  });
});
