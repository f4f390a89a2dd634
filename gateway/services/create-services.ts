import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type Clock, createClock } from '../fabric/clock.ts';
import { createFabricClient, type FabricClient } from '../fabric/fabric-client.ts';
import { type LedgerProjection, projectHere } from '../read-model/projection.ts';
import { projectInThread } from '../read-model/projection-thread.ts';
import { openProjector } from '../read-model/projector.ts';
import { createReadModel } from '../read-model/read-model.ts';
import { readSecrets } from '../secrets/secrets.ts';
import { openSubjectKeys } from '../secrets/subject-keys.ts';
import { createAccountDetailsStore } from './account-details-store.ts';
import { createAccountService } from './account-service.ts';
import { startBackground } from './background.ts';
import { createCreditService } from './credit/credit-service.ts';
import { createFigures } from './figures.ts';
import { createLanes } from './lane/create-lanes.ts';
import { createLedgerQueries } from './ledger-queries.ts';
import { createLimitRelief } from './limit-relief.ts';
import { summariseNetwork } from './network-summary.ts';
import { createOperationService } from './operation-service.ts';
import { createPaymentService } from './payment-service.ts';
import { createSettlementService } from './settlement-service.ts';
import { createSiblingDesk } from './siblings/sibling-desk.ts';
import { createSiblingTokens } from './siblings/sibling-tokens.ts';
import { createSiblings } from './siblings/siblings.ts';
import type { GatewayServices, ServiceConfig } from './types.ts';

const CENTRALBANK = 'centralbank';

export interface ServiceTools {
  client: FabricClient;
  clock: Clock;
  projection?: LedgerProjection;
  report: (message: string, error?: unknown) => void;
}

/** Wires the services of one organisation's gateway over Fabric; nothing is sent before `start`. */
export async function createServices(config: ServiceConfig): Promise<GatewayServices> {
  const { mspId, identity, tlsClient, channel, peers, organization } = config;
  const clock = createClock(config.clockFile);
  const connection = { channel, identity: { mspId, ...identity, ...(tlsClient ? { tlsClient } : {}) }, peers };
  const projection = await projectInThread({
    projector: { config: config.readModel, organization, namespaces: namespacesOf(config) },
    client: connection,
    secrets: { encryptionKeyFile: config.encryptionKeyFile, digestKeyFile: config.digestKeyFile },
  });
  const client = createFabricClient({ ...connection, clock });
  return assembleServices(config, { client, clock, projection, report: reportToStderr });
}

/** The same over a given ledger, projected in this thread unless a projection is given. */
export async function assembleServices(config: ServiceConfig, tools: ServiceTools): Promise<GatewayServices> {
  const { organization } = config;
  const { client, clock, report } = tools;
  const secrets = readSecrets(config);
  const figures = createFigures();
  const namespaces = namespacesOf(config);
  const projection =
    tools.projection ??
    projectHere(await openProjector({ config: config.readModel, organization, namespaces, secrets }), client);
  const readModel = createReadModel({
    ...{ projection, organization, namespaces },
    onProblem: report,
    readBlocks: client.readBlocks,
    onPrivateDataMissing: figures.countPrivateDataMissing,
  });
  const tokens = config.siblings?.length ? createSiblingTokens({ organization, ...config.identity }) : undefined;
  const siblings = createSiblings({ configs: config.siblings ?? [], tokens, now: clock.now, onProblem: report });
  // No two processes have the same name, or a restarted one would pass for the one that it replaces.
  const holder = `${organization}-${randomBytes(6).toString('hex')}`;
  const lanes = createLanes({
    ...{ config, client, readModel, clock, siblings, holder },
    ...{ onBatch: figures.countBatch, onReadable: figures.countReadable },
  });
  const operations = createOperationService({
    ...{ lanes, defaultLane: organization, secrets },
    onOutcomes: figures.countOutcomes,
  });
  const settlement = createSettlementService({
    ...{ banks: config.banks, client, operations, readModel },
    onSettled: figures.countSettlement,
  });
  const details = createAccountDetailsStore(client, organization);
  const queries = createLedgerQueries(client, organization);
  const keys = openSubjectKeys(config.subjectKeysFolder ?? join(dirname(config.encryptionKeyFile), 'subject-keys'));
  const submit = createLimitRelief(operations, settlement);
  const stopping = new AbortController();
  let following: Promise<void> | undefined;
  const parts = { config, clock, lanes, siblings, operations, queries, settlement, readModel, secrets };

  return {
    operations,
    accounts: createAccountService({ bank: organization, client, operations, details, readModel, secrets }),
    payments: createPaymentService({ bank: organization, banks: config.banks, submit, readModel, secrets }),
    settlement,
    credit: createCreditService({
      ...{ bank: organization, banks: config.banks, client, operations, queries, keys },
      now: clock.now,
    }),
    queries,
    readModel,
    figures: figures.read,
    health: () => ({
      ready: [...lanes.values()].every((lane) => lane.status().role !== 'none') && readModel.appliedBlock() !== null,
      readModelBlock: readModel.appliedBlock()?.toString() ?? null,
      lanes: [...lanes.values()].map((lane) => lane.status()),
      network: summariseNetwork(readModel.network()),
      peers: client.peers(),
    }),
    siblings: tokens && createSiblingDesk(tokens, { holder, lanes }),
    start: () => {
      siblings.start();
      following = readModel.follow(stopping.signal);
      return startBackground({ ...parts, onProblem: report, signal: stopping.signal });
    },
    stop: async () => {
      // The lanes first: their last answers wait for blocks.
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
      stopping.abort();
      siblings.stop();
      await following;
      client.close();
      await readModel.close();
    },
  };
}

function namespacesOf({ banks, formerBanks = [] }: ServiceConfig): string[] {
  return [...banks, ...formerBanks, CENTRALBANK, 'consortium'];
}

function reportToStderr(message: string, error?: unknown): void {
  const cause = error instanceof Error ? error.message : error;
  process.stderr.write(`${JSON.stringify({ level: 'warn', message, cause })}\n`);
}
