import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { gateway, orderer, peer } from '@hyperledger/fabric-protos';
import { organizationPaths } from '../../identity/layout.ts';
import type { Network, Peer } from '../context.ts';
import { broadcastService, deliverService } from './deliver-service.ts';
import type { EventStreams } from './event-streams.ts';
import { endorserService, gatewayService } from './gateway-service.ts';

interface EndpointOptions {
  network: Network;
  peer: Peer;
  streams: EventStreams;
  organizationsDir: string;
  host: string;
  port: number;
  /** TLS CAs of all organisations; given, a client must show a certificate of one of them. */
  clientCas?: Buffer;
}

/** Serves an organisation's peer over TLS; resolves with the port it listens on. */
export async function startEndpoint(options: EndpointOptions): Promise<{ port: number; close(): Promise<void> }> {
  const { network, peer: local, streams } = options;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': 100 * 1024 * 1024,
    'grpc.max_send_message_length': 100 * 1024 * 1024,
  });
  server.addService(
    gateway.GatewayService as unknown as grpc.ServiceDefinition,
    gatewayService(network, local, streams),
  );
  server.addService(peer.EndorserService as unknown as grpc.ServiceDefinition, endorserService(network, local));
  server.addService(peer.DeliverService as unknown as grpc.ServiceDefinition, deliverService(network, local, streams));
  if (local.organization.orderer) {
    server.addService(
      orderer.AtomicBroadcastService as unknown as grpc.ServiceDefinition,
      broadcastService(network, local, streams),
    );
  }
  const { peerTls } = organizationPaths(options.organizationsDir, local.organization.name);
  const credentials = grpc.ServerCredentials.createSsl(
    options.clientCas ?? null,
    [{ private_key: readFileSync(join(peerTls, 'server.key')), cert_chain: readFileSync(join(peerTls, 'server.crt')) }],
    options.clientCas !== undefined,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${options.host}:${options.port}`, credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        // Streams of events never end by themselves: give calls a moment, then cut them.
        const force = setTimeout(() => server.forceShutdown(), 500);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}
