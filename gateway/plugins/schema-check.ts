import { errors as coreErrors } from '@tangram/chaincode/core/core-errors.ts';
import type { DomainError } from '@tangram/chaincode/core/errors.ts';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { errors } from './errors.ts';

interface Failure {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message: string;
}

/** Says which field of a value breaks a schema, or undefined. */
export type SchemaCheck = (value: unknown) => DomainError | undefined;

/** Compiles a schema at first use. `place` names the value in errors: body, query, payments.3. */
export function schemaCheck(schema: TSchema, place: string): SchemaCheck {
  let compiled: { Check(value: unknown): boolean; Errors(value: unknown): unknown } | undefined;
  return (value) => {
    compiled ??= Compile(schema);
    if (compiled.Check(value)) return undefined;
    if (value === undefined || value === null) return errors.BODY_MISSING();
    return refusalOf(compiled.Errors(value) as Failure[], place);
  };
}

/** Names the field at fault, never its value: an unknown one first, then a missing one, then a malformed one. */
function refusalOf(failures: Failure[], place: string): DomainError {
  const byKeyword = (keyword: string) => failures.find((failure) => failure.keyword === keyword);
  const nameOf = (failure: Failure) => [place, ...failure.instancePath.split('/').slice(1)].join('.').slice(0, 200);

  const unknown = byKeyword('additionalProperties');
  if (unknown !== undefined) {
    const [field] = unknown.params.additionalProperties as string[];
    return errors.FIELD_UNKNOWN({ place: nameOf(unknown), field: String(field).slice(0, 64) });
  }
  const missing = byKeyword('required');
  if (missing !== undefined) {
    const [field] = missing.params.requiredProperties as string[];
    return errors.FIELD_MISSING({ place: nameOf(missing), field: String(field) });
  }
  // A choice lists the refusals of its branches first and its own last, which says what was expected.
  const first = byKeyword('anyOf') ?? failures[0]!;
  if (/\/[^/]+\/amount$/.test(first.instancePath)) return coreErrors.AMOUNT_INVALID();
  return errors.FIELD_INVALID({ field: nameOf(first), reason: first.message });
}
