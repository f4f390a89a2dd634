import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authErrors } from '../plugins/authentication-errors.ts';
import type { SiblingAnswer, SiblingDesk } from '../services/siblings/sibling-desk.ts';
import { SIBLING_TOKEN_HEADER } from '../services/siblings/sibling-link.ts';

/**
 * What the gateways of one organisation ask each other. Not part of the API: every request is signed with the Fabric
 * identity that these gateways share. Refuses: SIBLING_REFUSED.
 */
export async function useSiblings(app: FastifyInstance, desk: SiblingDesk, bytesMax: number): Promise<void> {
  await app.register(async (scope) => {
    // The signature covers the bytes as they came.
    scope.addContentTypeParser('application/octet-stream', { parseAs: 'string' }, (_request, body, done) => {
      done(null, body);
    });
    const options = { bodyLimit: bytesMax, schema: { hide: true }, config: { rateLimit: false } } as const;
    scope.post('/internal/siblings/pulse', options, (request, reply) =>
      answer(reply, () => desk.pulse(questionOf(request))),
    );
    scope.post<{ Params: { lane: string } }>('/internal/siblings/lanes/:lane', options, (request, reply) =>
      answer(reply, () => desk.book(request.params.lane, questionOf(request))),
    );
  });
}

function questionOf({ headers, body }: Pick<FastifyRequest, 'headers' | 'body'>): { token: string; body: string } {
  const token = headers[SIBLING_TOKEN_HEADER];
  return { token: typeof token === 'string' ? token : '', body: typeof body === 'string' ? body : '' };
}

async function answer(reply: FastifyReply, ask: () => Promise<SiblingAnswer>): Promise<FastifyReply> {
  const { token, body } = await ask().catch((error: unknown) => {
    // Why is for the log: whoever forges need not learn it.
    throw Object.assign(authErrors.SIBLING_REFUSED(), { cause: error });
  });
  return reply
    .header(SIBLING_TOKEN_HEADER, token)
    .type('application/octet-stream')
    .serializer((text: unknown) => text as string)
    .send(body);
}
