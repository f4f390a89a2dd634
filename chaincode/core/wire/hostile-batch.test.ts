import { operations } from '../../operations.ts';
import { createTable } from '../dispatch.ts';
import { BATCH_VERSION, decodeBatch, writeNames } from './batch-codec.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { NameTable } from './names.ts';
import { accountCodec } from './text-codecs.ts';

// Whoever may write a lane chooses every byte of a batch, and every endorser reads it.
const table = createTable(operations);

/** A batch of entries that all name one operation, their requests byte for byte. */
function batchOf(operation: string, requests: readonly Uint8Array[]): Buffer {
  const writer = new ByteWriter();
  writer.byte(BATCH_VERSION);
  writeNames(writer, [operation, 'system/', 'cedar']);
  writer.varint(requests.length);
  for (const request of requests) {
    writer.varint(0);
    writer.varint(1);
    writer.byte(0);
    writer.varint(request.length);
    writer.bytes(request);
  }
  return writer.toBuffer();
}

/** An account whose length is a number beyond 31 bits. */
function accountOfForm(form: number): Buffer {
  const writer = new ByteWriter();
  writer.varint(2);
  writer.varint(form);
  return writer.toBuffer();
}

describe('a batch whose bytes were chosen to harm', () => {
  test.each([
    ['just beyond 31 bits', 2 ** 31],
    ['that is -6 in 32 bits', 2 ** 32 - 12],
    ['beyond 32 bits', 2 ** 33 + 2],
  ])('an account with a length %s is no account, and the reader does not go back', (_, form) => {
    const reader = new ByteReader(accountOfForm(form));
    const names = new NameTable(['operation', 'caller', 'cedar']);

    expect(() => accountCodec.read(reader, { names })).toThrow(RangeError);
    expect(reader.position).toBeGreaterThanOrEqual(0);
  });

  test('such an account refuses its entry alone', () => {
    const [first, second] = decodeBatch(
      table,
      batchOf('accounts:freezeAccount', [accountOfForm(2 ** 32 - 12), Buffer.from([2, 3, 7])]),
    ).entries;

    expect(first?.request).toBeUndefined();
    expect(second?.request).toEqual({ accountId: 'cedar-7' });
  });

  test('a request that claims more than its entry holds is not read on into the next ones', () => {
    // A thousand entries of a list without end: each read to the end of the batch would be 150 million reads.
    const list = new ByteWriter();
    list.varint(2 ** 40);
    for (let id = 0; id < 300; id += 1) list.text('a');
    const bytes = batchOf(
      'payments:expireHolds',
      Array.from({ length: 1000 }, () => list.toBuffer()),
    );
    const startedAt = performance.now();

    expect(decodeBatch(table, bytes).entries.every(({ request }) => request === undefined)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
