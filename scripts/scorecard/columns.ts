import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const strict = { additionalProperties: false };

const Used = {
  column: Type.String(),
  name: Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$', description: 'Attribute of the model.' }),
  kind: Type.String({ description: 'Kind of credit data that holds the field.' }),
  field: Type.String(),
  reasonCode: Type.String({ pattern: '^[A-Z][A-Z0-9-]{1,11}$' }),
  reason: Type.String({ minLength: 1, maxLength: 200 }),
};

const RangeColumn = Type.Object(
  { ...Used, type: Type.Literal('range'), factor: Type.Optional(Type.Integer({ minimum: 1 })) },
  strict,
);
const CategoryColumn = Type.Object(
  {
    ...Used,
    type: Type.Literal('category'),
    categories: Type.Record(Type.String(), Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,39}$' })),
  },
  strict,
);
const LeftOut = Type.Object({ column: Type.String(), type: Type.Literal('left-out'), why: Type.String() }, strict);

/** Describes a CSV of applicants: what each column is, which is the outcome, and what the model is to be called. */
export const ColumnFile = Type.Object(
  {
    modelId: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }),
    version: Type.Integer({ minimum: 1 }),
    title: Type.String(),
    source: Type.String({ description: 'Where the applicants come from, and their licence.' }),
    scaling: Type.Object(
      {
        score: Type.Integer(),
        odds: Type.Object({ good: Type.Integer({ minimum: 1 }), bad: Type.Integer({ minimum: 1 }) }, strict),
        pointsToDoubleOdds: Type.Integer({ minimum: 1 }),
      },
      strict,
    ),
    outcome: Type.Object({ column: Type.String(), good: Type.String(), bad: Type.String() }, strict),
    missing: Type.Optional(
      Type.Array(Type.String(), { description: 'What stands for no value, beside an empty cell.' }),
    ),
    columns: Type.Array(Type.Union([RangeColumn, CategoryColumn, LeftOut]), { minItems: 1 }),
  },
  strict,
);
export type ColumnFile = Static<typeof ColumnFile>;
export type UsedColumn = Static<typeof RangeColumn> | Static<typeof CategoryColumn>;

const compiled = Compile(ColumnFile);

/** Throws, naming the first field that is wrong. */
export function readColumnFile(value: unknown): ColumnFile {
  if (compiled.Check(value)) return value as ColumnFile;
  const [first] = [...compiled.Errors(value)];
  throw new Error(`the column file is wrong at ${first?.instancePath || '/'}: ${first?.message}`);
}

/** The columns that the model may use. */
export function usedColumns(file: ColumnFile): UsedColumn[] {
  return file.columns.filter((column): column is UsedColumn => column.type !== 'left-out');
}

/** An applicant whose outcome is known; values are whole numbers, category codes, or null where the cell is empty. */
export interface Applicant {
  readonly isGood: boolean;
  readonly values: ReadonlyMap<string, number | string | null>;
}

/** Throws at a column, outcome, category or number that the column file does not allow. */
export function readApplicants(file: ColumnFile, rows: readonly Record<string, string>[]): Applicant[] {
  const described = new Set([file.outcome.column, ...file.columns.map(({ column }) => column)]);
  const names = Object.keys(rows[0] ?? {});
  const strays = [
    ...names.filter((name) => !described.has(name)),
    ...[...described].filter((it) => !names.includes(it)),
  ];
  if (strays.length > 0) throw new Error(`columns of the CSV and of the column file differ: ${strays.join(', ')}`);
  return rows.map((row, index) => ({
    isGood: readOutcome(file, row, index),
    values: new Map(usedColumns(file).map((column) => [column.name, readValue({ file, column }, row, index)])),
  }));
}

function readOutcome({ outcome }: ColumnFile, row: Record<string, string>, index: number): boolean {
  const cell = row[outcome.column]?.trim();
  if (cell === outcome.good) return true;
  if (cell === outcome.bad) return false;
  throw new Error(`row ${index + 2}: the outcome is neither ${outcome.good} nor ${outcome.bad}`);
}

function readValue(
  { file, column }: { readonly file: ColumnFile; readonly column: UsedColumn },
  row: Record<string, string>,
  index: number,
): number | string | null {
  const cell = (row[column.column] ?? '').trim();
  if (cell === '' || file.missing?.includes(cell)) return null;
  if (column.type === 'category') {
    const code = Object.hasOwn(column.categories, cell) ? column.categories[cell] : undefined;
    if (code === undefined) throw new Error(`row ${index + 2}: ${column.column} has a category without a code`);
    return code;
  }
  const number = wholeNumber(cell, column.factor ?? 1);
  if (number === undefined) throw new Error(`row ${index + 2}: ${column.column} is no whole number`);
  return number;
}

const DECIMAL = /^([+-]?)(\d*)(?:[.](\d*))?(?:[eE]([+]?\d{1,2}))?$/;

/** A decimal times a factor, where that is a whole number; by integers, because 0.29 times 100 is no 29 in floating point. */
function wholeNumber(cell: string, factor: number): number | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(cell) ?? [];
  if (`${whole}${fraction}` === '') return undefined;
  const unit = 10n ** BigInt(fraction.length);
  const scaled = BigInt(`${whole}${fraction}`) * 10n ** BigInt(exponent) * BigInt(factor);
  if (scaled % unit !== 0n) return undefined;
  const number = Number(sign === '-' ? -(scaled / unit) : scaled / unit);
  return Number.isSafeInteger(number) ? number : undefined;
}
