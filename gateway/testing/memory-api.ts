import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { type CryptoKey, generateKeyPair, SignJWT } from 'jose';
import { createApp } from '../app.ts';
import type { GatewayConfig } from '../config.ts';
import { ProblemSchema } from '../plugins/open-api.ts';
import { schemaCheck } from '../plugins/schema-check.ts';
import { createRoutes } from '../routes/table.ts';
import { type MemoryGateways, operator, startMemoryGateways } from './memory-gateways.ts';

export interface Claims {
  sub?: string;
  roles?: unknown;
  bank?: string;
  issuer?: string;
  audience?: string;
  /** As jose reads it: '1h'. */
  lifetime?: string;
}

export interface ApiCall {
  bank?: string;
  path: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** JSON when it is an object. */
  body?: unknown;
  /** The operator of the bank when absent; null for none. */
  as?: Claims | null;
  headers?: Record<string, string>;
}

export interface ApiAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers freely and assert what they read.
  body: any;
  text: string;
  headers: LightMyRequestResponse['headers'];
}

/** Gateways' HTTP applications over the chaincode in memory, with an issuer of their own. */
export interface MemoryApi {
  readonly gateways: MemoryGateways;
  app(bank: string): FastifyInstance;
  token(claims: Claims): Promise<string>;
  call(call: ApiCall): Promise<ApiAnswer>;
  stop(): Promise<void>;
}

const ISSUER = { issuer: 'https://issuer.test', audience: 'tangram', jwksUrl: 'http://127.0.0.1:9/jwks.json' };

/** Starts applications for the organisations, all of which trust the same issuer. */
export async function startMemoryApi(
  organizations: string[],
  { queueOperationsMax, ...overrides }: Partial<Pick<GatewayConfig, 'limits' | 'bics' | 'queueOperationsMax'>> = {},
): Promise<MemoryApi> {
  const gateways = await startMemoryGateways(organizations, () => (queueOperationsMax ? { queueOperationsMax } : {}));
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const apps = new Map<string, FastifyInstance>();
  for (const organization of organizations) {
    const { banks } = gateways.configOf(organization);
    const config = { organization, banks, issuer: ISSUER, logLevel: 'silent' as const, ...overrides };
    const now = () => new Date(gateways.fabric.milliseconds);
    const services = gateways.of(organization);
    apps.set(organization, await createApp({ config, services, keys: async () => publicKey, now }));
  }
  const token = (claims: Claims) => sign(privateKey, claims);
  return {
    gateways,
    token,
    app: (bank) => apps.get(bank)!,
    async call({ bank = 'cedar', path, method = 'GET', body, as = {}, headers = {} }) {
      const authorization = as === null ? {} : { authorization: `Bearer ${await token({ bank, ...as })}` };
      const url = path;
      const answer = await apps
        .get(bank)!
        .inject({ method, url, headers: { ...authorization, ...headers }, payload: body as object });
      const isJson = String(answer.headers['content-type']).includes('json');
      const parsed = isJson ? answer.json() : undefined;
      if (isJson) expectDocumented({ method, path, status: answer.statusCode, body: parsed });
      return {
        status: answer.statusCode,
        body: parsed,
        text: answer.body,
        headers: answer.headers,
      };
    },
    async stop() {
      await Promise.all([...apps.values()].map((app) => app.close()));
      await gateways.stop();
    },
  };
}

const ROUTES = createRoutes(new AbortController().signal);
const checkProblem = schemaCheck(ProblemSchema, 'problem');

/** Every answer of every test must be as the OpenAPI document says. Throws with the field at fault. */
function expectDocumented(answer: { method: string; path: string; status: number; body: unknown }): void {
  const path = answer.path.split('?', 1)[0]!;
  const row = ROUTES.find(
    (candidate) =>
      candidate.method === answer.method &&
      new RegExp(`^${candidate.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  const { schema, status } = row?.success ?? {};
  const error =
    answer.status >= 400
      ? path.startsWith('/v1') && checkProblem(answer.body)
      : schema && status === answer.status && schemaCheck(schema, 'answer')(answer.body);
  if (error) throw new Error(`${answer.method} ${path} answers what is not documented: ${error.message}`);
}

function sign(key: CryptoKey, claims: Claims): Promise<string> {
  const { sub = 'operator-1', roles = ['operator'], bank, issuer = ISSUER.issuer, audience = 'tangram' } = claims;
  return new SignJWT({ roles, bank })
    .setProtectedHeader({ alg: 'ES256' })
    .setSubject(sub)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(claims.lifetime ?? '1h')
    .sign(key);
}

/** Gives banks settlement balance, and each a customer account `<bank>-alice` and `<bank>-bob` with 100.00 CNY. */
export async function openBooks(api: MemoryApi, banks: string[]): Promise<void> {
  const amount = { amount: '100000000', currency: 'CNY' };
  for (const bank of banks) {
    await api.gateways.of('centralbank').settlement.issue({ operationId: `issue-${bank}`, bank, amount }, operator);
    for (const name of ['alice', 'bob']) {
      const accountId = `${bank}-${name}`;
      const body = { accountId, name, currency: 'CNY', customerId: `C-${name}`, ...IBANS[accountId] };
      await expectStatus(api.call({ bank, method: 'POST', path: '/v1/accounts', body }), 201);
      const deposit = { depositId: `D-${name}`, amount: { amount: '10000', currency: 'CNY' } };
      await expectStatus(
        api.call({ bank, method: 'POST', path: `/v1/accounts/${accountId}/deposits`, body: deposit }),
        201,
      );
    }
  }
}

const IBANS: Readonly<Record<string, { iban: string }>> = {
  'cedar-alice': { iban: 'DE89370400440532013000' },
  'cedar-bob': { iban: 'GB29NWBK60161331926819' },
};

async function expectStatus(answer: Promise<ApiAnswer>, status: number): Promise<void> {
  const { status: actual, text } = await answer;
  if (actual !== status) throw new Error(`expected ${status}, got ${actual}: ${text}`);
}

/** Claims of a customer. */
export const customer = (sub: string): Claims => ({ sub, roles: ['customer'] });
export const regulator: Claims = { sub: 'regulator@centralbank', roles: ['regulator'], bank: 'centralbank' };
