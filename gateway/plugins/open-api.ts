import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Route } from '../routes/route.ts';
import { findRow } from './catalogue.ts';
import { PROBLEM_MEDIA_TYPE } from './problem-details.ts';

/** The body of every refusal and failure. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:tangram:error:<code>' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'Stable: decide by it, not by texts.' }),
    params: Type.Object({}, { additionalProperties: true, description: 'The values that the detail names.' }),
    outcome: Type.Union([Type.Literal('refused'), Type.Literal('failed'), Type.Literal('unknown')], {
      description:
        'refused: a rule said no and nothing was written. failed: not committed, the same request may be sent again. ' +
        'unknown: ask by id or send the same id again, never a new one.',
    }),
    retry: Type.Union([Type.Literal('never'), Type.Literal('after-change'), Type.Literal('later')]),
    fix: Type.Optional(Type.String()),
    transactionId: Type.Optional(Type.String()),
  },
  { $id: 'Problem', additionalProperties: false },
);

const EVERY_ROUTE = [
  'AUTH_TOKEN_MISSING',
  'AUTH_TOKEN_INVALID',
  'AUTH_TOKEN_EXPIRED',
  'AUTH_TOKEN_CLAIM_INVALID',
  'AUTH_TOKEN_LIFETIME_TOO_LONG',
  'AUTH_WRONG_BANK',
  'AUTH_ROLE_NOT_ALLOWED',
  'AUTH_ISSUER_UNREACHABLE',
  'API_FIELD_UNKNOWN',
  'API_FIELD_MISSING',
  'API_FIELD_INVALID',
  'API_RATE_LIMIT_EXCEEDED',
  'API_READ_MODEL_UNAVAILABLE',
  'API_INTERNAL',
];
const EVERY_SUBMIT = [
  'API_BODY_NOT_JSON',
  'API_BODY_TOO_LARGE',
  'API_MEDIA_TYPE_UNSUPPORTED',
  'API_DEADLINE_EXCEEDED',
  'GATEWAY_BUSY',
  'GATEWAY_LANE_HELD_ELSEWHERE',
  'GATEWAY_LEDGER_UNAVAILABLE',
  'GATEWAY_LEDGER_REJECTED',
  'GATEWAY_NOT_COMMITTED',
  'GATEWAY_OUTCOME_UNKNOWN',
  'GATEWAY_STOPPING',
];
const EVERY_ID = ['API_IDEMPOTENCY_KEY_INVALID', 'API_IDEMPOTENCY_KEY_DIFFERS', 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD'];

/** Every code that a row can answer. */
export function errorCodesOf(row: Route): string[] {
  const codes = [...row.errors, ...EVERY_ROUTE];
  if (row.method !== 'GET') codes.push(...EVERY_SUBMIT);
  if (row.idField !== undefined) codes.push(...EVERY_ID);
  if (row.at !== undefined) codes.push('API_NOT_AT_THIS_GATEWAY');
  return [...new Set(codes)];
}

/** The part of a Fastify route schema that only documents: summary, answers, error codes, example. */
export function operationDocumentation(row: Route): Record<string, unknown> {
  const { success, text } = row;
  const answers: Record<string, unknown> = {
    [success.status]: {
      description: success.description,
      ...(row.idField === undefined ? {} : { headers: { 'Idempotent-Replayed': REPLAYED_HEADER } }),
      content: {
        ...(success.schema === undefined
          ? {}
          : { 'application/json': { schema: success.schema, ...exampleOf(row.example?.response) } }),
        ...(text?.response === undefined ? {} : { [text.response]: { schema: { type: 'string' } } }),
      },
    },
    ...problemAnswers(errorCodesOf(row)),
  };
  return {
    operationId: row.operationId,
    tags: [row.tag],
    summary: row.summary,
    description: [
      row.description,
      `Roles: ${row.roles.join(', ')}.`,
      row.at === undefined
        ? undefined
        : `Served by the gateway of ${row.at === 'bank' ? 'a bank' : 'the central bank'}.`,
      row.idField === undefined
        ? undefined
        : `The header Idempotency-Key stands for ${row.idField} when the body has none; both must agree.`,
    ]
      .filter((line) => line !== undefined)
      .join('\n\n'),
    security: [{ bearer: [] }],
    ...(text?.request === undefined ? {} : { consumes: [text.request] }),
    response: answers,
  };
}

const REPLAYED_HEADER = {
  type: 'string',
  enum: ['true'],
  description: 'The id was booked before: this is the first result.',
};

function exampleOf(example: unknown): Record<string, unknown> {
  return example === undefined ? {} : { example };
}

function problemAnswers(codes: string[]): Record<string, unknown> {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const status = findRow(code)?.status;
    if (status === undefined) continue;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `- \`${code}\`: ${findRow(code)?.text}`).join('\n'),
        content: {
          [PROBLEM_MEDIA_TYPE]: {
            schema: { allOf: [{ $ref: 'Problem#' }], properties: { code: { type: 'string', enum: ofStatus } } },
          },
        },
      },
    ]),
  );
}

const DESCRIPTION = `Accounts, payments and settlement of one bank on the Tangram ledger.

Amounts are decimal strings of minor units. Unknown fields are refused. Ids are chosen by the client: the same id and
payload returns the first result, another payload is a conflict. Every failure is problem+json and says whether it was
refused, failed or is unknown.`;

/** Serves /openapi.json and readable /docs; both come from the table of routes and need no network. */
export async function useOpenApi(app: FastifyInstance, organization: string): Promise<void> {
  app.addSchema(ProblemSchema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: `Tangram gateway of ${organization}`, version: '1.0.0', description: DESCRIPTION },
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'Token with sub, roles, bank and exp (an hour at most) of the configured issuer.',
          },
        },
      },
    },
    transform: ({ schema, url, route }) => {
      const body = route.config?.documentedBody;
      return { schema: body === undefined ? schema : { ...schema, body }, url };
    },
    refResolver: { buildLocalReference: (json, _uri, _fragment, index) => String(json.$id ?? `schema-${index}`) },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true, validatorUrl: null },
  });
}
