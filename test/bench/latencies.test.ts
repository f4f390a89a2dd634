import { Latencies, median } from './latencies.ts';

describe('Latencies', () => {
  test('gives quantiles within one per cent', () => {
    const latencies = new Latencies();
    for (let value = 1; value <= 1000; value += 1) latencies.record(value);

    expect(latencies.quantile(0.5)).toBeGreaterThan(495);
    expect(latencies.quantile(0.5)).toBeLessThan(505);
    expect(latencies.quantile(0.99)).toBeGreaterThan(980);
    expect(latencies.quantile(0.99)).toBeLessThan(1000);
  });

  test('adds up what several processes counted', () => {
    const one = new Latencies();
    one.record(10, 99);
    const other = new Latencies();
    other.record(1000);
    const both = new Latencies(one.counts);
    both.add(other.counts);

    expect(both.total).toBe(100);
    expect(both.quantile(0.99)).toBeLessThan(11);
    expect(both.quantile(1)).toBeGreaterThan(900);
  });

  test('knows no quantile of nothing', () => {
    expect(new Latencies().quantile(0.5)).toBeUndefined();
  });
});

describe('median', () => {
  test('is the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow('nothing');
  });
});
