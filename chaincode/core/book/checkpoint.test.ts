import type { Checkpoint } from '../batch.ts';
import { advance } from './checkpoint.ts';

const START: Checkpoint = { next: 0, operations: 0, batches: 0, marks: [] };

/** Operations that whoever starts cold must replay after many batches of a size, and segments that one saved. */
function run(batch: number, accounts: number, batches: number) {
  let checkpoint = START;
  let saved = 0;
  for (let sequence = 1; sequence <= batches; sequence += 1) {
    const after = advance(checkpoint, { sequence, operations: batch }, () => accounts);
    checkpoint = after.checkpoint;
    saved += after.segments.length;
    for (const segment of after.segments) expect(checkpoint.marks[segment]).toBe(sequence);
  }
  return { checkpoint, saved, behind: (batches - Math.min(...checkpoint.marks)) * batch };
}

describe('advance', () => {
  test('saves segments in turn, so many a batch as its operations are due', () => {
    const one = advance(START, { sequence: 7, operations: 2_999 }, () => 20);
    expect(one.segments).toEqual([0, 1]);
    expect(one.checkpoint).toMatchObject({ next: 2, operations: 999, batches: 0 });
    expect(one.checkpoint.marks.slice(0, 3)).toEqual([7, 7, 0]);
    const two = advance(one.checkpoint, { sequence: 8, operations: 1 }, () => 20);
    expect(two.segments).toEqual([2]);
    expect(two.checkpoint.marks.slice(0, 3)).toEqual([7, 7, 8]);
  });

  test('leaves at most 64 of its turns to replay in a small book, whatever the batches', () => {
    for (const batch of [500, 2_500, 10_000]) {
      expect(run(batch, 20, 1_000).behind).toBeLessThanOrEqual(64_000 + batch);
    }
  });

  test('saves a large book as often as operations pay for, up to a limit', () => {
    expect(run(5_000, 3_000, 960).saved).toBe((5_000 * 960) / 6_000);
    expect(run(5_000, 100_000, 960).saved).toBe((5_000 * 960) / 8_000);
  });

  test('saves one after 64 batches however small they are', () => {
    expect(run(1, 20, 640).saved).toBe(10);
  });

  test('begins again with the first segment', () => {
    const { checkpoint } = run(1_000, 20, 65);
    expect(checkpoint.next).toBe(1);
    expect(checkpoint.marks[0]).toBe(65);
  });
});
