import { ClientId } from '@tangram/chaincode/core/fields.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TObject, type TSchema, Type } from 'typebox';
import type { Caller, Role } from '../plugins/authentication.ts';
import { requesterOf } from '../plugins/authentication.ts';
import { authErrors } from '../plugins/authentication-errors.ts';
import { errors } from '../plugins/errors.ts';
import { operationDocumentation } from '../plugins/open-api.ts';
import { type Access, accessOf, type OwnerCache } from './access.ts';
import type { Answer, Call, Gateway, Route } from './route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    documentedBody?: TSchema | undefined;
  }
}

export interface MountOptions {
  gateway: Gateway;
  authenticate: (header: string | undefined) => Promise<Caller>;
  owners: OwnerCache;
}

/** Serves one row: authenticate, authorise, check params, query and body, run within the deadline, answer. */
export function mountRoute(app: FastifyInstance, row: Route, options: MountOptions): void {
  const { gateway } = options;
  const bodySchema = row.body === undefined ? undefined : withOptionalId(row.body, row.idField);
  app.route({
    method: row.method,
    url: row.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    bodyLimit: row.isFile ? gateway.limits.fileBytes : gateway.limits.bodyBytes,
    schema: {
      params: row.params ?? NO_FIELDS,
      querystring: row.query ?? NO_FIELDS,
      ...(bodySchema === undefined ? {} : { body: bodySchema }),
      ...(row.idField === undefined ? {} : { headers: IDEMPOTENCY_HEADERS }),
      ...operationDocumentation(row),
    } as object,
    config: { documentedBody: documentedBodyOf(row, bodySchema) },
    onRequest: async (request) => {
      requirePlace(row, gateway.organization);
      request.caller = await options.authenticate(request.headers.authorization);
      requireRole(request.caller, row.roles);
    },
    preValidation: async (request) => {
      // Parsers leave XML as bytes: only the routes that read it take it.
      if (request.body instanceof Uint8Array && row.text?.request === undefined) throw errors.MEDIA_TYPE_UNSUPPORTED();
      if (request.method !== 'GET' && row.text?.request === undefined) request.body ??= {};
      if (bodySchema === undefined) requireEmptyBody(request.body, row);
      if (row.idField !== undefined) fillInId(request, row.idField);
    },
    handler: async (request, reply) => {
      const call = callOf(request, reply, options);
      const answer = await withinDeadline(row.run(call as Parameters<Route['run']>[0]), gateway.limits.requestSeconds);
      return sendAnswer(reply.status(row.success.status), answer);
    },
  });
}

function sendAnswer(reply: FastifyReply, { body, replayed, mediaType, headers }: Answer): FastifyReply {
  if (headers !== undefined) reply.headers(headers);
  if (replayed === true) reply.header('idempotent-replayed', 'true');
  if (mediaType !== undefined) reply.type(mediaType).serializer((text: unknown) => text as string);
  return reply.send(body);
}

const IDEMPOTENCY_HEADERS = Type.Object({ 'idempotency-key': Type.Optional(ClientId) });

function documentedBodyOf(row: Route, bodySchema: TSchema | undefined): TSchema | undefined {
  const schema = row.documentedBody ?? bodySchema;
  if (schema === undefined || row.example?.body === undefined) return schema;
  return { ...schema, examples: [row.example.body] } as TSchema;
}

const NO_FIELDS = Type.Object({}, { additionalProperties: false });

function requirePlace(row: Route, organization: string): void {
  if (row.at === undefined) return;
  const isCentralBank = organization === 'centralbank';
  if (isCentralBank === (row.at === 'centralbank')) return;
  throw errors.NOT_AT_THIS_GATEWAY({
    organization: row.at === 'centralbank' ? 'the central bank' : 'a commercial bank',
  });
}

function requireRole(caller: Caller, allowed: readonly Role[]): void {
  if (caller.roles.some((role) => allowed.includes(role))) return;
  throw authErrors.ROLE_NOT_ALLOWED({ roles: caller.roles.join(', '), allowed: allowed.join(' or ') });
}

function requireEmptyBody(body: unknown, row: Route): void {
  if (row.text?.request !== undefined || typeof body !== 'object' || body === null) return;
  const [field] = Object.keys(body);
  if (field !== undefined) throw errors.FIELD_UNKNOWN({ place: 'body', field: field.slice(0, 64) });
}

/** The id may come in the header: the schema lets it be absent, and fillInId asks for one of the two. */
function withOptionalId(schema: TObject, idField: string | undefined): TSchema {
  if (idField === undefined) return schema;
  return { ...schema, required: schema.required.filter((field: string) => field !== idField) };
}

/** Refuses, in order: IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_DIFFERS, FIELD_MISSING. */
function fillInId(request: FastifyRequest, field: string): void {
  const key = request.headers['idempotency-key'];
  const body = request.body as Record<string, unknown>;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  if (key !== undefined) {
    if (typeof key !== 'string' || !/^[A-Za-z0-9-]{1,36}$/.test(key)) throw errors.IDEMPOTENCY_KEY_INVALID();
    if (body[field] !== undefined && body[field] !== key) throw errors.IDEMPOTENCY_KEY_DIFFERS({ field });
    body[field] = key;
  }
  if (body[field] === undefined) throw errors.FIELD_MISSING({ place: 'body', field });
}

function callOf(request: FastifyRequest, reply: FastifyReply, options: MountOptions): Call {
  const { gateway, owners } = options;
  const caller = request.caller!;
  const access: Access = accessOf(caller, { organization: gateway.organization, services: gateway.services, owners });
  const { params, query, body } = request;
  return { ...gateway, caller, requester: requesterOf(caller), access, params, query, body, request, reply };
}

async function withinDeadline<Result>(work: Promise<Result>, seconds: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(errors.DEADLINE_EXCEEDED({ seconds })), seconds * 1000);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a JSON body: UTF-8 without malformed sequences, no prototype keys. */
export function useJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      const text = utf8.decode(body as Buffer);
      if (!text.isWellFormed()) return done(errors.BODY_NOT_JSON());
      parse(request, text, (error, value) => (error ? done(errors.BODY_NOT_JSON()) : done(null, value)));
    } catch {
      done(errors.BODY_NOT_JSON());
    }
  });
  app.addContentTypeParser(['application/xml', 'text/xml'], { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
}
