import type { EndorsedTransaction, FabricClient } from '../../fabric/fabric-client.ts';
import { decodeFabricError, FabricFailure } from '../../fabric/fabric-failure.ts';

export interface LaneHead {
  sequence: number;
  hash: string;
  epoch: number;
  holder: string;
  time: string;
}

/** What a batch is signed with: the transient batch itself is not covered by the creator's signature. */
export interface LaneHeader {
  lane: string;
  epoch: number;
  holder: string;
  sequence: number;
  previousHash: string;
  digest: string;
}

/** The lane as the writer sees it; the one place that turns it into Fabric calls is below. */
export interface LaneTransport {
  /** Undefined before the lane's first batch. */
  readHead(): Promise<LaneHead | undefined>;
  /** Id of the ledger transaction that wrote this batch; undefined when there is none. */
  findBatchTransaction(sequence: number): Promise<string | undefined>;
  /** Throws FabricFailure. */
  endorse(header: LaneHeader, batch: Uint8Array): Promise<EndorsedTransaction>;
  /** Throws FabricFailure when no peer tells in time. */
  commitStatus(transactionId: string, milliseconds: number): ReturnType<FabricClient['commitStatus']>;
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

/** Reaches a lane through Fabric; an organisation whose endorser fails is avoided at the next try. */
export function createLaneTransport({ client, lane, homeMspId, othersCount }: LaneOfFabric): LaneTransport {
  return {
    readHead: async () => {
      const head = JSON.parse(
        await client.evaluate({ chaincode: lane, transactionName: 'lane:getHead', argument: '{}' }),
      ) as LaneHead | null;
      return head && head.sequence > 0 ? head : undefined;
    },
    findBatchTransaction: async (sequence) => {
      const row = JSON.parse(
        // The own peer alone: another organisation's could say that a batch landed which was never ordered.
        await client.evaluate(
          { chaincode: lane, transactionName: 'lane:getBatch', argument: JSON.stringify({ sequence }) },
          { ownPeerOnly: true },
        ),
      ) as { txId: string } | null;
      return row?.txId;
    },
    endorse: async (header, batch) => {
      const organizations = client.endorsers.choose(homeMspId, othersCount);
      try {
        return await client.endorse(
          {
            chaincode: lane,
            transactionName: 'lane:submit',
            argument: JSON.stringify(header),
            transient: { batch },
          },
          organizations,
        );
      } catch (error) {
        const failure = decodeFabricError(error);
        avoidFailedEndorsers({ client, failure, organizations, homeMspId });
        throw isRefusedElsewhereOnly(failure, homeMspId) ? asDifference(failure) : failure;
      }
    },
    commitStatus: (transactionId, milliseconds) => client.commitStatus(transactionId, milliseconds),
  };
}

/** True when home agreed and only another organisation's endorser refused: it is behind, or it lies. */
function isRefusedElsewhereOnly({ kind, mspIds }: FabricFailure, homeMspId: string): boolean {
  return kind === 'contract' && mspIds.length > 0 && !mspIds.includes(homeMspId);
}

/** One organisation alone must not be able to refuse another's batches: the next try asks another one. */
function asDifference({ message, mspIds }: FabricFailure): FabricFailure {
  const fields = { code: 'FABRIC_ENDORSEMENTS_DIFFER', params: {}, mspIds, connectionLost: false };
  return new FabricFailure({ kind: 'mismatch', ...fields }, { message });
}

/**
 * Fabric often names the organisation that failed; when it does not, every chosen one but home is suspected. A refusal
 * that home shares says nothing against the others.
 */
export function avoidFailedEndorsers(failed: {
  client: FabricClient;
  failure: FabricFailure;
  organizations: string[];
  homeMspId: string;
}): void {
  const { client, failure, organizations, homeMspId } = failed;
  if (failure.connectionLost || failure.kind === 'rejected') return;
  if (failure.kind === 'contract' && !isRefusedElsewhereOnly(failure, homeMspId)) return;
  const named = organizations.filter((mspId) => failure.mspIds.includes(mspId) || failure.message.includes(mspId));
  const suspects = named.length > 0 ? named : organizations;
  for (const mspId of suspects) {
    if (mspId !== homeMspId) client.endorsers.markLost(mspId);
  }
}
