import { type GatewayConfig, loadConfig } from '../config.ts';
import { createClock } from '../fabric/clock.ts';
import { createFabricClient, type FabricClient } from '../fabric/fabric-client.ts';
import { readSecrets } from '../secrets/secrets.ts';
import { openProjector, type Projector } from './projector.ts';

export interface LaneEnd {
  lane: string;
  sequence: number;
  hash: string;
}

export interface OpenReadModel {
  config: GatewayConfig;
  client: FabricClient;
  projector: Projector;
  /** Where the lanes of the network end on the ledger now. */
  readLaneEnds(): Promise<LaneEnd[]>;
  close(): Promise<void>;
}

/** Opens a gateway's read model and its ledger for the commands beside this file. */
export async function openFromConfig(file: string): Promise<OpenReadModel> {
  const config = loadConfig(file);
  const { mspId, identity, tlsClient, channel, peers, organization } = config;
  const client = createFabricClient({
    channel,
    identity: { mspId, ...identity, ...(tlsClient ? { tlsClient } : {}) },
    peers,
    clock: createClock(config.clockFile),
  });
  const namespaces = [...config.banks, ...(config.formerBanks ?? []), 'centralbank', 'consortium'];
  const projector = await openProjector({
    config: config.readModel,
    organization,
    namespaces,
    secrets: readSecrets(config),
  });
  return {
    config,
    client,
    projector,
    readLaneEnds: () =>
      Promise.all(
        namespaces.map(async (lane) => {
          const call = { chaincode: lane, transactionName: 'lane:getHead', argument: '{}' };
          return { ...(JSON.parse(await client.evaluate(call)) as LaneEnd), lane };
        }),
      ),
    close: async () => {
      client.close();
      await projector.close();
    },
  };
}
