import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { findTakenPorts } from './port-check.ts';

describe('findTakenPorts', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  test('names a taken port, what wanted it and who holds it', async () => {
    const [taken, ...others] = await findTakenPorts([{ port, role: 'gateway of cedar' }]);

    expect(others).toEqual([]);
    expect(taken).toMatchObject({ port, role: 'gateway of cedar' });
    expect(taken?.holder).toContain(`process ${process.pid}`);
  });

  test('finds nothing when the ports are free', async () => {
    await new Promise((resolve) => server.close(resolve));

    expect(await findTakenPorts([{ port, role: 'gateway of cedar' }])).toEqual([]);
  });
});
