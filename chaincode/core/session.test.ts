import { Type } from 'typebox';
import type { Ledger, Posting } from './ledger.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { defineOperation } from './operation.ts';
import { collection } from './store.ts';

const strict = { additionalProperties: false };
const Empty = Type.Object({}, strict);
const caller = { kind: 'operator', ref: '' } as const;
const jars = collection('jar', Type.Object({ jar: Type.String(), beans: Type.Integer() }, strict), ({ jar }) => [jar]);

function ledgerThat(run: (ledger: Ledger) => unknown): () => Promise<unknown> {
  const operation = defineOperation({
    name: 'jars:act',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: Empty,
    result: Type.Unknown(),
    run: (ledger) => run(ledger) ?? {},
  });
  const ledger = new MemoryLedger([operation]);
  return async () => {
    const { response } = await ledger.submit('cedar', [{ operation: 'jars:act', caller, request: {} }]);
    const [outcome] = response.results;
    if (outcome?.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
    return outcome.result;
  };
}

const posting = (account: string, side: 'D' | 'C', amount: bigint, currency = 'CNY'): Posting => ({
  account,
  side,
  amount,
  currency,
});

describe('post', () => {
  test.each([
    { name: 'unequal sides', postings: [posting('cedar.a', 'D', 5n), posting('cedar.b', 'C', 4n)], says: 'differ' },
    {
      name: 'sides equal across currencies only',
      postings: [posting('cedar.a', 'D', 5n), posting('cedar.b', 'C', 5n, 'EUR')],
      says: 'differ',
    },
    {
      name: 'an amount of zero',
      postings: [posting('cedar.a', 'D', 0n), posting('cedar.b', 'C', 0n)],
      says: 'above zero',
    },
    { name: 'one account', postings: [posting('cedar.a', 'D', 5n), posting('cedar.a', 'C', 5n)], says: 'two accounts' },
  ])('aborts the batch on $name', async ({ postings, says }) => {
    await expect(ledgerThat((ledger) => ledger.post(postings))()).rejects.toThrow(says);
  });
});

describe('a collection', () => {
  test('sees its own buffered writes', async () => {
    const read = ledgerThat((ledger) => {
      jars.put(ledger, { jar: 'red', beans: 3 });
      return jars.get(ledger, 'red');
    });
    expect(await read()).toEqual({ jar: 'red', beans: 3 });
  });

  test('aborts the batch on a row outside its schema', async () => {
    const write = ledgerThat((ledger) => jars.put(ledger, { jar: 'red', beans: 1.5 }));
    await expect(write()).rejects.toThrow('a row of jar does not match its schema');
  });

  test('refuses key parts that could reach another row', async () => {
    for (const part of ['a/b', '', '\u0000', 'x'.repeat(65)]) {
      await expect(ledgerThat((ledger) => jars.find(ledger, part))()).rejects.toThrow('CORE_KEY_INVALID');
    }
    await expect(ledgerThat((ledger) => jars.get(ledger, 'none'))()).rejects.toThrow('CORE_RECORD_NOT_FOUND');
  });

  test('keeps rows from being changed in place', async () => {
    const change = ledgerThat((ledger) => {
      const row = { jar: 'red', beans: 3 };
      jars.put(ledger, row);
      row.beans = 4;
    });
    await expect(change()).rejects.toThrow(TypeError);
  });
});
