import { mspIdOf } from '@tangram/chaincode/core/names.ts';
import type { Clock } from '../../fabric/clock.ts';
import type { FabricClient } from '../../fabric/fabric-client.ts';
import type { NetworkState } from '../../read-model/network-state.ts';
import type { ServiceReadModel } from '../../read-model/read-model.ts';
import type { Siblings } from '../siblings/siblings.ts';
import type { ServiceConfig } from '../types.ts';
import { createLaneTransport } from './lane-transport.ts';
import { createLaneWriter, type LaneWriter, type LaneWriterOptions } from './lane-writer.ts';

const READ_MODEL_MILLISECONDS = 3_000;

/** A bank's gateway writes its customers' lane; the central bank's writes its own and the consortium's. */
export function createLanes(tools: {
  config: ServiceConfig;
  client: FabricClient;
  readModel: ServiceReadModel;
  clock: Clock;
  siblings: Siblings;
  /** Name of this process on the ledger. */
  holder: string;
  onBatch: LaneWriterOptions['onBatch'];
  onReadable: LaneWriterOptions['onReadable'];
}): Map<string, LaneWriter> {
  const { config, client, readModel, clock, siblings, holder, onBatch, onReadable } = tools;
  const names = config.organization === 'centralbank' ? ['centralbank', 'consortium'] : [config.organization];
  const { batchOperationsMax, queueOperationsMax } = config;
  const limits = {
    ...(batchOperationsMax && { batchOperationsMax }),
    ...(queueOperationsMax && { queueOperationsMax }),
  };
  return new Map(
    names.map((lane) => [
      lane,
      createLaneWriter({
        lane,
        // The consortium's rows need two banks beside the central bank.
        transport: createLaneTransport({
          client,
          lane,
          homeMspId: mspIdOf(lane),
          othersCount: lane === 'consortium' ? 2 : 1,
        }),
        clock,
        directories: () => directoriesOf(readModel.network()),
        holder,
        siblings,
        limits,
        afterBlock: (blockNumber) => readModel.waitForBlock(blockNumber, READ_MODEL_MILLISECONDS),
        findBlockOf: (transactionId) => readModel.findBlockOf(transactionId),
        onBatch,
        onReadable,
      }),
    ]),
  );
}

/** How far every bank's directory is known here. */
function directoriesOf({ lanes }: NetworkState): Record<string, number> {
  const known: Record<string, number> = {};
  for (const [lane, { counters }] of lanes) if (counters.directory > 0) known[lane] = counters.directory;
  return known;
}
