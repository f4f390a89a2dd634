import { Compile } from 'typebox/compile';
import type { AnyOperation } from './operation.ts';

interface CompiledSchema {
  Check(value: unknown): boolean;
  Errors(value: unknown): readonly { readonly instancePath: string; readonly message: string }[];
}

const MAX_PATH = 120;

/** An operation with its request schema compiled at first use. */
class Row {
  readonly operation: AnyOperation;
  #request: CompiledSchema | undefined;
  #result: CompiledSchema | undefined;

  constructor(operation: AnyOperation) {
    this.operation = operation;
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
  readonly #rows = new Map<string, Row>();

  constructor(operations: readonly AnyOperation[]) {
    for (const operation of operations) {
      if (!/^[a-z]+:[a-z][A-Za-z]*$/.test(operation.name) || this.#rows.has(operation.name)) {
        throw new Error(`operation name ${operation.name} is malformed or taken`);
      }
      this.#rows.set(operation.name, new Row(operation));
    }
  }

  find(name: string): Row | undefined {
    return this.#rows.get(name);
  }

  operations(): AnyOperation[] {
    return [...this.#rows.values()].map((row) => row.operation);
  }
}
