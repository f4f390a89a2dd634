import { createBlockWaits } from './block-waits.ts';

describe('createBlockWaits', () => {
  let applied: bigint | null;
  const waits = () => createBlockWaits(() => applied);
  const longMilliseconds = 20_000;
  beforeEach(() => {
    applied = 4n;
  });

  test('answers at once when the block is applied', async () => {
    expect(await waits().wait(4n, longMilliseconds)).toBe(true);
  });

  test('waits for the block, not for one before it', async () => {
    const made = waits();
    const waited = made.wait(6n, longMilliseconds);
    applied = 5n;
    made.moved();
    applied = 6n;
    made.moved();

    expect(await waited).toBe(true);
  });

  test('lets all go when a block cannot be applied, and nobody wait until the next one is', async () => {
    const made = waits();
    const waited = made.wait(5n, longMilliseconds);
    made.stands();

    expect(await waited).toBe(false);
    expect(await made.wait(5n, longMilliseconds)).toBe(false);
    made.moved();
    const again = made.wait(5n, longMilliseconds);
    applied = 5n;
    made.moved();
    expect(await again).toBe(true);
  });

  test('waits no second time while nothing moves after the time was over', async () => {
    const made = waits();

    expect(await made.wait(5n, 1)).toBe(false);
    expect(await made.wait(5n, longMilliseconds)).toBe(false);
  });

  test('waits again where other blocks were applied meanwhile', async () => {
    const made = waits();
    const late = made.wait(9n, 50);
    applied = 5n;
    made.moved();
    expect(await late).toBe(false);

    const waited = made.wait(6n, longMilliseconds);
    applied = 6n;
    made.moved();
    expect(await waited).toBe(true);
  });
});
