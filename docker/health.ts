// Health check of our images, which have no shell: exits 0 when the program of this container can work.
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:net';

const milliseconds = 2500;

/** A node's operations endpoint, which takes only TLS client certificates of its own organisation. */
interface Listener {
  host: string;
  port: number;
  serverName: string;
  caFile: string;
  certFile: string;
  keyFile: string;
}

const checks: Record<string, () => Promise<unknown>> = {
  gateway: () => {
    const { port } = JSON.parse(readFileSync(process.env.GATEWAY_CONFIG ?? '/config/gateway.json', 'utf8'));
    return answers(`http://127.0.0.1:${port}/readyz`);
  },
  chaincode: () => {
    const { CHAINCODE_SERVERS: text = '[]', CHAINCODE_SERVERS_FILE: file } = process.env;
    const servers: { address: string }[] = JSON.parse(file ? readFileSync(file, 'utf8') : text);
    return Promise.all(servers.map(({ address }) => listens(portOf(address))));
  },
  nodes: () => {
    const file = process.env.NODES_FILE ?? '/data/own/services/nodes.json';
    const nodes: Listener[] = JSON.parse(readFileSync(file, 'utf8'));
    return Promise.all(nodes.map(isWell));
  },
  issuer: () => answers(`http://127.0.0.1:${process.env.ISSUER_PORT ?? 8090}/`),
  network: () => answers(`http://127.0.0.1:${process.env.CONTROL_PORT ?? 7060}/status`),
};

const check = checks[process.argv[2] ?? ''];
if (check === undefined) throw new Error(`Name one of ${Object.keys(checks).join(', ')}.`);
await check();

async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(milliseconds) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}

function isWell({ host, port, serverName, caFile, certFile, keyFile }: Listener): Promise<void> {
  const [ca, cert, key] = [caFile, certFile, keyFile].map((file) => readFileSync(file));
  const options = { host, port, path: '/healthz', servername: serverName, ca, cert, key, timeout: milliseconds };
  return new Promise((resolve, reject) => {
    const asked = get(options, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`${host}:${port} answers ${response.statusCode}`));
    });
    asked.once('timeout', () => asked.destroy(new Error(`${host}:${port} does not answer`)));
    asked.once('error', reject);
  });
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function listens(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: milliseconds });
    socket.once('connect', () => resolve(void socket.destroy()));
    socket.once('timeout', () => reject(new Error(`port ${port} does not answer`)));
    socket.once('error', reject);
  });
}
