import { randomUUID } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Limits } from '../config.ts';
import { errors } from './errors.ts';

const SECURE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Sets headers that keep answers out of caches, frames and foreign pages, and browsers that came by HTTPS on it. */
export function useSecureHeaders(app: FastifyInstance, isHttps: boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURE_HEADERS);
    if (isHttps) reply.header('strict-transport-security', 'max-age=31536000');
    if (!request.url.startsWith('/docs')) reply.header('content-security-policy', "default-src 'none'");
    reply.header('x-request-id', request.id);
  });
}

const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** A request id of the caller is kept when it is harmless to log; else a new one is made. */
export function requestIdOf(headers: Record<string, string | string[] | undefined>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
}

/** The W3C trace that a request belongs to, for the log; nothing when the header is malformed. */
export function traceOf(headers: Record<string, string | string[] | undefined>): { traceId?: string; spanId?: string } {
  const given = headers.traceparent;
  const match = typeof given === 'string' ? TRACE_PARENT.exec(given) : null;
  return match === null ? {} : { traceId: match[1], spanId: match[2] };
}

/** Limits requests per caller, or per address before the caller is known: 429 with Retry-After. */
export async function useRateLimits(app: FastifyInstance, limits: Limits): Promise<void> {
  const windowSeconds = 60;
  const refuse = () => errors.RATE_LIMIT_EXCEEDED({ requestsMax: limits.requestsPerMinute, windowSeconds });
  await app.register(rateLimit, {
    global: true,
    hook: 'preParsing',
    max: limits.requestsPerMinute,
    timeWindow: windowSeconds * 1000,
    enableDraftSpec: true,
    cache: 10_000,
    keyGenerator: (request: FastifyRequest) => callerKey(request),
    errorResponseBuilder: refuse,
  });
  // Requests whose token is refused never get as far as the hook above.
  const countRefused = app.createRateLimit({
    max: limits.requestsPerMinute,
    timeWindow: windowSeconds * 1000,
    keyGenerator: (request) => `refused:${request.ip}`,
  });
  app.addHook('onError', async (request) => {
    if (request.caller === null) await countRefused(request);
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.authorization === undefined) return;
    const { isAllowed, ...state } = await countRefused(request, { increment: false });
    if (isAllowed || !('isExceeded' in state) || !state.isExceeded) return;
    reply.header('retry-after', String(state.ttlInSeconds));
    throw refuse();
  });
}

function callerKey(request: FastifyRequest): string {
  return request.caller ? `${request.caller.bank}/${request.caller.subject}` : request.ip;
}
