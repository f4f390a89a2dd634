import { Compile } from 'typebox/compile';
import type { AnyOperation, Consequences, Place } from './operation.ts';
import { type Codec, codecOf, jsonCodec, type ResultCodec, resultCodecOf } from './wire/codec.ts';

interface CompiledSchema {
  Check(value: unknown): boolean;
  Errors(value: unknown): readonly { readonly instancePath: string; readonly message: string }[];
}

const MAX_PATH = 120;

/** An operation with its request schema compiled at first use. */
export class OperationRow {
  readonly operation: AnyOperation;
  #request: CompiledSchema | undefined;
  #result: CompiledSchema | undefined;
  #requestCodec: Codec | undefined;
  #resultCodec: ResultCodec | undefined;

  constructor(operation: AnyOperation) {
    this.operation = operation;
  }

  get requestCodec(): Codec {
    this.#requestCodec ??= codecOf(this.operation.request);
    return this.#requestCodec;
  }

  get resultCodec(): ResultCodec {
    this.#resultCodec ??= resultCodecOf(this.operation.request, this.operation.result);
    return this.#resultCodec;
  }

  /** What always follows from request and result; undefined where nothing does. */
  consequencesOf(request: unknown, result: unknown, place: Place): Consequences | undefined {
    return this.operation.consequences?.(request, result, place);
  }

  /** Undefined when the request matches; else where and why not, without the value. */
  whyInvalid(request: unknown): string | undefined {
    this.#request ??= Compile(this.operation.request) as unknown as CompiledSchema;
    if (this.#request.Check(request)) return undefined;
    const [first] = this.#request.Errors(request);
    // The path may name a field that the client made up, of any length.
    return first === undefined ? 'no match' : `${first.instancePath.slice(0, MAX_PATH) || '/'} ${first.message}`;
  }

  resultMatches(result: unknown): boolean {
    this.#result ??= Compile(this.operation.result) as unknown as CompiledSchema;
    return this.#result.Check(result);
  }
}

/** All operations of the chaincode by name. */
export class OperationTable {
  readonly #rows = new Map<string, OperationRow>();
  readonly #events = new Map<string, Codec>();
  readonly #items = new Map<string, Codec>();

  constructor(operations: readonly AnyOperation[]) {
    for (const operation of operations) {
      if (!/^[a-z]+:[a-z][A-Za-z]*$/.test(operation.name) || this.#rows.has(operation.name)) {
        throw new Error(`operation name ${operation.name} is malformed or taken`);
      }
      this.#rows.set(operation.name, new OperationRow(operation));
      for (const [type, schema] of Object.entries(operation.events ?? {})) this.#events.set(type, codecOf(schema));
      for (const [kind, schema] of Object.entries(operation.items ?? {})) this.#items.set(kind, codecOf(schema));
    }
  }

  find(name: string): OperationRow | undefined {
    return this.#rows.get(name);
  }

  /** How the data of an event stand in a batch row: by the schema that an operation declares for it, else as JSON. */
  eventCodec(type: string): Codec {
    return this.#events.get(type) ?? jsonCodec;
  }

  /** How an item of an outbox row stands in it, without its kind; undefined where no operation declares it. */
  itemCodec(kind: string): Codec | undefined {
    return this.#items.get(kind);
  }

  operations(): AnyOperation[] {
    return [...this.#rows.values()].map((row) => row.operation);
  }
}
