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
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) };
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

/** Reads the services' own counters when Prometheus asks, so that nothing is counted twice. */
function addServiceFigures(registry: Registry, services: Pick<GatewayServices, 'figures' | 'health'>): void {
  const gauge = (name: string, help: string, collect: (this: Gauge) => void, labelNames: string[] = []) =>
    new Gauge({ name: `tangram_gateway_${name}`, help, labelNames, registers: [registry], collect });

  gauge('batches_total', 'Batches committed.', function () {
    this.set(services.figures().batches);
  });
  gauge('settlements_total', 'Pair positions settled.', function () {
    this.set(services.figures().settlements);
  });
  gauge('batch_seconds_sum', 'Time from endorsement to commit of all batches.', function () {
    this.set(services.figures().batchSeconds.sum);
  });
  gauge('batch_seconds_count', 'Batches that the sum counts.', function () {
    this.set(services.figures().batchSeconds.count);
  });
  gauge('operations_total', 'Operations by outcome.', function () {
    for (const [outcome, count] of Object.entries(services.figures().operations)) this.set({ outcome }, count);
  }, ['outcome']);
  gauge('lane_queue', 'Operations that wait for the next batch.', function () {
    for (const { lane, queued } of services.health().lanes) this.set({ lane }, queued);
  }, ['lane']);
  gauge('lane_held', '1 where this gateway writes the lane.', function () {
    for (const { lane, holding } of services.health().lanes) this.set({ lane }, holding ? 1 : 0);
  }, ['lane']);
  gauge('peer_healthy', '1 where the peer answers.', function () {
    for (const { mspId, endpoint, healthy } of services.health().peers) this.set({ mspId, endpoint }, healthy ? 1 : 0);
  }, ['mspId', 'endpoint']);
  gauge('read_model_block', 'Last block that the read model has applied.', function () {
    this.set(Number(services.health().readModelBlock ?? -1));
  });
}
