import type { FastifyInstance } from 'fastify';
import type { GatewayServices } from '../services/types.ts';

/** /healthz: the process answers. /readyz: it can book, with what is missing when it cannot. */
export function useHealth(app: FastifyInstance, services: Pick<GatewayServices, 'health'>): void {
  const options = { schema: { hide: true }, config: { rateLimit: false } } as const;
  app.get('/healthz', options, async () => ({ status: 'up' }));
  app.get('/readyz', options, async (_request, reply) => {
    const { ready, readModelBlock, lanes, peers } = services.health();
    const body = {
      status: ready ? 'ready' : 'not-ready',
      readModelBlock,
      lanes,
      peers: peers.map(({ mspId, healthy }) => ({ mspId, healthy })),
    };
    return reply.status(ready ? 200 : 503).send(body);
  });
}
