import { type TSchema, Type } from 'typebox';
import { BusinessDate, CurrencyCode, MinorUnits, strict } from '../../core/fields.ts';

interface Unbounded {
  readonly bounds?: undefined;
}

/** A field of credit data. Bounds cut figures into bands that can be proven without the figure; each begins a band. */
export type Field =
  | ({ readonly type: 'text'; readonly mostCharacters: number } & Unbounded)
  | ({ readonly type: 'date' | 'currency' } & Unbounded)
  | ({ readonly type: 'category'; readonly categories: readonly string[] } & Unbounded)
  | { readonly type: 'count'; readonly bounds?: readonly number[] }
  | { readonly type: 'amount'; readonly bounds?: readonly string[] };

/** A kind of credit data. Its fields' order is part of every commitment: a new order, or field, is a new version. */
export interface Kind {
  readonly schemaVersion: number;
  readonly fields: Readonly<Record<string, Field>>;
}

/** A value as it is stored and committed to; null = not known. */
export type FieldValue = string | number | null;

/** Values by field; absent = not known. */
export type CreditRecord = Readonly<Record<string, FieldValue | undefined>>;

/** Figures lie in band n when n bounds are at or below them; null = not known, or the field has no bands. */
export function bandOf(field: Field, value: FieldValue): number | null {
  if (value === null) return null;
  const figure = BigInt(value);
  return boundsOf(field)?.filter((bound) => figure >= bound).length ?? null;
}

/** Where a band begins and which figure is the first above it; undefined for what is no band of the field. */
export function limitsOfBand(field: Field, band: number): { from?: bigint; below?: bigint } | undefined {
  const bounds = boundsOf(field);
  if (bounds === undefined || !Number.isInteger(band) || band < 0 || band > bounds.length) return undefined;
  const [from, below] = [bounds[band - 1], bounds[band]];
  return { ...(from === undefined ? {} : { from }), ...(below === undefined ? {} : { below }) };
}

/** Ascending bounds of a field that has bands. */
export function boundsOf(field: Field): readonly bigint[] | undefined {
  return field.bounds?.map((bound) => BigInt(bound));
}

/** Schema of a kind's records: every field may be absent, none may be unknown, and one at least is there. */
export function schemaOf(kind: Kind): TSchema {
  const fields = Object.entries(kind.fields).map(([name, field]) => [name, Type.Optional(valueSchema(field))] as const);
  return Type.Object(Object.fromEntries(fields), { ...strict, minProperties: 1 });
}

const COUNT_MAX = 1_000_000_000_000;

function valueSchema(field: Field): TSchema {
  switch (field.type) {
    case 'text':
      return Type.String({ minLength: 1, maxLength: field.mostCharacters });
    case 'date':
      return BusinessDate;
    case 'currency':
      return CurrencyCode;
    case 'category':
      return Type.Union(field.categories.map((category) => Type.Literal(category)));
    case 'count':
      return Type.Integer({ minimum: -COUNT_MAX, maximum: COUNT_MAX });
    case 'amount':
      return MinorUnits;
  }
}
