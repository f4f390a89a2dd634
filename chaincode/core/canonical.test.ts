import fc from 'fast-check';
import { CanonicalText, canonicalJson, sha256 } from './canonical.ts';

describe('canonicalJson', () => {
  test('sorts names at every depth and drops undefined ones', () => {
    expect(canonicalJson({ b: 1, a: { d: [true, null, 'é"'], c: -2, e: undefined } })).toBe(
      '{"a":{"c":-2,"d":[true,null,"é\\""]},"b":1}',
    );
  });

  test('does not depend on the order of insertion', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(record));
        expect(JSON.parse(canonicalJson(record))).toEqual(record);
      }),
    );
  });

  test.each([2, 16, 17, 300])('sorts %d names, of fields and of ids alike', (count) => {
    const names = Array.from({ length: count }, (_, index) =>
      index % 2 ? `id-${(index * 7919) % 1000}"` : `n${'x'.repeat(index % 40)}`,
    );
    const record = Object.fromEntries(names.map((name, index) => [name, index]));
    const expected = Object.keys(record)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${record[name]}`);
    for (const _ of [1, 2]) expect(canonicalJson(record)).toBe(`{${expected.join(',')}}`);
  });

  test('takes canonical text as it is', () => {
    expect(canonicalJson([new CanonicalText('{"a":1}')])).toBe('[{"a":1}]');
  });

  test.each([1.5, Number.NaN, 2 ** 53, -(2 ** 60), 1n, () => 1, undefined])('refuses %p', (value) => {
    expect(() => canonicalJson([value])).toThrow(TypeError);
  });
});

test('sha256 is lower-case hex of text and bytes alike', () => {
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(sha256('abc')).toBe(digest);
  expect(sha256(new TextEncoder().encode('abc'))).toBe(digest);
});
