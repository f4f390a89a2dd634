import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { JWTVerifyGetKey } from 'jose';
import type { GatewayConfig } from './config.ts';
import { limitsOf } from './config.ts';
import { createAuthenticator } from './plugins/authentication.ts';
import { errors } from './plugins/errors.ts';
import { requestIdOf, traceOf, useRateLimits, useSecureHeaders } from './plugins/hardening.ts';
import type { HttpsOptions } from './plugins/https.ts';
import { useMetrics } from './plugins/metrics.ts';
import { useOpenApi } from './plugins/open-api.ts';
import { sendProblem, useProblemDetails } from './plugins/problem-details.ts';
import { schemaCheck } from './plugins/schema-check.ts';
import type { Watch } from './plugins/watch.ts';
import { OwnerCache } from './routes/access.ts';
import { useHealth } from './routes/health.ts';
import { mountRoute, useJsonBodies } from './routes/mount.ts';
import type { Gateway, Route } from './routes/route.ts';
import { useSiblings } from './routes/siblings.ts';
import { createRoutes } from './routes/table.ts';
import type { GatewayServices } from './services/types.ts';

export interface AppOptions {
  config: Pick<GatewayConfig, 'organization' | 'banks' | 'bics' | 'issuer' | 'limits' | 'logLevel' | 'tls'>;
  services: GatewayServices;
  /** Keys of the token issuer, where they are not to be fetched. */
  keys?: JWTVerifyGetKey;
  /** Certificate and key for HTTPS. */
  https?: HttpsOptions;
  now?: () => Date;
  /** Certificates and disks for /metrics. */
  watch?: Watch;
}

/** The gateway's HTTP application without a process around it: tests inject requests. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { config, services } = options;
  const limits = limitsOf(config);
  const app = createServer(options);
  const closing = new AbortController();
  const gateway: Gateway = {
    organization: config.organization,
    banks: config.banks,
    bics: config.bics ?? {},
    services,
    limits,
    now: options.now ?? (() => new Date()),
  };
  const rows = createRoutes(closing.signal);

  app.decorateRequest('caller', null);
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const check = schemaCheck(schema as never, httpPart === 'querystring' ? 'query' : (httpPart ?? 'request'));
    return (value: unknown) => {
      const error = check(value);
      return error === undefined ? { value } : { error };
    };
  });
  app.setSerializerCompiler(() => JSON.stringify);
  app.addHook('onRequest', async () => {
    if (closing.signal.aborted) throw errors.NOT_READY();
  });
  app.addHook('onSend', async (_request, reply) => {
    // Connections that stay open would hold the shutdown up until they time out.
    if (closing.signal.aborted) reply.header('connection', 'close');
  });
  useProblemDetails(app, (path) => methodsOf(rows, path));
  useSecureHeaders(app, options.https !== undefined);
  useJsonBodies(app);
  useMetrics(app, services, options.watch);
  await useRateLimits(app, limits);
  await useOpenApi(app, config.organization);
  useHealth(app, services);
  if (services.siblings) await useSiblings(app, services.siblings, limits.fileBytes);
  const authenticate = createAuthenticator({
    issuer: config.issuer,
    organization: config.organization,
    keys: options.keys,
  });
  const owners = new OwnerCache();
  for (const row of rows) mountRoute(app, row, { gateway, authenticate, owners });
  app.addHook('preClose', async () => closing.abort());
  return app;
}

function createServer({ config, https }: AppOptions): FastifyInstance {
  const limits = limitsOf(config);
  return Fastify({
    ...(https === undefined ? {} : { https }),
    // The readiness line has stdout for itself.
    logger: { level: config.logLevel ?? 'info', stream: process.stderr, serializers: { req: loggedRequest } },
    genReqId: (request) => requestIdOf(request.headers),
    childLoggerFactory: (logger, bindings, childOptions, request) =>
      logger.child({ ...bindings, ...traceOf(request.headers) }, childOptions) as FastifyBaseLogger,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestSeconds * 1000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void sendProblem(error, request as never, reply as never),
    routerOptions: { maxParamLength: 64, caseSensitive: true },
  }) as unknown as FastifyInstance;
}

/** Method and path only: query strings and headers may name customers or carry tokens. */
function loggedRequest(request: { method: string; url: string }): { method: string; path: string } {
  return { method: request.method, path: request.url.split('?', 1)[0]!.slice(0, 200) };
}

function methodsOf(rows: readonly Route[], path: string): string[] {
  const matches = rows.filter((row) => new RegExp(`^${row.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path));
  return [...new Set(matches.map((row) => row.method))];
}
