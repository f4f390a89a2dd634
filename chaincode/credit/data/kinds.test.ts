import { sha256 } from '../../core/canonical.ts';
import { type Field, schemaOf } from './fields.ts';
import { findField, findKind, isRecordOf, kinds } from './kinds.ts';

describe('a kind of credit data', () => {
  // Names, order, bounds and categories are part of every commitment: what changes here needs a new schema version.
  test.each([
    ['profile', 1, '9770b66b94d9cc12ded7eca151b670af8a238cd9d038eb5c702c1fc67fd79b77'],
    ['tax', 1, 'bb78e1fd054dabab9c1b0b31f35094abb50a0c92e0ebd815bd8eb5c769d79f86'],
    ['invoices', 1, '28b10dd71e693845e87b86348a462387b6a8b81b898ad3abc809528845177df8'],
    ['cashFlow', 1, '129971fb4b06b4da184576452f959559c07516dfc52b59e93a9299b72da71bce'],
    ['bureau', 1, '483e08296f8a0ce95e393dd5c05e56623116a058be972ac42e4f55cb4085da9b'],
    ['repaymentHistory', 1, 'c1ce282f3d3253cc014c10259e4ee939e93c39b8038c65112d578c276aa97af6'],
    ['application', 1, '763c11b9fb3a05480da7ad5eda3973e7e6c1c94d1ffb6e5729abb4425ededd79'],
    ['score', 1, '12ef4f232cd8fdb916f10b4bd1722bbca00ee758824649d685856d2963383f08'],
  ])('%s stays what it is in version %i', (name, version, digest) => {
    expect(sha256(JSON.stringify(findKind(name, version)?.fields))).toBe(digest);
  });

  test('is none under another version or a name that every object has', () => {
    expect(Object.keys(kinds)).toHaveLength(8);
    expect(findKind('tax', 2)).toBeUndefined();
    expect(findKind('constructor', 1)).toBeUndefined();
    expect(findField('constructor', 'name')).toBeUndefined();
    expect(findField('tax', 'constructor')).toBeUndefined();
    expect(findField('tax', 'year')).toEqual({ type: 'count' });
  });

  test('knows no record of a kind that is none', () => {
    expect(isRecordOf('salary', { year: 2025 })).toBe(false);
    expect(isRecordOf('tax', { year: 2025 })).toBe(true);
  });
});

describe('a value', () => {
  const schemaOfField = (field: Field) => {
    const schema = schemaOf({ schemaVersion: 1, fields: { it: field } });
    return (schema as unknown as { properties: { it: unknown } }).properties.it;
  };

  test.each<[Field, object]>([
    [
      { type: 'text', mostCharacters: 7 },
      { type: 'string', minLength: 1, maxLength: 7 },
    ],
    [{ type: 'count' }, { type: 'integer', minimum: -1_000_000_000_000, maximum: 1_000_000_000_000 }],
    [{ type: 'date' }, { type: 'string', pattern: expect.any(String) }],
    [{ type: 'currency' }, { type: 'string', pattern: expect.any(String) }],
    [
      { type: 'amount', bounds: ['1'] },
      { type: 'string', pattern: expect.any(String) },
    ],
    [{ type: 'category', categories: ['ONE'] }, { anyOf: [{ const: 'ONE' }] }],
  ])('of %j is checked as %j', (field, schema) => {
    expect(schemaOfField(field)).toMatchObject(schema);
  });

  test('is one at least, and of no other name', () => {
    const schema = schemaOf({ schemaVersion: 1, fields: { it: { type: 'count' } } });
    expect(schema).toMatchObject({ additionalProperties: false, minProperties: 1 });
    expect((schema as { required?: string[] }).required ?? []).toEqual([]);
  });
});
