import { type EvaluateOptions, evaluateWhenReady } from '../fabric/evaluate-when-ready.ts';
import type { Call, FabricClient } from '../fabric/fabric-client.ts';
import { decodeFabricError } from '../fabric/fabric-failure.ts';
import { gatewayErrors, problemOf } from './gateway-errors.ts';
import { ServiceError } from './service-error.ts';

/** Reads answered by the ledger itself, through the own peer. */
export interface LedgerQueries {
  /** Evaluates `contract:function` with one JSON argument and parses its JSON answer. */
  evaluate<Result = unknown>(transactionName: string, request?: unknown, chaincode?: string): Promise<Result>;
  /**
   * The same of the own chaincode at an own peer and no other: for what only this organisation may see. A peer that
   * refuses with one of `notYet` has not committed yet what is there, and is asked again.
   */
  evaluateAtHome<Result = unknown>(
    transactionName: string,
    request?: unknown,
    notYet?: readonly string[],
  ): Promise<Result>;
}

/** Reads from the ledger; a query writes nothing, so whatever fails may be asked again. Throws ServiceError. */
export function createLedgerQueries(client: FabricClient, ownChaincode: string): LedgerQueries {
  const ask = async <Result>(call: Call, options?: EvaluateOptions): Promise<Result> => {
    try {
      return JSON.parse(await evaluateWhenReady(client, call, options)) as Result;
    } catch (error) {
      const failure = decodeFabricError(error);
      const { code, params } = failure;
      throw new ServiceError(
        failure.kind === 'contract'
          ? { outcome: 'refused', code, params }
          : problemOf(gatewayErrors.LEDGER_UNAVAILABLE({ reason: failure.message })),
        { cause: error },
      );
    }
  };
  return {
    evaluate: (transactionName, request = {}, chaincode = ownChaincode) =>
      ask({ chaincode, transactionName, argument: JSON.stringify(request) }),
    evaluateAtHome: (transactionName, request = {}, notYet = []) =>
      ask(
        { chaincode: ownChaincode, transactionName, argument: JSON.stringify(request) },
        { ownPeerOnly: true, notYet },
      ),
  };
}
