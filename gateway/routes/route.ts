import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TObject, TProperties, TSchema } from 'typebox';
import type { Limits } from '../config.ts';
import type { Caller, Role } from '../plugins/authentication.ts';
import type { Booked, GatewayServices, Requester } from '../services/types.ts';
import type { Access } from './access.ts';

/** What every route needs of the gateway that it runs in. */
export interface Gateway {
  organization: string;
  banks: readonly string[];
  bics: Readonly<Record<string, string>>;
  services: GatewayServices;
  limits: Limits;
  now(): Date;
}

/** One authorised request with checked parts. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> extends Gateway {
  caller: Caller;
  requester: Requester;
  access: Access;
  params: Params;
  query: Query;
  body: Body;
  request: FastifyRequest;
  reply: FastifyReply;
}

export interface Answer {
  /** JSON, text of the media type, or a stream of it. */
  body: unknown;
  /** Sets Idempotent-Replayed. */
  replayed?: boolean;
  /** application/json when absent. */
  mediaType?: string;
  headers?: Readonly<Record<string, string>>;
}

/** One row of the table of routes: it is at once the check of requests, their authorisation and their documentation. */
export interface Route<
  Params extends TProperties = TProperties,
  Query extends TProperties = TProperties,
  Body extends TProperties = TProperties,
> {
  method: 'GET' | 'POST' | 'PUT';
  /** In OpenAPI's form: `/v1/accounts/{accountId}`. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  roles: readonly Role[];
  /** Whose gateways serve it; all when absent. */
  at?: 'bank' | 'centralbank';
  params?: TObject<Params>;
  query?: TObject<Query>;
  body?: TObject<Body>;
  /** Shown in place of the body's schema, where that leaves the judgement of items to `run` or the body is text. */
  documentedBody?: TSchema;
  /** Body field that an Idempotency-Key header may fill. */
  idField?: string;
  /** Takes a body of the larger limit. */
  isFile?: true;
  /** Media types of a body or an answer that is not JSON. */
  text?: { request?: string; response?: string };
  success: { status: number; description: string; schema?: TSchema };
  /** Codes of refusals beyond those that every route has. */
  errors: readonly string[];
  example?: { body?: unknown; response?: unknown };
  run(call: Call<Static<TObject<Params>>, Static<TObject<Query>>, Static<TObject<Body>>>): Promise<Answer>;
}

type NoProperties = Record<never, never>;

/** Types a row's `run` from its schemas. */
export function route<
  Params extends TProperties = NoProperties,
  Query extends TProperties = NoProperties,
  Body extends TProperties = NoProperties,
>(row: Route<Params, Query, Body>): Route {
  return row as unknown as Route;
}

/** The answer to a booked operation: its ids, the ledger's result and where it stands. */
export function bookedAnswer(ids: Record<string, string>, booked: Booked): Answer {
  // The place in an outbox matters between lanes only.
  const { outbox: _outbox, ...result } = booked.result;
  return {
    body: {
      ...ids,
      ...result,
      transactionId: booked.transactionId,
      ...(booked.blockNumber === undefined ? {} : { blockNumber: booked.blockNumber }),
    },
    replayed: booked.replayed,
  };
}
