import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { GatewayServices } from '../services/types.ts';
import type { ProblemDetails } from './problem-details.ts';
import { addServiceFigures, addWatchFigures } from './service-metrics.ts';
import type { Watch } from './watch.ts';

/** Prometheus figures: requests, outcomes by code, and what the services count. Names no customer and no account. */
export function useMetrics(
  app: FastifyInstance,
  services: Pick<GatewayServices, 'figures' | 'health'>,
  watch?: Watch,
): void {
  const registry = new Registry();
  registry.setDefaultLabels({ service: 'tangram-gateway' });
  collectDefaultMetrics({ register: registry, prefix: 'tangram_gateway_' });

  const registers = [registry];
  const seconds = new Histogram({
    name: 'tangram_gateway_request_duration_seconds',
    help: 'Duration of HTTP requests.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60],
    registers,
  });
  const problems = new Counter({
    name: 'tangram_gateway_problems_total',
    help: 'Refused, failed and unknown requests by code.',
    labelNames: ['outcome', 'code'],
    registers,
  });
  addServiceFigures(registry, services);
  if (watch) addWatchFigures(registry, watch);

  app.addHook('onResponse', async (request, reply) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: String(reply.statusCode),
    };
    seconds.observe(labels, reply.elapsedTime / 1000);
  });
  app.decorateReply('countProblem', ({ outcome, code }: ProblemDetails) => problems.inc({ outcome, code }));
  app.get('/metrics', { schema: { hide: true }, config: { rateLimit: false } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}

declare module 'fastify' {
  interface FastifyReply {
    /** Absent on requests that no route could be looked up for. */
    countProblem?(problem: ProblemDetails): void;
  }
}
