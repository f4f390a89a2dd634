import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Channel } from './context.ts';
import type { ChannelStatus, Deployment, NetworkStatus } from './control-client.ts';
import type { Fault } from './faults.ts';
import type { EmbeddedNetwork } from './network.ts';

export const notice = 'development network: not for production';

const maxBodyBytes = 1024 * 1024;
const faultKinds: Fault['kind'][] = ['stop-endorser', 'delay-endorser', 'lose-events', 'timeout-commit-status'];

/** A request the control port refuses, with its HTTP status. */
class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Body = Record<string, unknown>;
type Handler = (parameters: string[], body: Body) => unknown;

/** Serves the control port on loopback: what tests and drivers may do to the network. */
export async function startControl(
  embedded: EmbeddedNetwork,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const routes = controlRoutes(embedded);
  const server = createServer((request, response) => {
    void answer(routes, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body, encodeBytes));
    });
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

function encodeBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

async function answer(
  routes: [string, RegExp, Handler][],
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  try {
    // A web page must not be able to drive the network through its reader's browser.
    if (request.headers.origin) throw new ControlError(403, 'the control port is not for web pages');
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    for (const [method, pattern, handle] of routes) {
      const match = method === request.method && pattern.exec(path);
      if (!match) continue;
      const body = await readBody(request);
      return { status: 200, body: (await handle(match.slice(1).map(decodeURIComponent), body)) ?? null };
    }
    throw new ControlError(404, `${request.method} ${path} is unknown`);
  } catch (error) {
    const { message } = error as Error;
    return { status: error instanceof ControlError ? error.status : 409, body: { error: message } };
  }
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new ControlError(413, 'the body is too large');
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Body;
  } catch {
    throw new ControlError(400, 'the body is not JSON');
  }
}

function text(body: Body, field: string): string {
  const value = body[field];
  if (typeof value !== 'string' || value === '') throw new ControlError(400, `'${field}' must be a non-empty string`);
  return value;
}

function readDeployment(body: Body): Deployment {
  for (const field of ['channel', 'name', 'version', 'policy']) text(body, field);
  if (!Number.isSafeInteger(body.sequence)) throw new ControlError(400, "'sequence' must be a whole number");
  if (typeof body.servers !== 'object' || body.servers === null)
    throw new ControlError(400, "'servers' must be an object");
  return body as unknown as Deployment;
}

function readFault(body: Body): Fault {
  const kind = faultKinds.find((known) => known === body.kind);
  if (!kind) throw new ControlError(400, `'kind' must be one of ${faultKinds.join(', ')}`);
  return { ...(body as unknown as Fault), kind };
}

function controlRoutes(embedded: EmbeddedNetwork): [string, RegExp, Handler][] {
  const { network } = embedded;
  const channelOf = (id: string): Channel => {
    const channel = network.channels.get(id);
    if (!channel) throw new ControlError(404, `channel '${id}' does not exist`);
    return channel;
  };
  const onBlocks = (body: Body, act: (channel: Channel) => void) => {
    const channel = channelOf(text(body, 'channel'));
    act(channel);
    return { height: channel.ledger.height };
  };
  return [
    ['GET', /^\/status$/, () => networkStatus(embedded)],
    ['POST', /^\/deploy$/, (_, body) => embedded.deploy(readDeployment(body))],
    ['POST', /^\/channels$/, (_, body) => ({ height: embedded.createChannel(text(body, 'name')).ledger.height })],
    ['POST', /^\/blocks\/pause$/, (_, body) => onBlocks(body, ({ orderer }) => orderer.pause())],
    ['POST', /^\/blocks\/resume$/, (_, body) => onBlocks(body, ({ orderer }) => orderer.resume())],
    ['POST', /^\/blocks\/cut$/, (_, body) => onBlocks(body, ({ orderer }) => orderer.cut())],
    [
      'POST',
      /^\/snapshots$/,
      (_, body) => {
        embedded.snapshot(text(body, 'name'));
        return { name: body.name };
      },
    ],
    [
      'POST',
      /^\/snapshots\/([^/]+)\/revert$/,
      ([name = '']) => {
        if (!embedded.registry.snapshot(name)) throw new ControlError(404, `there is no snapshot '${name}'`);
        embedded.revert(name);
        return { name };
      },
    ],
    [
      'POST',
      /^\/clock$/,
      (_, body) => {
        network.clock.setOffset(body.offsetMs as number);
        return { now: new Date(network.clock.now()).toISOString() };
      },
    ],
    [
      'POST',
      /^\/faults$/,
      (_, body) => {
        network.faults.add(readFault(body));
        return { faults: network.faults.list() };
      },
    ],
    [
      'DELETE',
      /^\/faults$/,
      () => {
        network.faults.clear();
        return { faults: [] };
      },
    ],
    ['GET', /^\/why\/([^/]+)\/([^/]+)$/, ([channel = '', txId = '']) => why(channelOf(channel), txId)],
    ['GET', /^\/verify\/([^/]+)$/, ([channel = '']) => verify(channelOf(channel))],
  ];
}

function why({ ledger }: Channel, txId: string) {
  const location = ledger.locateTransaction(txId);
  if (!location) throw new ControlError(404, `transaction '${txId}' is not on the ledger`);
  return location.code === 0 ? null : ledger.why(txId);
}

function verify({ id, ledger }: Channel) {
  const report = ledger.verify();
  if (!report.ok) throw new ControlError(409, `channel '${id}' differs from its blocks: ${report.problems.join('; ')}`);
  return report;
}

function networkStatus({ network, registry }: EmbeddedNetwork): NetworkStatus {
  const servers = registry.servers();
  const channelStatus = ({ id, ledger, orderer }: Channel): ChannelStatus => ({
    height: ledger.height,
    isPaused: orderer.isPaused,
    pending: orderer.pending,
    chaincodes: ledger.listDefinitions().map(({ name, version, sequence }) => {
      const own = servers.filter(({ channel, chaincode }) => channel === id && chaincode === name);
      return {
        name,
        version,
        sequence,
        packageId: own[0]?.packageId ?? '',
        organizations: own.map(({ mspId }) => mspId),
      };
    }),
    peers: [...network.peers.values()].map(({ organization, mspId }) => ({
      organization: organization.name,
      mspId,
      height: ledger.height,
      stateHash: Buffer.from(ledger.commitHash).toString('hex'),
    })),
  });
  return {
    notice,
    clock: { now: new Date(network.clock.now()).toISOString(), offsetMs: network.clock.offset },
    faults: network.faults.list(),
    snapshots: registry.snapshotNames(),
    channels: Object.fromEntries([...network.channels.values()].map((channel) => [channel.id, channelStatus(channel)])),
  };
}
