import type { Static, TSchema } from 'typebox';
import { sha256 } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { checker } from '../core/schema.ts';
import { errors } from './errors.ts';

/** Reads a transient value that must be exactly the bytes that the client signed for. Refuses: DEPOSIT_INVALID. */
export function transientReader<Schema extends TSchema>(name: string, schema: Schema) {
  const matches = checker(schema);
  return (ledger: Ledger, digest: string): Static<Schema> => {
    const text = ledger.transient(name);
    if (text === undefined || sha256(text) !== digest) throw errors.DEPOSIT_INVALID({ reason: 'digest' });
    const value = parse(text);
    if (!matches(value)) throw errors.DEPOSIT_INVALID({ reason: 'schema' });
    return value;
  };
}

/** Confidential bytes must not reach an error message, so a parser's own complaint is not passed on. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw errors.DEPOSIT_INVALID({ reason: 'JSON' });
  }
}
