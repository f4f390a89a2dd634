import { type Context, Contract } from 'fabric-contract-api';
import ChaincodeFromContract from 'fabric-shim/lib/contract-spi/chaincodefromcontract.js';
import { errors } from '../core/core-errors.ts';
import { type Dispatch, functionNames } from '../core/dispatch.ts';
import { DomainError } from '../core/errors.ts';
import type { AnyOperation } from '../core/operation.ts';
import { FabricPeer } from './fabric-peer.ts';

export interface ChaincodeOptions {
  readonly namespace: string;
  readonly operations: readonly AnyOperation[];
  readonly dispatch: Dispatch;
}

/** Functions take one JSON string and return one, so bytes pass as they are and no schema is compiled per call. */
class TextSerializer {
  toBuffer(text: string): Buffer {
    return Buffer.from(text);
  }

  fromBuffer(bytes: Buffer): { value: string } {
    return { value: bytes.toString('utf8') };
  }
}

/** The chaincode of one namespace: a contract per module, its functions made from the table of operations. */
export function createChaincode({ namespace, operations, dispatch }: ChaincodeOptions): object {
  const functionsByModule = Map.groupBy(functionNames(operations), (name) => name.slice(0, name.indexOf(':')));
  const contracts = [...functionsByModule].map(([module, names]) =>
    contractClass(module, names, (context, operation, parameters) =>
      callFunction(new FabricPeer(context.stub, namespace), { operation, parameters, dispatch }),
    ),
  );
  const serializers = { transaction: 'text', serializers: { text: TextSerializer } };
  return new ChaincodeFromContract(contracts, serializers, {}, 'Tangram', '1');
}

type Call = (context: Context, operation: string, parameters: readonly string[]) => Promise<string>;

// The loader looks for functions on the class's direct prototype only, and counts declared parameters: rest
// parameters leave the count open, and a wrong one is refused here.
function contractClass(module: string, names: readonly string[], call: Call): unknown {
  const Module = class extends Contract {
    constructor() {
      super(module);
    }
  };
  for (const name of names) {
    const value = (context: Context, ...parameters: string[]) => call(context, name, parameters);
    Object.defineProperty(Module.prototype, name.slice(module.length + 1), { value });
  }
  const unknown = (context: Context) => call(context, context.stub.getFunctionAndParameters().fcn, ['']);
  Object.defineProperty(Module.prototype, 'unknownTransaction', { value: unknown });
  return Module;
}

interface FunctionCall {
  readonly operation: string;
  readonly parameters: readonly string[];
  readonly dispatch: Dispatch;
}

/** Only the error's message reaches the client, so it is always JSON `{code, params}`. */
async function callFunction(peer: FabricPeer, { operation, parameters, dispatch }: FunctionCall): Promise<string> {
  try {
    if (parameters.length > 1) throw errors.REQUEST_INVALID({ operation, reason: 'it takes one JSON argument' });
    return await dispatch(peer, operation, parameters[0] ?? '');
  } catch (error) {
    if (error instanceof DomainError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `${operation} of ${peer.transactionId} was aborted: ${error instanceof Error ? error.stack : reason}\n`,
    );
    throw errors.ABORTED({ operation, reason });
  }
}
