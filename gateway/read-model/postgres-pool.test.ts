import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { problemOfError } from '../plugins/problem-details.ts';
import { createPostgresPool, ReadModelUnavailable } from './postgres-pool.ts';

/** A server of PostgreSQL that dies at the connection's begin. */
async function startDyingServer(): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const poolAt = (port: number) => createPostgresPool(`postgres://tangram@127.0.0.1:${port}/tangram`);

describe('createPostgresPool', () => {
  test('says that the read model is unavailable when the server ends the connection, and when there is none', async () => {
    const server = await startDyingServer();
    const { port } = server.address() as AddressInfo;
    const pool = poolAt(port);
    await expect(pool.connect()).rejects.toThrow(ReadModelUnavailable);

    server.close();
    await once(server, 'close');

    await expect(pool.connect()).rejects.toThrow(ReadModelUnavailable);
    await pool.end();
  });

  test('is answered as a retry with the same id, because the request may have booked', () => {
    expect(problemOfError(new ReadModelUnavailable(new Error('gone')))).toMatchObject({
      ...{ code: 'API_READ_MODEL_UNAVAILABLE', status: 503, outcome: 'unknown', retry: 'later' },
    });
  });
});
