import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { GatewayServices } from '../services/types.ts';
import type { ProblemDetails } from './problem-details.ts';

/** Prometheus figures: requests, outcomes by code, and what the services count. Names no customer and no account. */
export function useMetrics(app: FastifyInstance, services: Pick<GatewayServices, 'figures' | 'health'>): void {
  const registry = new Registry();
  registry.setDefaultLabels({ service: 'tangram-gateway' });
  collectDefaultMetrics({ register: registry, prefix: 'tangram_gateway_' });

  const registers = [registry];
  const seconds = new Histogram({
    name: 'tangram_gateway_request_seconds',
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

/** Reads the services' own figures when Prometheus asks, so that nothing is counted twice. */
function addServiceFigures(registry: Registry, services: Pick<GatewayServices, 'figures' | 'health'>): void {
  const registers = [registry];
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      ...{ name: `tangram_gateway_${name}`, help, registers },
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const gauge = (name: string, help: string, labelNames: string[], collect: (this: Gauge) => void) =>
    new Gauge({ name: `tangram_gateway_${name}`, help, labelNames, registers, collect });

  counter('batches_total', 'Batches committed.', () => services.figures().batches);
  counter(
    'batch_seconds_total',
    'Time from endorsement to commit of all batches.',
    () => services.figures().batchSeconds.sum,
  );
  counter('settlements_total', 'Pair positions settled.', () => services.figures().settlements);
  new Counter({
    ...{ name: 'tangram_gateway_operations_total', help: 'Operations by outcome.', labelNames: ['outcome'], registers },
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(services.figures().operations)) this.inc({ outcome }, count);
    },
  });
  gauge('lane_queue', 'Operations that wait for the next batch.', ['lane'], function () {
    for (const { lane, queued } of services.health().lanes) this.set({ lane }, queued);
  });
  gauge('lane_held', '1 where this gateway writes the lane.', ['lane'], function () {
    for (const { lane, holding } of services.health().lanes) this.set({ lane }, holding ? 1 : 0);
  });
  gauge('peer_healthy', '1 where the peer answers.', ['mspId', 'endpoint'], function () {
    for (const { mspId, endpoint, healthy } of services.health().peers) this.set({ mspId, endpoint }, healthy ? 1 : 0);
  });
  gauge('read_model_block', 'Last block that the read model has applied.', [], function () {
    this.set(Number(services.health().readModelBlock ?? -1));
  });
}
