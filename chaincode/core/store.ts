import type { Static, TSchema } from 'typebox';
import { errors } from './core-errors.ts';
import type { Ledger } from './ledger.ts';
import { checker } from './schema.ts';

/** Typed rows under one key prefix. Writes are buffered, later reads see them, nothing is written on failure. */
export interface Collection<Item> {
  readonly name: string;
  /** The state key of the row with these key parts. */
  key(...parts: readonly string[]): string;
  find(ledger: Ledger, ...parts: readonly string[]): Item | undefined;
  /** Refuses: CORE_RECORD_NOT_FOUND. */
  get(ledger: Ledger, ...parts: readonly string[]): Item;
  /** Buffers the whole row; aborts the batch when it does not match the schema. */
  put(ledger: Ledger, record: Item): void;
  /** Rows of another namespace, in the order asked. */
  findFrom(ledger: Ledger, namespace: string, partsList: readonly (readonly string[])[]): (Item | undefined)[];
  /** Sees to it that rows are read together, not one by one. */
  demand(ledger: Ledger, partsList: readonly (readonly string[])[]): void;
}

const KEY_PART = /^[A-Za-z0-9._~-]{1,64}$/;

/** Rows `<name>/<part>/…`. Only a module's store.ts names collections; records are never changed in place. */
export function collection<Schema extends TSchema>(
  name: string,
  schema: Schema,
  keyOf: (record: Static<Schema>) => readonly string[],
): Collection<Static<Schema>> {
  type Item = Static<Schema>;
  const matches = checker(schema);
  const key = (...parts: readonly string[]): string => {
    for (const part of parts) {
      if (!KEY_PART.test(part)) throw errors.KEY_INVALID({ collection: name });
    }
    return `${name}/${parts.join('/')}`;
  };
  const find = (ledger: Ledger, ...parts: readonly string[]): Item | undefined =>
    ledger.state.find(key(...parts)) as Item | undefined;

  return {
    name,
    key,
    find,
    get(ledger, ...parts) {
      const record = find(ledger, ...parts);
      if (record === undefined) throw errors.RECORD_NOT_FOUND({ collection: name, key: parts.join('/') });
      return record;
    },
    put(ledger, record) {
      if (!matches(record)) throw new Error(`a row of ${name} does not match its schema`);
      ledger.state.put(key(...keyOf(record)), record as object);
    },
    findFrom(ledger, namespace, partsList) {
      return ledger.readFrom(
        namespace,
        partsList.map((parts) => key(...parts)),
      ) as (Item | undefined)[];
    },
    demand(ledger, partsList) {
      ledger.state.demand(partsList.map((parts) => key(...parts)));
    },
  };
}
