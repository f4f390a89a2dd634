import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exchange } from './https-exchange.ts';
import { issueCertificate } from './identity/certificate.ts';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => unknown;
const ask = (options = {}, body?: string) => {
  const { port } = server.address() as AddressInfo;
  return exchange({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout: 5_000, ...options }, body);
};

beforeAll(async () => {
  const { certificatePem: cert, keyPem: key } = await issueCertificate({
    ...{ commonName: 'node', organization: 'CedarMSP', usage: 'ca' },
  });
  server = createServer({ cert, key }, (request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('what was sent is answered, with status and headers', async () => {
  answer = async (request, response) => response.writeHead(405, { allow: 'GET' }).end(`got ${await text(request)}`);
  const { status, headers, text: received } = await ask({ method: 'POST' }, 'block');
  expect({ status, allow: headers.allow, received }).toEqual({ status: 405, allow: 'GET', received: 'got block' });
});

test('a node that is killed within its answer fails the call, and nothing else', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half');
    setTimeout(() => response.destroy(), 50);
  };
  await expect(ask()).rejects.toThrow('aborted');
});

test('a silent node is given up', async () => {
  answer = () => undefined;
  await expect(ask({ timeout: 100 })).rejects.toThrow('no answer within 0.1 s');
});

test('a node that is away fails the call', async () => {
  await expect(exchange({ host: '127.0.0.1', port: 1, timeout: 1_000 })).rejects.toThrow('ECONNREFUSED');
});
