import { batchKey, type Header } from '@tangram/chaincode/core/batch.ts';
import type { EndorsedTransaction } from '../../fabric/endorsement.ts';
import type { FabricClient } from '../../fabric/fabric-client.ts';

export interface LaneHead {
  sequence: number;
  hash: string;
  epoch: number;
  holder: string;
  time: string;
}

/** The lane as the writer sees it; the one place that turns it into Fabric calls is below. */
export interface LaneTransport {
  /** Undefined before the lane's first batch. */
  readHead(): Promise<LaneHead | undefined>;
  /** Id of the ledger transaction that wrote this batch; undefined when there is none. */
  findBatchTransaction(sequence: number): Promise<string | undefined>;
  /** `waits`: operations for which the endorsers ask their peer one after another. Throws FabricFailure. */
  endorse(header: Header, batch: Uint8Array, waits: number): Promise<EndorsedTransaction>;
  /** Throws FabricFailure when no peer tells in time. */
  commitStatus(transactionId: string, milliseconds: number): ReturnType<FabricClient['commitStatus']>;
  /** Resolves when the others that endorse next have the transaction too, or the time is over. */
  committedAtOthers(transactionId: string, milliseconds: number): Promise<void>;
}

export interface LaneOfFabric {
  client: FabricClient;
  /** Chaincode name and lane name alike. */
  lane: string;
  /** Organisation that must always endorse. */
  homeMspId: string;
  /** How many others must endorse as well. */
  othersCount: number;
}

/** Hashes of private data have no batch message: one costs an endorser as much time as some fifteen payments. */
const BYTES_A_WAIT = 1_000;

/** Reaches a lane through Fabric. */
export function createLaneTransport({ client, lane, homeMspId, othersCount }: LaneOfFabric): LaneTransport {
  const endorsers = { home: homeMspId, othersCount };
  return {
    readHead: async () => {
      const head = JSON.parse(
        await client.evaluate({ chaincode: lane, transactionName: 'lane:getHead', argument: '{}' }),
      ) as LaneHead | null;
      return head && head.sequence > 0 ? head : undefined;
    },
    findBatchTransaction: async (sequence) => {
      const [header] = JSON.parse(
        // The own peer alone: another organisation's could say that a batch landed which was never ordered.
        await client.evaluate(
          { chaincode: lane, transactionName: 'lane:read', argument: JSON.stringify([batchKey(sequence)]) },
          { only: client.mspId },
        ),
      ) as (string | null)[];
      return header ? (JSON.parse(header) as { txId: string }).txId : undefined;
    },
    endorse: (header, batch, waits) =>
      client.endorse(
        {
          chaincode: lane,
          transactionName: 'lane:submit',
          argument: JSON.stringify(header),
          transient: { batch },
          extraBytes: waits * BYTES_A_WAIT,
        },
        endorsers,
      ),
    commitStatus: (transactionId, milliseconds) => client.commitStatus(transactionId, milliseconds),
    committedAtOthers: (transactionId, milliseconds) =>
      client.committedAtOthers(transactionId, endorsers, milliseconds),
  };
}
