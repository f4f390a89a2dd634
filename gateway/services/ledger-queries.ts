import { setTimeout as sleep } from 'node:timers/promises';
import { mspIdOf } from '@tangram/chaincode/core/names.ts';
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
  /**
   * A public row of a bank's chaincode; undefined where there is none. What the own peer lacks may have been answered at
   * that bank a moment ago: its peers are asked, and the own one is waited for.
   */
  readRow<Row>(bank: string, key: string): Promise<Row | undefined>;
}

const CATCH_UP_MILLISECONDS = 5_000;
const PAUSE_MILLISECONDS = 50;

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
  const readAt = async <Row>(bank: string, key: string, only?: string): Promise<Row | undefined> => {
    const call = { chaincode: bank, transactionName: 'lane:read', argument: JSON.stringify([`public/${key}`]) };
    const [value] = await ask<(string | null)[]>(call, only === undefined ? {} : { only });
    return value ? (JSON.parse(value) as Row) : undefined;
  };
  async function readRow<Row>(bank: string, key: string): Promise<Row | undefined> {
    const own = await readAt<Row>(bank, key);
    if (own !== undefined || bank === ownChaincode) return own;
    // While that bank is away, the own peer's word is all there is.
    const theirs = await readAt<Row>(bank, key, mspIdOf(bank)).catch(() => undefined);
    const deadline = Date.now() + CATCH_UP_MILLISECONDS;
    while (theirs !== undefined && Date.now() < deadline) {
      await sleep(PAUSE_MILLISECONDS);
      const caughtUp = await readAt<Row>(bank, key);
      if (caughtUp !== undefined) return caughtUp;
    }
    return theirs;
  }
  return {
    readRow,
    evaluate: (transactionName, request = {}, chaincode = ownChaincode) =>
      ask({ chaincode, transactionName, argument: JSON.stringify(request) }),
    evaluateAtHome: (transactionName, request = {}, notYet = []) =>
      ask(
        { chaincode: ownChaincode, transactionName, argument: JSON.stringify(request) },
        { only: client.mspId, notYet },
      ),
  };
}
