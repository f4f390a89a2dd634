import { createOperationQueue, defaultQueueLimits, type OperationGroup } from './operation-queue.ts';

const group = (texts: string[], bytes = 10): OperationGroup => ({ texts, bytes, answer: () => undefined });

describe('operation queue', () => {
  test('a batch takes whole groups up to the limits, in order', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchOperationsMax: 3 });
    queue.tryAdd([group(['1']), group(['2', '3', '4']), group(['5'])]);
    const batches = [await queue.take(), await queue.take(), await queue.take()];
    expect(batches.map((batch) => batch?.map(({ texts }) => texts))).toEqual([[['1']], [['2', '3', '4']], [['5']]]);
  });

  test('a batch ends before the limit of bytes', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchBytesMax: 25 });
    queue.tryAdd([group(['1']), group(['2']), group(['3'])]);
    expect((await queue.take())?.length).toBe(2);
  });

  test('a full queue takes nothing of a request', () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, queueOperationsMax: 2 });
    expect(queue.tryAdd([group(['1'])])).toBe(true);
    expect(queue.tryAdd([group(['2']), group(['3'])])).toBe(false);
    expect(queue.length()).toBe(1);
  });

  test('tells since when the oldest group waits', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchOperationsMax: 1 });
    expect(queue.oldestAt()).toBeUndefined();
    const before = performance.now();
    queue.tryAdd([group(['1'])]);
    const first = queue.oldestAt() ?? 0;
    queue.tryAdd([group(['2'])]);
    expect(first).toBeGreaterThanOrEqual(before);
    expect(queue.oldestAt()).toBe(first);
    await queue.take();
    expect(queue.oldestAt()).toBeGreaterThanOrEqual(first);
    await queue.take();
    expect(queue.oldestAt()).toBeUndefined();
  });

  test('take waits while the queue is empty and ends when it is closed', async () => {
    const queue = createOperationQueue(defaultQueueLimits);
    const waiting = queue.take();
    queue.tryAdd([group(['1'])]);
    expect((await waiting)?.length).toBe(1);
    const last = queue.take();
    queue.close();
    expect(await last).toBeUndefined();
    expect(queue.tryAdd([group(['2'])])).toBe(false);
  });
});
