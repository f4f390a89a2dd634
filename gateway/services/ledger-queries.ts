import { evaluateWhenReady } from '../fabric/evaluate-when-ready.ts';
import type { FabricClient } from '../fabric/fabric-client.ts';
import { decodeFabricError } from '../fabric/fabric-failure.ts';
import { gatewayErrors, problemOf } from './gateway-errors.ts';
import { ServiceError } from './service-error.ts';
import type { LedgerQueries } from './types.ts';

/** Reads from the ledger; a query writes nothing, so whatever fails may be asked again. Throws ServiceError. */
export function createLedgerQueries(client: FabricClient, ownChaincode: string): LedgerQueries {
  return {
    evaluate: async <Result>(transactionName: string, request: unknown = {}, chaincode = ownChaincode) => {
      try {
        const call = { chaincode, transactionName, argument: JSON.stringify(request) };
        const text = await evaluateWhenReady(client, call);
        return JSON.parse(text) as Result;
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
    },
  };
}
