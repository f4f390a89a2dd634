import { ByteReader, ByteWriter } from './bytes.ts';
import { NameTable } from './names.ts';
import { accountCodec } from './text-codecs.ts';

const names = new NameTable(['cedar']);

function read(...numbers: number[]): string {
  const writer = new ByteWriter();
  for (const number of numbers) writer.varint(number);
  return accountCodec.read(new ByteReader(writer.toBuffer()), { names });
}

describe('accountCodec', () => {
  test.each(['cedar-1', 'cedar-0042', 'cedar-000000000000000', 'cedar-0000000000000001', 'cedar-a-1', 'cedar--'])(
    'reads %s back',
    (accountId) => {
      const writer = new ByteWriter();
      accountCodec.write(writer, accountId, { names });
      expect(accountCodec.read(new ByteReader(writer.toBuffer()), { names })).toBe(accountId);
    },
  );

  test('has one form for digits', () => {
    expect(read(0, 9, 42)).toBe('cedar-0042');
    expect(() => read(0, 3, 42)).toThrow(RangeError);
    expect(() => read(0, 1, 0)).toThrow(RangeError);
  });

  test('refuses a length that would fill the memory', () => {
    expect(() => read(0, 2 ** 30 + 1, 1)).toThrow(RangeError);
    expect(() => read(0, 2 ** 40 + 1, 1)).toThrow(RangeError);
    expect(() => read(0, 2 ** 30, 1)).toThrow(RangeError);
  });
});
