import { Type } from 'typebox';
import { inDisturbedEnvironment } from '../testing/disturbed-environment.ts';
import { jarOperations } from '../testing/jar-operations.ts';
import { batchKey } from './batch.ts';
import type { Ledger } from './ledger.ts';
import { MemoryLedger, refusalOf } from './memory-ledger.ts';
import { defineOperation } from './operation.ts';

const caller = { kind: 'operator', ref: '' } as const;
const Empty = Type.Object({}, { additionalProperties: false });

function peek(look: () => unknown) {
  return defineOperation({
    name: 'jars:peek',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: Empty,
    result: Type.Unknown(),
    run: (ledger: Ledger) => {
      ledger.emit('Peeked', { seen: String(look()) });
      return {};
    },
  });
}

describe('a second endorser in a disturbed environment', () => {
  test.each([
    { name: 'the clock', look: () => Date.now() },
    { name: 'random numbers', look: () => Math.random() },
    { name: 'the time zone', look: () => new Date(0).getHours() },
    { name: 'a variable', look: () => process.env.PATH },
  ])('finds an operation that looks at $name', async ({ look }) => {
    const ledger = new MemoryLedger([peek(look)], inDisturbedEnvironment);
    const submission = ledger.submit('cedar', [{ operation: 'jars:peek', caller, request: {} }]);
    await expect(submission).rejects.toThrow('two endorsers disagree about lane:submit');
  });

  test('agrees about everything core writes', async () => {
    const ledger = new MemoryLedger(jarOperations, inDisturbedEnvironment);
    const operations = Array.from({ length: 300 }, (_, index) => ({
      operation: 'jars:moveBeans',
      caller,
      request: { moveId: `m${index % 250}`, jar: ['red', 'blue'][index % 2] as string, beans: (index % 7) - 3 },
    }));
    await ledger.submit('cedar', operations);
    await ledger.submit('cedar', operations);
    await ledger.direct('centralbank', 'jars:labelAll', { label: 'blue' });
    expect(ledger.row('cedar', 'lane/0/head').sequence).toBeGreaterThan(0);
  });
});

describe('direct operations', () => {
  test('leave an evidence row at every namespace they write', async () => {
    const ledger = new MemoryLedger(jarOperations);
    const { transactionId, writes } = await ledger.direct('centralbank', 'jars:labelAll', { label: 'blue' });
    expect([...writes.keys()].sort()).toEqual([
      `cedar/direct/${transactionId}`,
      'cedar/label',
      `centralbank/direct/${transactionId}`,
      `maple/direct/${transactionId}`,
      'maple/label',
    ]);
    expect(ledger.row('cedar', `direct/${transactionId}`)).toMatchObject({
      operation: 'jars:applyLabel',
      outcome: 'accepted',
      audit: { mspId: 'CentralbankMSP' },
      usage: { module: 'jars', operation: 'applyLabel', units: 1 },
    });
  });

  test('refuse another entry point, another namespace and another member', async () => {
    const ledger = new MemoryLedger(jarOperations);
    const label = { label: 'blue' };
    const codeOf = async (attempt: Promise<unknown>) => (await refusalOf(attempt))?.code;
    expect(await codeOf(ledger.direct('cedar', 'jars:applyLabel', label))).toBe('CORE_ENTRY_POINT_REFUSED');
    expect(await codeOf(ledger.direct('cedar', 'jars:labelAll', label))).toBe('CORE_OPERATION_UNKNOWN');
    const foreign = ledger.as({ mspId: 'MapleMSP' }).direct('cedar', 'jars:depositRecipe', {});
    expect(await codeOf(foreign)).toBe('CORE_CALLER_NOT_ALLOWED');
  });

  test('of kind deposit write private rows only', async () => {
    const ledger = new MemoryLedger(jarOperations);
    const { writes } = await ledger.as({ transient: { recipe: 'beans' } }).direct('cedar', 'jars:depositRecipe', {});
    expect(writes.size).toBe(0);
    expect(ledger.privateRow('cedar', 'CedarMSP', 'recipe')).toBe('beans');
  });
});

describe('lane functions', () => {
  test('read rows that others build on, and no id pages or segments', async () => {
    const ledger = new MemoryLedger(jarOperations);
    expect(await ledger.query('cedar', 'lane:getHead', {})).toMatchObject({ sequence: 0, hash: '0'.repeat(64) });
    const request = { moveId: 'm1', jar: 'red', beans: 1 };
    await ledger.submit('cedar', [{ operation: 'jars:moveBeans', caller, request }]);
    expect(await ledger.query('cedar', 'lane:getBatch', { sequence: 1 })).toMatchObject({ sequence: 1 });
    expect((await refusalOf(ledger.query('cedar', 'lane:getBatch', { sequence: 2 })))?.code).toBe(
      'CORE_RECORD_NOT_FOUND',
    );
    const read = (keys: string[]) => ledger.query('cedar', 'lane:read', keys as never);
    expect(await read(['limit/none', 'lane/0/head'])).toEqual([null, expect.stringContaining('"sequence":1')]);
    for (const key of ['ids/move/i/m-1', 'jar/red', 'xlane/0/head', 'lane/0/segment/000000000001/00']) {
      expect((await refusalOf(read([key])))?.code).toBe('CORE_REQUEST_INVALID');
    }
    const batches = (count: number) => Array.from({ length: count }, (_, index) => batchKey(index + 1));
    expect(await read(batches(8))).toHaveLength(8);
    expect((await refusalOf(read(batches(9))))?.code).toBe('CORE_REQUEST_INVALID');
  });
});
