import { parseArgs } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { createApp } from './app.ts';
import { loadConfig } from './config.ts';
import { createClock } from './fabric/clock.ts';
import { plainHttpWarning, readHttps } from './plugins/https.ts';
import { startWatch } from './plugins/watch.ts';
import { createServices } from './services/create-services.ts';
import type { GatewayServices } from './services/types.ts';

const STOP_SECONDS_MAX = 15;

/** Starts the gateway of one organisation and prints one line of JSON when it can book. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('usage: node gateway/main.ts --config <file>');
  const config = loadConfig(values.config);
  const services = await createServices(config);
  const clock = createClock(config.clockFile);
  const app = await createApp({
    ...{ config, services, now: () => new Date(clock.now()) },
    https: config.tls && readHttps(config.tls),
    watch: startWatch(config),
  });

  stopOnSignal(app, services);
  const warning = plainHttpWarning(config);
  if (warning) app.log.warn(warning);
  // Listening first, so that /healthz and /readyz answer while the lanes are taken over.
  const url = await app.listen({ host: config.host ?? '127.0.0.1', port: config.port });
  await services.start();
  process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`);
}

/** Answers what was taken, then leaves; a second signal, or the limit of time, ends it at once. */
function stopOnSignal(app: FastifyInstance, services: GatewayServices): void {
  let isStopping = false;
  const stop = async () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), STOP_SECONDS_MAX * 1000).unref();
    await app.close();
    await services.stop();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

await main().catch((error: Error) => {
  process.stderr.write(`${JSON.stringify({ ready: false, error: error.message, cause: String(error.cause ?? '') })}\n`);
  process.exit(1);
});
