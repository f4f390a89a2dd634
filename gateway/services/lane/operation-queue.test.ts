import type { BatchOperation } from '@tangram/chaincode/core/batch.ts';
import { newGroup, type OperationGroup } from './operation-group.ts';
import { createOperationQueue, defaultQueueLimits } from './operation-queue.ts';

const operation = (name: string, { linked = false, filling = '' } = {}): BatchOperation => ({
  operation: name,
  request: { filling },
  caller: { kind: 'operator', ref: '' },
  ...(linked ? { linked } : {}),
});

const group = (names: string[], caller = 'one', answer: OperationGroup['answer'] = () => undefined): OperationGroup =>
  newGroup({ operations: names.map((name) => operation(name)), caller, answer });

const namesOf = (batch: OperationGroup[] | undefined) =>
  batch?.flatMap(({ operations }) => operations.map((each) => each.operation)).join('');

describe('operation queue', () => {
  test('a batch takes all that waits up to the limits, in order', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchOperationsMax: 3 });
    queue.tryAdd([group(['1']), group(['2', '3', '4', '5']), group(['6'])]);
    expect(queue.length()).toBe(6);
    expect([namesOf(await queue.take()), namesOf(await queue.take())]).toEqual(['123', '456']);
    expect(queue.length()).toBe(0);
  });

  test('a group that is booked in several batches is answered once, in its order', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchOperationsMax: 2 });
    const answers: unknown[] = [];
    queue.tryAdd([group(['1', '2', '3', '4', '5'], 'one', (outcomes) => answers.push(outcomes))]);
    const batches = [await queue.take(), await queue.take(), await queue.take()];
    expect(batches.map(namesOf)).toEqual(['12', '34', '5']);
    for (const batch of batches.reverse()) {
      for (const { operations, answer } of batch ?? []) {
        expect(answers).toEqual([]);
        answer(operations.map(({ operation: code }) => ({ outcome: 'failed', code, params: {} })));
      }
    }
    expect(answers).toEqual([['1', '2', '3', '4', '5'].map((code) => ({ outcome: 'failed', code, params: {} }))]);
  });

  test('no limit cuts a chain, and a chain that is longer than a batch has one of its own', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchOperationsMax: 3 });
    const linked = { linked: true };
    const operations = [
      ...[operation('1'), operation('2', linked), operation('3', linked), operation('4')],
      ...[operation('a', linked), operation('b', linked), operation('c', linked), operation('d'), operation('5')],
    ];
    queue.tryAdd([newGroup({ operations, caller: 'one', answer: () => undefined })]);
    const batches = [await queue.take(), await queue.take(), await queue.take(), await queue.take()];
    expect(batches.map(namesOf)).toEqual(['1', '234', 'abcd', '5']);
  });

  test('a batch ends before the limit of bytes', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchBytesMax: 250 });
    const filling = 'x'.repeat(100);
    const operations = ['1', '2', '3'].map((name) => operation(name, { filling }));
    queue.tryAdd([newGroup({ operations, caller: 'one', answer: () => undefined })]);
    expect([namesOf(await queue.take()), namesOf(await queue.take())]).toEqual(['12', '3']);
  });

  test('callers take turns when more waits than a batch holds', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchOperationsMax: 200 });
    queue.tryAdd([
      group(
        Array.from({ length: 1_000 }, () => 'f'),
        'file',
      ),
    ]);
    queue.tryAdd([group(['1'], 'one')]);
    queue.tryAdd([group(['2'], 'two')]);
    const batch = namesOf(await queue.take()) ?? '';
    expect(batch).toHaveLength(200);
    expect([batch.includes('1'), batch.includes('2')]).toEqual([true, true]);
    queue.tryAdd([group(['3'], 'three')]);
    expect(namesOf(await queue.take())).toContain('3');
  });

  test('what is put back comes first again', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchOperationsMax: 2 });
    queue.tryAdd([group(['1', '2', '3'])]);
    const first = (await queue.take()) ?? [];
    queue.putBack(first);
    expect([namesOf(await queue.take()), namesOf(await queue.take())]).toEqual(['12', '3']);
  });

  test('a full queue takes nothing of a request', () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, queueOperationsMax: 4 });
    expect(queue.tryAdd([group(['1', '2'], 'one')])).toBe(true);
    expect(queue.tryAdd([group(['3'], 'two')])).toBe(true);
    expect(queue.tryAdd([group(['4', '5'], 'three')])).toBe(false);
    expect(queue.length()).toBe(3);
  });

  test('one caller fills half of the queue, and no more until some of it is taken', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, queueOperationsMax: 4, batchOperationsMax: 1 });
    expect(queue.tryAdd([group(['1', '2'], 'one')])).toBe(true);
    expect(queue.tryAdd([group(['3'], 'one')])).toBe(false);
    expect(queue.tryAdd([group(['4'], 'two')])).toBe(true);
    await queue.take();
    expect(queue.tryAdd([group(['3'], 'one')])).toBe(true);
  });

  test('tells since when the oldest group waits', async () => {
    const queue = createOperationQueue({ ...defaultQueueLimits, batchOperationsMax: 1 });
    expect(queue.oldestAt()).toBeUndefined();
    const before = performance.now();
    queue.tryAdd([group(['1'])]);
    const first = queue.oldestAt() ?? 0;
    queue.tryAdd([group(['2'], 'two')]);
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
