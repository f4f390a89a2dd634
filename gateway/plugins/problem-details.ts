import { DomainError } from '@tangram/chaincode/core/errors.ts';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ReadModelUnavailable } from '../read-model/postgres-pool.ts';
import { ServiceError } from '../services/service-error.ts';
import type { OperationProblem } from '../services/types.ts';
import { findRow } from './catalogue.ts';
import { errors } from './errors.ts';

/** RFC 9457, with what a bank's system needs to decide what to do next. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  params: Record<string, unknown>;
  outcome: 'refused' | 'failed' | 'unknown';
  retry: 'never' | 'after-change' | 'later';
  fix?: string;
  transactionId?: string;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const STATUS_BY_OUTCOME = { refused: 422, failed: 503, unknown: 504 } as const;
const RETRY_BY_OUTCOME = { refused: 'after-change', failed: 'later', unknown: 'later' } as const;

/** Describes a refusal by its catalogue row; a code without a row is described by its outcome alone. */
export function problemOf(problem: OperationProblem): ProblemDetails {
  const row = findRow(problem.code);
  const title = problem.code
    .replace(/^[A-Z0-9]+_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
  return {
    type: `urn:tangram:error:${problem.code}`,
    title: title.charAt(0).toUpperCase() + title.slice(1),
    status: row?.status ?? STATUS_BY_OUTCOME[problem.outcome],
    detail: row === undefined ? 'No further detail is known.' : fillIn(row.text, problem.params),
    code: problem.code,
    params: problem.params,
    outcome: problem.outcome,
    retry: row?.retry ?? RETRY_BY_OUTCOME[problem.outcome],
    ...(row === undefined ? {} : { fix: row.fix }),
    ...(problem.transactionId === undefined ? {} : { transactionId: problem.transactionId }),
  };
}

/** What a thrown value means to the client: rules by their code, everything unforeseen as API_INTERNAL. */
export function problemOfError(error: unknown): ProblemDetails {
  if (error instanceof ServiceError) return problemOf(error);
  if (error instanceof DomainError) {
    return problemOf({ outcome: findRow(error.code)?.outcome ?? 'refused', code: error.code, params: error.params });
  }
  if (error instanceof ReadModelUnavailable) return problemOfError(errors.READ_MODEL_UNAVAILABLE());
  const domainError = ofFastifyError(error as FastifyError) ?? errors.INTERNAL();
  return problemOfError(domainError);
}

/** Answers every failure as problem+json; internal ones are logged in full and told by name only. */
export function useProblemDetails(app: FastifyInstance, methodsOf: (path: string) => string[]): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const params = { method: request.method, path: request.url.split('?', 1)[0]!.slice(0, 200) };
    const allowed = methodsOf(params.path);
    if (allowed.length === 0) return sendProblem(errors.ROUTE_NOT_FOUND(params), request, reply);
    reply.header('allow', allowed.join(', '));
    return sendProblem(errors.METHOD_NOT_ALLOWED(params), request, reply);
  });
}

/** Answers one failure. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOfError(tooLarge(error, request) ?? error);
  reply.countProblem?.(problem);
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
  else request.log.info({ code: problem.code }, 'request refused');
  if (problem.status === 401) reply.header('www-authenticate', challengeOf(problem.code));
  if (isLater(problem) && !reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_SECONDS);
  return reply.status(problem.status).type(PROBLEM_MEDIA_TYPE).serializer(JSON.stringify).send(problem);
}

/** A full queue is shorter, and a ledger that was away may be back, after some batches. */
const RETRY_SECONDS = '1';

const isLater = ({ status }: ProblemDetails): boolean => status === 429 || status === 503;

function tooLarge(error: unknown, request: FastifyRequest): DomainError | undefined {
  if ((error as FastifyError).code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return undefined;
  return errors.BODY_TOO_LARGE({ bytesMax: request.routeOptions.bodyLimit });
}

function challengeOf(code: string): string {
  return code === 'AUTH_TOKEN_MISSING' ? 'Bearer realm="tangram"' : 'Bearer realm="tangram", error="invalid_token"';
}

function fillIn(text: string, params: Record<string, unknown>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
}

const BY_FASTIFY_CODE: Readonly<Record<string, (error: FastifyError) => DomainError>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => errors.MEDIA_TYPE_UNSUPPORTED(),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => errors.BODY_MISSING(),
  FST_ERR_CTP_INVALID_JSON_BODY: () => errors.BODY_NOT_JSON(),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => errors.BODY_NOT_JSON(),
};

function ofFastifyError(error: FastifyError): DomainError | undefined {
  const known = BY_FASTIFY_CODE[error.code];
  if (known !== undefined) return known(error);
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500 ? errors.FIELD_INVALID({ field: 'request', reason: 'is malformed' }) : undefined;
}
