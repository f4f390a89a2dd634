import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { mspIdOf } from '@tangram/chaincode/core/names.ts';
import type { FastifyInstance } from 'fastify';
import { createApp } from '../app.ts';
import { assembleServices } from '../services/create-services.ts';
import type { GatewayServices, ServiceConfig } from '../services/types.ts';
import type { MemoryGateways } from './memory-gateways.ts';

/** One of several gateways of an organisation, with its real HTTP server. */
export interface MemorySibling {
  readonly services: GatewayServices;
  readonly url: string;
  readonly problems: string[];
  /** Ends the HTTP server as a lost process does: connections break, the port refuses. The services know nothing. */
  cutOff(): void;
  stop(): Promise<void>;
}

/** Starts as many gateways of one organisation as there are identities, one after the other, over one ledger in memory. */
export async function startMemorySiblings(
  gateways: MemoryGateways,
  organization: string,
  identities: ServiceConfig['identity'][],
): Promise<MemorySibling[]> {
  const ports: number[] = [];
  for (const _ of identities) ports.push(await freePort());
  const started: MemorySibling[] = [];
  for (const [index, identity] of identities.entries()) {
    const siblings = ports.filter((_, other) => other !== index).map((port) => ({ url: `http://127.0.0.1:${port}` }));
    const file = join(dirname(identity.keyFile), `read-model-${index}.sqlite`);
    const readModel = { kind: 'sqlite' as const, file };
    const config = { ...gateways.configOf(organization), identity, siblings, readModel };
    started.push(await startOne(gateways, config, ports[index] as number));
  }
  return started;
}

async function startOne(gateways: MemoryGateways, config: ServiceConfig, port: number): Promise<MemorySibling> {
  const { fabric } = gateways;
  const problems: string[] = [];
  const services = await assembleServices(config, {
    client: fabric.clientOf(mspIdOf(config.organization)),
    clock: { now: () => fabric.milliseconds, controlled: true },
    report: (message, error) => problems.push(`${message} ${String(error)}`),
  });
  const issuer = { issuer: 'https://issuer.test', audience: 'tangram', jwksUrl: 'http://127.0.0.1:9/jwks.json' };
  const app: FastifyInstance = await createApp({ config: { ...config, issuer, logLevel: 'silent' }, services });
  const url = await app.listen({ host: '127.0.0.1', port });
  await services.start();
  return {
    services,
    url,
    problems,
    cutOff: () => {
      app.server.close();
      app.server.closeAllConnections();
    },
    stop: async () => {
      app.server.closeAllConnections();
      await app.close();
      await services.stop();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
