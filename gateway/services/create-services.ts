import { mspIdOf } from '@tangram/chaincode/core/names.ts';
import { createClock } from '../fabric/clock.ts';
import { createFabricClient, type FabricClient } from '../fabric/fabric-client.ts';
import { openReadModel, type ServiceReadModel } from '../read-model/read-model.ts';
import { createAccountDetailsStore } from './account-details-store.ts';
import { createAccountService } from './account-service.ts';
import { startAutomaticSettlement } from './automatic-settlement.ts';
import { createFigures } from './figures.ts';
import { runHoldExpiry } from './hold-expiry.ts';
import { startInbox } from './inbox-service.ts';
import { createLaneTransport } from './lane/lane-transport.ts';
import { createLaneWriter, type LaneWriter } from './lane/lane-writer.ts';
import { createLimitRelief } from './limit-relief.ts';
import { createOperationService } from './operation-service.ts';
import { createPaymentService } from './payment-service.ts';
import { createLedgerQueries } from './ledger-queries.ts';
import { readSecrets } from './secrets.ts';
import { createSettlementService } from './settlement-service.ts';
import { takeOverLanes } from './take-over.ts';
import type { GatewayServices, ServiceConfig } from './types.ts';

const CENTRALBANK = 'centralbank';
const READ_MODEL_MILLISECONDS = 3_000;

/** Wires the services of one organisation's gateway; nothing is sent before `start`. */
export async function createServices(
  config: ServiceConfig,
  report: (message: string, error?: unknown) => void = reportToStderr,
): Promise<GatewayServices> {
  const { organization, banks } = config;
  const isBank = banks.includes(organization);
  const secrets = readSecrets(config);
  const clock = createClock(config.clockFile);
  const client = createFabricClient({
    channel: config.channel,
    identity: { mspId: config.mspId, ...config.identity, ...(config.tlsClient ? { tlsClient: config.tlsClient } : {}) },
    peers: config.peers,
    clock,
  });
  const readModel = await openReadModel({
    config: config.readModel,
    organization,
    namespaces: [...banks, CENTRALBANK, 'consortium'],
    secrets,
    onProblem: report,
  });
  const figures = createFigures();
  const lanes = createLanes({ config, client, readModel, clock, onBatch: figures.countBatch });
  const operations = createOperationService({ lanes, defaultLane: organization, secrets });
  const settlement = createSettlementService({ client, operations, readModel, onSettled: figures.countSettlement });
  const stopping = new AbortController();
  const { signal } = stopping;

  return {
    operations,
    accounts: createAccountService({
      bank: organization,
      client,
      operations,
      details: createAccountDetailsStore(client, organization),
      readModel,
      secrets,
    }),
    payments: createPaymentService({
      bank: organization,
      submit: createLimitRelief(operations, settlement),
      readModel,
      secrets,
    }),
    settlement,
    queries: createLedgerQueries(client, organization),
    readModel,
    figures: figures.read,
    health: () => ({
      ready: [...lanes.values()].every((lane) => lane.status().holding) && readModel.appliedBlock() !== null,
      readModelBlock: readModel.appliedBlock()?.toString() ?? null,
      lanes: [...lanes.values()].map((lane) => lane.status()),
      peers: client.peers(),
    }),
    start: async () => {
      void readModel.follow(client, signal);
      for (const lane of lanes.values()) lane.start();
      const publicKey = isBank ? secrets.encryptionPublicKey : undefined;
      await takeOverLanes({ operations, lanes: [...lanes.keys()], signal, onProblem: report, publicKey });
      if (!isBank) return;
      const senders = banks.filter((bank) => bank !== organization);
      const shared = { operations, readModel, signal, onProblem: report };
      startInbox({ ...shared, bank: organization, senders });
      startAutomaticSettlement({ organization, readModel, settlement, signal, onProblem: report });
      void runHoldExpiry({ ...shared, clock });
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
      client.close();
      await readModel.close();
    },
  };
}

/** A bank's gateway writes its customers' lane; the central bank's writes its own and the consortium's. */
function createLanes(tools: {
  config: ServiceConfig;
  client: FabricClient;
  readModel: ServiceReadModel;
  clock: ReturnType<typeof createClock>;
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
