import { countWithin, judgeGap, longestGap } from './gaps.ts';

describe('longestGap', () => {
  test.each([
    { what: 'the longest of several', times: [0, 10, 40, 50, 60], from: 0, to: 60, gap: 30 },
    { what: 'one that began before the span, in full', times: [0, 90, 100], from: 80, to: 100, gap: 90 },
    { what: 'one that ends after the span, in full', times: [0, 10, 20, 200], from: 5, to: 100, gap: 180 },
    { what: 'not one that is over when the span begins', times: [0, 80, 90, 100, 110], from: 85, to: 110, gap: 10 },
    { what: 'not one that begins after the span', times: [0, 10, 20, 500], from: 0, to: 20, gap: 10 },
    { what: 'to the edge where nothing follows', times: [0, 10], from: 5, to: 100, gap: 90 },
    { what: 'from the edge where nothing came before', times: [70, 100], from: 10, to: 100, gap: 60 },
    { what: 'the whole span where nothing happened', times: [], from: 10, to: 100, gap: 90 },
  ])('counts $what', ({ times, from, to, gap }) => {
    expect(longestGap(times, { from, to })).toBe(gap);
  });
});

describe('countWithin', () => {
  test('takes the first edge in and leaves the last one out', () => {
    expect(countWithin([0, 10, 20, 30], { from: 10, to: 30 })).toBe(2);
  });
});

describe('judgeGap', () => {
  test.each([
    { gap: 500, aim: 500, verdict: 'met' },
    { gap: 501, aim: 500, verdict: 'missed' },
    { gap: 9_999, aim: undefined, verdict: undefined },
  ])('finds $gap ms against $aim ms: $verdict', ({ gap, aim, verdict }) => {
    expect(judgeGap(gap, aim)).toBe(verdict);
  });
});
