import { mspIdOf } from '@tangram/chaincode/core/names.ts';
import { type Clock, createClock } from '../fabric/clock.ts';
import { createFabricClient, type FabricClient } from '../fabric/fabric-client.ts';
import { openReadModel, type ServiceReadModel } from '../read-model/read-model.ts';
import { type GatewaySecrets, readSecrets } from '../secrets/secrets.ts';
import { createAccountDetailsStore } from './account-details-store.ts';
import { createAccountService } from './account-service.ts';
import { startAutomaticSettlement } from './automatic-settlement.ts';
import { createFigures } from './figures.ts';
import { runHoldExpiry } from './hold-expiry.ts';
import { startInbox } from './inbox-service.ts';
import { createLaneTransport } from './lane/lane-transport.ts';
import { createLaneWriter, type LaneWriter } from './lane/lane-writer.ts';
import { createLedgerQueries } from './ledger-queries.ts';
import { createLimitRelief } from './limit-relief.ts';
import { summariseNetwork } from './network-summary.ts';
import { createOperationService } from './operation-service.ts';
import { createPaymentService } from './payment-service.ts';
import { createSettlementService, type PairSettlement } from './settlement-service.ts';
import { takeOverLanes } from './take-over.ts';
import type { GatewayServices, OperationService, ServiceConfig } from './types.ts';

const CENTRALBANK = 'centralbank';
const READ_MODEL_MILLISECONDS = 3_000;

export interface ServiceTools {
  client: FabricClient;
  clock: Clock;
  report: (message: string, error?: unknown) => void;
}

/** Wires the services of one organisation's gateway over Fabric; nothing is sent before `start`. */
export function createServices(config: ServiceConfig): Promise<GatewayServices> {
  const { mspId, identity, tlsClient, channel, peers } = config;
  const clock = createClock(config.clockFile);
  const client = createFabricClient({
    channel,
    identity: { mspId, ...identity, ...(tlsClient ? { tlsClient } : {}) },
    peers,
    clock,
  });
  return assembleServices(config, { client, clock, report: reportToStderr });
}

/** The same over a given ledger. */
export async function assembleServices(config: ServiceConfig, tools: ServiceTools): Promise<GatewayServices> {
  const { organization, banks } = config;
  const { client, clock, report } = tools;
  const secrets = readSecrets(config);
  const figures = createFigures();
  const readModel = await openReadModel({
    config: config.readModel,
    organization,
    namespaces: [...banks, CENTRALBANK, 'consortium'],
    secrets,
    onProblem: report,
    onPrivateDataMissing: figures.countPrivateDataMissing,
  });
  const lanes = createLanes({ config, client, readModel, clock, onBatch: figures.countBatch });
  const operations = createOperationService({
    ...{ lanes, defaultLane: organization, secrets },
    onOutcomes: figures.countOutcomes,
  });
  const settlement = createSettlementService({
    ...{ banks: config.banks, client, operations, readModel },
    onSettled: figures.countSettlement,
  });
  const details = createAccountDetailsStore(client, organization);
  const submit = createLimitRelief(operations, settlement);
  const stopping = new AbortController();
  let following: Promise<void> | undefined;
  const parts = { config, tools, lanes, operations, settlement, readModel, secrets, signal: stopping.signal };

  return {
    operations,
    accounts: createAccountService({ bank: organization, client, operations, details, readModel, secrets }),
    payments: createPaymentService({ bank: organization, banks: config.banks, submit, readModel, secrets }),
    settlement,
    queries: createLedgerQueries(client, organization),
    readModel,
    figures: figures.read,
    health: () => ({
      ready: [...lanes.values()].every((lane) => lane.status().holding) && readModel.appliedBlock() !== null,
      readModelBlock: readModel.appliedBlock()?.toString() ?? null,
      lanes: [...lanes.values()].map((lane) => lane.status()),
      network: summariseNetwork(readModel.network()),
      peers: client.peers(),
    }),
    start: () => {
      following = readModel.follow(client, stopping.signal);
      return startServices(parts);
    },
    stop: async () => {
      // The lanes first: their last answers wait for blocks.
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
      stopping.abort();
      await following;
      client.close();
      await readModel.close();
    },
  };
}

interface Parts {
  config: ServiceConfig;
  tools: ServiceTools;
  lanes: ReadonlyMap<string, LaneWriter>;
  operations: OperationService;
  settlement: PairSettlement;
  readModel: ServiceReadModel;
  secrets: GatewaySecrets;
  signal: AbortSignal;
}

async function startServices(parts: Parts): Promise<void> {
  const { config, tools, lanes, operations, settlement, readModel, signal } = parts;
  const { organization, banks } = config;
  const { clock, report: onProblem } = tools;
  const isBank = banks.includes(organization);
  for (const lane of lanes.values()) lane.start();
  const publicKey = isBank ? parts.secrets.encryptionPublicKey : undefined;
  await takeOverLanes({ operations, lanes: [...lanes.keys()], signal, onProblem, publicKey });
  if (!isBank) return;
  const shared = { operations, readModel, signal, onProblem };
  startInbox({ ...shared, bank: organization, senders: banks.filter((bank) => bank !== organization) });
  startAutomaticSettlement({ organization, readModel, settlement, signal, onProblem });
  void runHoldExpiry({ ...shared, clock });
}

/** A bank's gateway writes its customers' lane; the central bank's writes its own and the consortium's. */
function createLanes(tools: {
  config: ServiceConfig;
  client: FabricClient;
  readModel: ServiceReadModel;
  clock: Clock;
  onBatch: Parameters<typeof createLaneWriter>[0]['onBatch'];
}): Map<string, LaneWriter> {
  const { config, client, readModel, clock, onBatch } = tools;
  const names = config.organization === CENTRALBANK ? [CENTRALBANK, 'consortium'] : [config.organization];
  const limits = config.batchOperationsMax ? { batchOperationsMax: config.batchOperationsMax } : {};
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
        organization: config.organization,
        limits,
        afterBlock: (blockNumber) => readModel.waitForBlock(blockNumber, READ_MODEL_MILLISECONDS),
        findBlockOf: (transactionId) => readModel.findBlockOf(transactionId),
        onBatch,
      }),
    ]),
  );
}

function reportToStderr(message: string, error?: unknown): void {
  const cause = error instanceof Error ? error.message : error;
  process.stderr.write(`${JSON.stringify({ level: 'warn', message, cause })}\n`);
}
