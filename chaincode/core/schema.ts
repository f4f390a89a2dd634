import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** A type guard that compiles its schema at first use: compiling all at start would cost most of the start time. */
export function checker<Schema extends TSchema>(schema: Schema): (value: unknown) => value is Static<Schema> {
  let compiled: { Check(value: unknown): boolean } | undefined;
  return (value): value is Static<Schema> => {
    compiled ??= Compile(schema) as unknown as { Check(value: unknown): boolean };
    return compiled.Check(value);
  };
}
